// What the relay's thread does, round by round, without a thread: a test drives it on a clock and a bus of its own.
#pragma once

#include <memory>
#include <vector>

#include "events/bus.h"
#include "events/event_log.h"
#include "events/relay/inbox.h"
#include "events/relay/outbox_queries.h"
#include "events/relay/relay_topic.h"
#include "events/relay/settlement.h"
#include "events/relay/waiters.h"
#include "telemetry/log_thread.h"
#include "telemetry/metrics.h"

namespace causeway::events {

/// One thread's. In every shard the events go out in their order, and of each only what has no end yet: after a failure
/// of the bus, and after another start, it goes on at the lowest of them.
class RelayLoop {
 public:
  static constexpr Duration kGather = std::chrono::milliseconds(20);  ///< what one commit waits for others
  static constexpr std::size_t kGatherEvents = 1'000;
  static constexpr std::size_t kMostUnsettled = 20'000;  ///< while the store is slow, nothing more is sent
  static constexpr Duration kResolveEvery = std::chrono::minutes(1);
  static constexpr Duration kResolvePatience = std::chrono::seconds(1);
  static constexpr Duration kMeasureEvery = std::chrono::seconds(1);
  static constexpr Duration kStoreAgain = std::chrono::seconds(1);

  /// Everything outlives it.
  RelayLoop(EventLog& log, Bus& bus, telemetry::Metrics& metrics, telemetry::LogThread& lines, Waiters& waiters,
            std::shared_ptr<RelayInbox> inbox);
  ~RelayLoop();
  RelayLoop(const RelayLoop&) = delete;
  RelayLoop& operator=(const RelayLoop&) = delete;

  /// One round; blocks for reads of the store, and up to kResolvePatience where the bus is asked about a topic. When
  /// the next is due, if the inbox's eventfd does not wake before.
  SteadyTime round();
  /// Nothing more can be sent: everything is on the bus and that is written down, but for topics that it does not know.
  bool idle() const;
  /// From now on rounds only write down what is known.
  void end() { ending_ = true; }
  bool all_settled() const { return !settling_ && gathered_->empty(); }

 private:
  // What was taken, and what the bus says of topics (relay_topics.cpp).
  void take();
  void take_topic(const std::shared_ptr<const Topic>& topic, OpenOutbox::Opened opened);
  void make_lanes(RelayTopic& topic, const OpenOutbox::Opened& opened);
  void drop_empty();
  void resolve();
  void resolved(RelayTopic& topic, BusTopic said);
  void unresolved(RelayTopic& topic, std::string problem);
  void measure();
  void show_pending();

  // What is sent, and what becomes of it (relay_loop.cpp).
  void pump();
  bool send_unsent();
  bool send(RelayTopic& topic, RelayLane& lane);
  bool read_slice();
  void gather_reports();
  void ended(std::size_t lane_index, Position position, BusPlace place, std::string refused);
  void fail(std::string reason);
  void rebuild();
  void tell_waiters();

  // What is written down (relay_settle.cpp).
  void take_settled();
  void settled(const BusSettlement& settlement);
  void settle();
  void add_facts(BusSettlement& settlement);
  void add_lows(BusSettlement& settlement);

  struct LaneOf {
    RelayTopic* topic = nullptr;  ///< null: it has left
    std::size_t lane = 0;
  };
  RelayLane& lane(const LaneOf& of) { return of.topic->lanes[of.lane]; }
  Waiters::Shard shard_of(const LaneOf& of) { return {of.topic->number, lane(of).shard}; }
  void due(SteadyTime at) { due_ = std::min(due_, at); }

  EventLog& log_;
  Bus& bus_;
  telemetry::Metrics& metrics_;
  telemetry::LogThread& lines_;
  Waiters& waiters_;
  const std::shared_ptr<RelayInbox> inbox_;
  telemetry::Shard& shard_;
  const std::unique_ptr<BusProducer> producer_;

  bool ending_ = false;
  SteadyTime now_{};
  SteadyTime due_{};
  std::shared_ptr<const TopicTable> table_;  ///< taken, and the store could not be read
  SteadyTime take_at_{};
  std::vector<std::unique_ptr<RelayTopic>> topics_;
  std::vector<LaneOf> lanes_;  ///< by RelayLane::index

  std::size_t turn_ = 0;
  SteadyTime read_at_{};
  bool store_failed_ = false;  ///< and the log says so
  bool failed_ = false;        ///< nothing is sent until it is rebuilt
  SteadyTime rebuild_at_{};
  std::uint32_t failures_ = 0;
  SteadyTime resolve_at_{};  ///< not sooner: after one that was not answered the others have their turn
  SteadyTime measure_at_{};
  std::vector<SendReport> reports_;
  std::vector<Waiters::Outcome> told_;

  std::unique_ptr<BusSettlement> gathered_;
  SteadyTime gathered_since_{};
  bool settling_ = false;
  bool settle_failed_ = false;
  SteadyTime settle_at_{};  ///< not sooner: the store has refused
};

}  // namespace causeway::events
