// What an operator sees of topics: `causeway topics`, GET /topics.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.h"
#include "events/topic_settings.h"
#include "store/store.h"

namespace causeway::events {

struct TopicView {
  std::string name;
  std::uint32_t shards = 0;
  Duration retention{};
  std::int64_t events = 0;     ///< that are in the store
  std::int64_t stored = 0;     ///< that ever were: the sum of the last positions
  std::int64_t published = 0;  ///< of these, those on the bus or refused by it; embedded: all
  BusKind bus = BusKind::kEmbedded;
  std::uint32_t partitions = 0;       ///< on the bus; 0: it is the embedded one, or the topic was never seen there
  std::int64_t pending = 0;           ///< that are stored and not on the bus
  std::int64_t oldest_stored_at = 0;  ///< unix milliseconds, of those in the store; 0: there is none
};

/// By name. A look-up a shard, whatever the number of events.
std::vector<TopicView> topic_views(store::Session& session);

/// The same as a query.
class ReadTopics final : public store::Query {
 public:
  std::vector<TopicView> topics;  ///< the answer
  Result<> run(store::Session& session) override;
};

}  // namespace causeway::events
