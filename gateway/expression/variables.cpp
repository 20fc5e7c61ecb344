#include "expression/variables.h"

namespace causeway::expression {

std::string_view name_of(Variable variable) {
  static constexpr std::array<std::string_view, kVariableCount> kNames = {
      "$request", "$params", "$query",  "$headers", "$consumer", "$version",
      "$answer",  "$result", "$status", "$event",   "$txid"};
  return kNames[static_cast<std::size_t>(variable)];
}

}  // namespace causeway::expression
