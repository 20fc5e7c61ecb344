// `topics:` of the operators' configuration.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/errors.h"
#include "config/keys.h"
#include "config/placed.h"
#include "core/clock.h"

namespace causeway::events {

enum class EventShape : std::uint8_t {
  kNested,  ///< {"eventId","eventType","timestamp","data":{…}}
  kFlat,    ///< the data's fields beside eventId, eventType and timestamp
};
constexpr auto names(EventShape) {
  return config::table<EventShape>({{"nested", EventShape::kNested}, {"flat", EventShape::kFlat}});
}

struct TopicSettings {
  config::Placed<std::string> name;
  std::string owner;
  Duration retention = std::chrono::hours(24 * 7);  ///< counts from when an event was stored
  EventShape shape = EventShape::kNested;
  config::Placed<std::string> key;  ///< a template over the event's data; empty: none
  std::uint32_t shards = 16;
  static const config::Keys<TopicSettings>& keys();
};

/// Reports what spans topics or needs a look into the text: doubled names (with the place of the first), names that no
/// bus would take, key templates that cannot be read.
void check_topics(const std::vector<TopicSettings>& topics, config::Errors& errors);

}  // namespace causeway::events
