// What a publisher waits for, and the words for it.
#pragma once

#include <string_view>

#include "config/value.h"
#include "core/clock.h"

namespace causeway::events {

/// On the embedded bus the log is the bus: both are durable at the same moment, and `broker` says where the event lies.
/// On another one `broker` waits for it up to acknowledge_timeout; later the word is `stored`.
enum class Acknowledge : std::uint8_t {
  kStored,
  kBroker,
};
constexpr auto names(Acknowledge) {
  return config::table<Acknowledge>({{"broker", Acknowledge::kBroker}, {"stored", Acknowledge::kStored}});
}

/// The `status` of an answer and of X-Causeway-Event.
constexpr std::string_view status_word(bool published) { return published ? "published" : "stored"; }

/// `acknowledge_timeout` wherever it can be said.
inline constexpr Duration kShortestAcknowledgeTimeout = std::chrono::milliseconds(1);
inline constexpr Duration kLongestAcknowledgeTimeout = std::chrono::minutes(5);

}  // namespace causeway::events
