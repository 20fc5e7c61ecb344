// What an escape in a JSON string says: internal to core. No allocation; thread safe.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/bytes.h"

namespace causeway::json {

struct Unescaped {
  const char* behind = nullptr;  ///< of the escape in the text
  std::array<char, 4> bytes{};
  std::uint8_t size = 0;
  Bytes text() const { return {bytes.data(), size}; }
};

/// `at` is at a backslash. Surrogates that stand alone are U+FFFD. Never reads at or behind `end`; what is no escape
/// gives nonsense.
Unescaped unescape(const char* at, const char* end);

/// Appends what stands between the quotes of a string, unescaped.
void append_unescaped(Bytes inner, std::string& out);

/// Do two strings, without their quotes but with their escapes, say the same?
bool same_text(Bytes left, Bytes right);
/// Does a string say `text`, which has no escapes? Without allocating.
bool says(Bytes inner, Bytes text);

}  // namespace causeway::json
