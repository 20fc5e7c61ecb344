// What the visible lists of plugins and adapters have in common: their rows as the choices that a key has.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "config/keys.h"

namespace causeway::app {

/// Rows have `name`, `prose`, `keys` and `build`, which is null for what this version lacks.
template <class Row, std::size_t n>
std::vector<config::Choice> describe(const Row (&rows)[n]) {
  std::vector<config::Choice> choices;
  for (const Row& row : rows) {
    config::Choice choice{.name = std::string(row.name), .prose = std::string(row.prose)};
    choice.later = row.build == nullptr;
    if (row.keys != nullptr) choice.settings = config::struct_of(row.keys);
    choices.push_back(std::move(choice));
  }
  return choices;
}

}  // namespace causeway::app
