#include "expression/variables.h"

#include "expression/surroundings.h"

namespace causeway::expression {
namespace {

const SystemClock kSystemClock;
const Surroundings kDefault{};

}  // namespace

std::string_view name_of(Variable variable) {
  static constexpr std::array<std::string_view, kVariableCount> kNames = {
      "$request", "$params", "$query",  "$headers", "$consumer", "$version",
      "$answer",  "$result", "$status", "$event",   "$txid",     "$calls"};
  return kNames[static_cast<std::size_t>(variable)];
}

const Surroundings& Values::surroundings() const { return surroundings_ != nullptr ? *surroundings_ : kDefault; }

const Clock& Values::clock() const {
  const Clock* const clock = surroundings().clock;
  return clock != nullptr ? *clock : kSystemClock;
}

}  // namespace causeway::expression
