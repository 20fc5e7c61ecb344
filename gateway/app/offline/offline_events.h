// The log of a gateway that is tried out: in memory, emptied at will, read back after each call.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/late_store.h"
#include "app/offline/offline_call.h"
#include "events/event_log.h"
#include "events/publications.h"
#include "store/memory_store.h"

namespace causeway::app {

/// One thread. Everything given outlives it.
class OfflineEvents final : private events::Publications {
 public:
  OfflineEvents(LateStore& store, events::EventLog& log) : store_(store), log_(log) {}
  ~OfflineEvents() { log_.use(nullptr); }

  /// An empty log with these topics. Those on a bus are on it as soon as they are stored.
  void begin(std::shared_ptr<const events::TopicTable> topics, WallTime now);
  /// What has come since the last time; by topic and place.
  std::vector<OfflineEvent> take_new();

 private:
  Task<std::vector<std::optional<events::BusPlace>>> wait(runtime::Worker& worker,
                                                          std::shared_ptr<const events::Topic> topic,
                                                          std::span<const events::Receipt> receipts,
                                                          Duration patience) override;

  LateStore& store_;
  events::EventLog& log_;
  std::unique_ptr<store::MemoryStore> memory_;
  std::shared_ptr<const events::TopicTable> topics_;
  std::map<std::pair<std::string, std::uint32_t>, events::Position> seen_;  ///< by topic and shard
};

}  // namespace causeway::app
