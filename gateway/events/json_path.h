// A path into a JSON document, `.order.lines[0]["sku id"]`: the part of jq's language that this version has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/bytes.h"

namespace causeway::events {

/// Immutable value; thread safe.
class JsonPath {
 public:
  struct Problem {
    std::size_t offset = 0;  ///< in the text, in bytes
    std::string message;
  };

  /// Reads a path from the start of `text`: `.`, then names (`.name`, `."any name"`, `["any name"]`) and places of an
  /// array (`[0]`, from 0). `used` gets how far it goes; what follows is not looked at.
  static std::variant<JsonPath, Problem> parse(std::string_view text, std::size_t& used);

  /// The raw value in a valid document, a slice of it: numbers digit by digit, strings with their quotes. Empty when
  /// there is nothing.
  Bytes find(Bytes document) const;

 private:
  using Step = std::variant<std::string, std::size_t>;  // a member, or a place in an array
  std::vector<Step> steps_;
};

/// The JSON string that `text` begins with, unescaped, and how long it is with its quotes. Empty when there is none.
std::optional<std::string> read_json_string(std::string_view text, std::size_t& used);

}  // namespace causeway::events
