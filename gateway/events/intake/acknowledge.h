// What a publisher waits for, and the words for it.
#pragma once

#include <string_view>

#include "config/value.h"

namespace causeway::events {

/// On the embedded bus the log is the bus: both are durable at the same moment, and `broker` says where the event lies.
enum class Acknowledge : std::uint8_t {
  kStored,
  kBroker,
};
constexpr auto names(Acknowledge) {
  return config::table<Acknowledge>({{"broker", Acknowledge::kBroker}, {"stored", Acknowledge::kStored}});
}

/// The `status` of an answer and of X-Causeway-Event.
constexpr std::string_view status_word(Acknowledge acknowledge) {
  return acknowledge == Acknowledge::kBroker ? "published" : "stored";
}

}  // namespace causeway::events
