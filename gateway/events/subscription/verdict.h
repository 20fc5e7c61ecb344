// What an attempt means for its delivery (correctness.md, "Deliveries"). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/call_class.h"
#include "core/clock.h"
#include "events/subscription/settings.h"

namespace causeway::events {

/// What came back from the system.
struct Answer {
  int status = 0;  ///< of HTTP, or of the code in its envelope; 0: no whole answer came, or none that can be read
  std::string_view retry_after = {};      ///< the header's value; empty: there was none
  std::optional<CallClass> outcome = {};  ///< what an outcome of the cluster says it is, whatever the status
  std::optional<bool> done = {};          ///< what done_when says, whatever everything else
  std::uint32_t code = 0;                 ///< of a failure that was said
  std::string_view message = {};          ///< likewise
};

/// The delivery as it was before the attempt.
struct Tried {
  std::uint32_t attempts = 0;  ///< this one included
  WallTime since;              ///< when the event was stored, or replayed
  double random = 0;           ///< in [0, 1): picks the jitter
};

struct Verdict {
  enum class Kind : std::uint8_t { kDone, kRetry, kDead };
  Kind kind = Kind::kDone;
  Duration wait{};     ///< of kRetry: until the next attempt
  std::string reason;  ///< of kDead: the status or code and message that refused it, `attempts exhausted`, `max_age`
};

/// Was the event taken?
bool is_done(const Answer& answer);

/// What done_when takes is done, and nothing else where there is one; else what an outcome says: success is done,
/// business dead at once, system tried again. Without either the status decides: 2xx is done; 400, 410, 422 and every
/// other 4xx that is about the event is dead at once; 401, 403, 404, 405, 408, 409, 425, 429, 3xx, 5xx and no answer
/// are tried again. Retry-After of 429 and 503 is honoured up to max_delay.
Verdict judge(const Answer& answer, const Tried& tried, const RetrySettings& retry, WallTime now);

}  // namespace causeway::events
