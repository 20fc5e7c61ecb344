#include <algorithm>

#include "events/event_log.h"
#include "telemetry/hex.h"
#include "telemetry/random.h"

namespace causeway::events {
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
  std::string text(36, '\0');
  telemetry::put_uuid(text.data(), high, low);
  return text;
}

}  // namespace causeway::events
