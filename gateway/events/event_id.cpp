#include <algorithm>
#include <array>

#include "events/event_log.h"
#include "telemetry/random.h"

namespace causeway::events {
namespace {

std::string uuid_text(std::uint64_t high, std::uint64_t low) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) text.push_back('-');
    text.push_back(kHex[(nibble < 16 ? high >> (60 - 4 * nibble) : low >> (124 - 4 * nibble)) & 15]);
  }
  return text;
}

}  // namespace

std::string new_event_id(WallTime now) {
  struct Generator {
    telemetry::Random random = telemetry::Random::from_system();
    std::uint64_t last = 0;  // 48 bits of milliseconds, 12 of the counter
  };
  thread_local Generator generator;
  // Each millisecond's counter begins at random in its lower half (RFC 9562, 6.2): the rest is room to count on, and
  // what runs over borrows from the next millisecond.
  const std::uint64_t random = generator.random.next();
  const std::uint64_t start = static_cast<std::uint64_t>(unix_milliseconds(now)) << 12 | (random >> 53);
  generator.last = std::max(start, generator.last + 1);

  const std::uint64_t high = (generator.last >> 12) << 16 | 0x7000 | (generator.last & 0xfff);
  const std::uint64_t low = std::uint64_t{2} << 62 | (generator.random.next() >> 2);
  return uuid_text(high, low);
}

}  // namespace causeway::events
