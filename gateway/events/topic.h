// A topic as the process knows it: its settings, its key, its metrics. Looked up when the configuration is compiled,
// so that the path of an event has no look-up by name.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "events/topic_settings.h"
#include "expression/template.h"
#include "telemetry/metrics.h"

namespace causeway::events {

/// Where an event lies: dense and in commit order within a shard, from 1.
using Position = std::int64_t;

/// As in files, labels and logs.
std::string_view word_of(BusKind bus);

/// What is learnt about a topic while the process runs, kept over configurations. Thread safe.
struct TopicLimits {
  /// What the bus takes at most as one record, key and headers with it; 0: not known, anything is taken in.
  std::atomic<std::uint64_t> record_bytes{0};
};

/// Topics by name, for the process. Thread safe.
class TopicLimitsRegistry {
 public:
  std::shared_ptr<TopicLimits> of(std::string_view topic);

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<TopicLimits>, std::less<>> limits_;
};

/// Immutable: one of each configuration. `shards` never changes once there are events.
struct Topic {
  TopicSettings settings;
  expression::Template key;      ///< settings.key; the route's or the call's own key wins over it
  telemetry::Counter stored;     ///< causeway_events_stored_total{topic}
  telemetry::Counter published;  ///< causeway_events_published_total{topic,bus}: on the embedded bus at the same moment
  BusKind bus = BusKind::kEmbedded;
  std::shared_ptr<TopicLimits> limits;                          ///< never null
  std::shared_ptr<const expression::Surroundings> expressions;  ///< of its key; null: the defaults
  const std::string& name() const { return *settings.name; }
  std::uint32_t shards() const { return settings.shards; }
};

/// Topics of one configuration by name. Immutable after construction, part of a snapshot.
class TopicTable {
 public:
  TopicTable() = default;
  /// The settings have passed check_topics; of doubled names the first counts. `bus` carries the topics that name none.
  /// `limits`: null makes new ones. `expressions`: null is the defaults.
  TopicTable(const std::vector<TopicSettings>& settings, telemetry::Metrics& metrics, BusKind bus = BusKind::kEmbedded,
             TopicLimitsRegistry* limits = nullptr,
             const std::shared_ptr<const expression::Surroundings>& expressions = nullptr);
  /// Null when there is none of this name.
  std::shared_ptr<const Topic> find(std::string_view name) const;
  const std::map<std::string, std::shared_ptr<const Topic>, std::less<>>& all() const { return topics_; }

 private:
  std::map<std::string, std::shared_ptr<const Topic>, std::less<>> topics_;
};

}  // namespace causeway::events
