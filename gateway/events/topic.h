// A topic as the process knows it: its settings, its key, its metrics. Looked up when the configuration is compiled,
// so that the path of an event has no look-up by name.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/topic_settings.h"
#include "expression/template.h"
#include "telemetry/metrics.h"

namespace causeway::events {

/// Where an event lies: dense and in commit order within a shard, from 1.
using Position = std::int64_t;

/// Immutable: one of each configuration. `shards` never changes once there are events.
struct Topic {
  TopicSettings settings;
  expression::Template key;      ///< settings.key; the route's or the call's own key wins over it
  telemetry::Counter stored;     ///< causeway_events_stored_total{topic}
  telemetry::Counter published;  ///< causeway_events_published_total{topic,bus}: on the embedded bus at the same moment
  const std::string& name() const { return *settings.name; }
  std::uint32_t shards() const { return settings.shards; }
};

/// Topics of one configuration by name. Immutable after construction, part of a snapshot.
class TopicTable {
 public:
  TopicTable() = default;
  /// The settings have passed check_topics; of doubled names the first counts.
  TopicTable(const std::vector<TopicSettings>& settings, telemetry::Metrics& metrics);
  /// Null when there is none of this name.
  std::shared_ptr<const Topic> find(std::string_view name) const;
  const std::map<std::string, std::shared_ptr<const Topic>, std::less<>>& all() const { return topics_; }

 private:
  std::map<std::string, std::shared_ptr<const Topic>, std::less<>> topics_;
};

}  // namespace causeway::events
