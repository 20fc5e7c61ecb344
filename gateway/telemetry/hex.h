// Lower-case hexadecimal digits, as ids are written.
#pragma once

#include <cstdint>

namespace causeway::telemetry {

/// Writes the lowest `digits` hexadecimal digits of `value`, most significant first; returns the end.
inline char* put_hex(char* out, std::uint64_t value, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) *out++ = "0123456789abcdef"[(value >> shift) & 15];
  return out;
}

/// Writes 128 bits as a UUID does, 36 characters (RFC 9562, 4); returns the end.
inline char* put_uuid(char* out, std::uint64_t high, std::uint64_t low) {
  out = put_hex(out, high >> 32, 8);
  *out++ = '-';
  out = put_hex(out, high >> 16, 4);
  *out++ = '-';
  out = put_hex(out, high, 4);
  *out++ = '-';
  out = put_hex(out, low >> 48, 4);
  *out++ = '-';
  return put_hex(out, low, 12);
}

}  // namespace causeway::telemetry
