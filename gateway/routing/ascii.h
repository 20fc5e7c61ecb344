// Comparison of ASCII text without regard to case, for the parts of HTTP that ask for it.
#pragma once

#include <algorithm>
#include <string_view>

namespace causeway::routing {

constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

}  // namespace causeway::routing
