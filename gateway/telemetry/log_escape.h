// Keeps untrusted text in its place within a line of the log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace causeway::telemetry {

/// A character of UTF-8: its code point and its length in bytes, which is 0 when the bytes are not UTF-8 (RFC 3629).
struct Utf8 {
  std::uint32_t code_point;
  std::size_t length;
};
/// The character at the start of `text`, which is not empty.
Utf8 decode_utf8(std::string_view text);

/// For the text form: `\n`, `\x1b`, `\u202e` for what is not printable or not UTF-8, `\|` for a `|` that could be taken
/// for a separator. Backslashes stay single, so that JSON reads as it was sent.
void append_text(std::string& out, std::string_view text);

/// For the inside of a JSON string. Bytes that are not UTF-8 become the four characters `\xNN`.
void append_json(std::string& out, std::string_view text);

}  // namespace causeway::telemetry
