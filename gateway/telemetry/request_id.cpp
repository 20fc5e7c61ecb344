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
  const std::uint64_t high = milliseconds << 16 | 0x7000 | (first & 0xfff);
  const std::uint64_t low = std::uint64_t{2} << 62 | second >> 50 << 48 | (second & 0xffff'ffff'ffff);
  size_ = static_cast<std::uint8_t>(put_uuid(text_.data(), high, low) - text_.data());
}

}  // namespace causeway::telemetry
