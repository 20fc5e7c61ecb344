// What the relay asks the store.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/bus.h"
#include "events/event_log.h"
#include "events/relay/window_share.h"
#include "store/store.h"

namespace causeway::events {

/// How far topics were relayed, for a relay that takes them.
class OpenOutbox final : public store::Query {
 public:
  struct Lane {
    std::int64_t id = 0;
    std::uint32_t shard = 0;
    Position low = 0;
    Position end = 0;             ///< the last that was stored
    std::vector<Position> ended;  ///< behind `low`
  };
  struct Opened {
    std::int64_t id = 0;
    BusTopic stored;  ///< partitions 0: never seen on the bus
    std::vector<Lane> lanes;
  };
  struct Left {
    std::string topic;
    std::int64_t events = 0;
  };

  OpenOutbox(std::shared_ptr<const TopicTable> topics, BusKind bus) : topics_(std::move(topics)), bus_(bus) {}
  Result<> run(store::Session& session) override;

  std::vector<std::pair<std::shared_ptr<const Topic>, Opened>> opened;  ///< those on this bus that are registered
  std::vector<Left> left;  ///< topics with an outbox that the configuration does not have (any more)

 private:
  const std::shared_ptr<const TopicTable> topics_;
  const BusKind bus_;
};

/// The next slice of the outbox.
class ReadOutbox final : public store::Query {
 public:
  static constexpr WindowLoad kSlice{1'000, 8u << 20};

  struct Lane {
    std::int64_t id = 0;
    Position after = 0;
    Position end = 0;
    WindowLoad most;                  ///< none: it is not read
    std::vector<StoredEvent> events;  ///< the answer
  };
  struct Wanted {
    std::int64_t id = 0;
    bool look = false;  ///< for new events: `end` of its lanes
    std::vector<Lane> lanes;
  };

  Result<> run(store::Session& session) override;

  std::vector<Wanted> topics;
  std::size_t first = 0;  ///< whose turn it is: the lane, counted over all topics, that is read first
};

/// How old the outbox is.
class MeasureOutbox final : public store::Query {
 public:
  struct Lane {
    std::int64_t id = 0;
    Position low = 0;
    Position end = 0;  ///< the answer
  };
  struct Wanted {
    std::int64_t id = 0;
    std::vector<Lane> lanes;
    std::int64_t oldest_stored_at = 0;  ///< the answer: unix milliseconds; 0: it is empty
  };
  Result<> run(store::Session& session) override;

  std::vector<Wanted> topics;
};

/// Where events are that were appended.
class ReadPlaces final : public store::Query {
 public:
  struct Answer {
    bool ended = false;  ///< it is on the bus, or refused
    std::optional<BusPlace> place;
  };
  Result<> run(store::Session& session) override;

  std::string topic;
  std::vector<Receipt> receipts;
  std::vector<Answer> answers;  ///< as receipts
};

}  // namespace causeway::events
