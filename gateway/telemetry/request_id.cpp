#include "telemetry/request_id.h"

#include <algorithm>

#include "telemetry/hex.h"

namespace causeway::telemetry {
namespace {

bool allowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

}  // namespace

RequestId::RequestId(std::string_view offered, WallTime now, Random& random) {
  if (!offered.empty() && offered.size() <= text_.size() && std::all_of(offered.begin(), offered.end(), allowed)) {
    std::copy(offered.begin(), offered.end(), text_.begin());
    size_ = static_cast<std::uint8_t>(offered.size());
    return;
  }
  const auto milliseconds = static_cast<std::uint64_t>(unix_milliseconds(now));
  const std::uint64_t first = random.next();
  const std::uint64_t second = random.next();
  char* out = put_hex(text_.data(), milliseconds >> 16, 8);
  *out++ = '-';
  out = put_hex(out, milliseconds, 4);
  *out++ = '-';
  out = put_hex(out, 0x7000 | (first & 0xfff), 4);
  *out++ = '-';
  out = put_hex(out, 0x8000 | (second >> 50), 4);  // the variant: binary 10 and 14 random bits
  *out++ = '-';
  out = put_hex(out, second, 12);
  size_ = static_cast<std::uint8_t>(out - text_.data());
}

}  // namespace causeway::telemetry
