// Lower-case hexadecimal digits, as ids are written.
#pragma once

#include <cstdint>

namespace causeway::telemetry {

/// Writes the lowest `digits` hexadecimal digits of `value`, most significant first; returns the end.
inline char* put_hex(char* out, std::uint64_t value, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) *out++ = "0123456789abcdef"[(value >> shift) & 15];
  return out;
}

}  // namespace causeway::telemetry
