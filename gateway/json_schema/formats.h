// The formats that strings can be asked to have. Thread safe.
#pragma once

#include <span>
#include <string_view>

namespace causeway::json_schema {

struct Format {
  std::string_view name;
  std::string_view expected;  ///< for messages: `a date such as 2026-11-26`
  bool (*matches)(std::string_view text);
};

std::span<const Format> formats();
/// Null when there is none of that name.
const Format* find_format(std::string_view name);

}  // namespace causeway::json_schema
