// One member of a consumer group that reads one topic: gets partitions, reads them from where the group is, tells the
// broker how far it is. It stays in the group whether somebody wants events or not.
//
// Thread safe: the service's thread looks after the group, the reader's worker takes events. Nothing on the worker's
// side waits for a broker.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "adapters/kafka/client.h"
#include "adapters/kafka/client_conf.h"
#include "adapters/kafka/client_watch.h"
#include "adapters/kafka/shared.h"

namespace causeway::kafka {

/// Passes what librdkafka calls on, until it is closed: then nobody is called, nor being called.
class WakeGate {
 public:
  explicit WakeGate(std::function<void()> wake) : wake_(std::move(wake)) {}
  void open();
  void close();

 private:
  std::mutex mutex_;
  std::function<void()> wake_;
};

class GroupClient final : private Served {
 public:
  static constexpr Duration kCommitPeriod = std::chrono::milliseconds(900);

  /// For how long one that was ended by another of its name waits before it tries again.
  static constexpr Duration kAfterFatal = std::chrono::seconds(3);

  /// `shared` outlives it.
  GroupClient(KafkaBus::Shared& shared, const events::ReaderContext& context);
  /// Ends on a thread of the bus. A member with a name keeps its place in the group for a session timeout, so that
  /// whoever goes on under it need not wait; one without leaves.
  ~GroupClient();
  GroupClient(const GroupClient&) = delete;
  GroupClient& operator=(const GroupClient&) = delete;

  /// Joins the group; `low` are the next offsets of the partitions.
  void begin(std::span<const events::Position> low);
  events::ReadBatch take(events::ReadWish wish);
  /// A partition whose next record is not there (any more), if there is one; the broker has to be asked.
  std::optional<std::uint32_t> out_of_range() const;
  /// What the broker holds of it: reading goes on at the first that is there. What was lost, if something was.
  std::optional<events::LostRange> found(std::uint32_t lane, const struct Watermarks& marks);
  /// Not empty, once each time that it was found: a partition ends before what the group has read.
  std::string take_behind();
  /// The broker has not answered.
  void ask_later(std::uint32_t lane);
  /// Everything below is durably done with.
  void settled(std::uint32_t lane, events::Position low);
  /// Of partitions that others have, or nobody yet, by what was last known. Empty while nothing is known of the
  /// broker's side.
  std::optional<events::GroupBacklog> backlog();
  /// Would it help to ask the broker where they end? Not more than once in a while, nor while it is away.
  bool wants_ends();
  void take_ends(std::span<const std::int64_t> ends);
  std::uint32_t lanes() const;

  /// Null before `begin` and while librdkafka makes none.
  std::shared_ptr<Client> client() const;
  const std::string& topic_name() const { return topic_->settings.kafka_name(); }

 private:
  struct Lane {
    std::int64_t next = 0;        ///< the offset that is read next
    std::int64_t settled = 0;     ///< as the store has it
    std::int64_t looked = 0;      ///< up to here there is nothing but what was handed out
    std::int64_t end = -1;        ///< behind the last record, as last known; -1: not known
    std::int64_t committed = -1;  ///< as the broker has it; -1: nobody has told it yet
    Queue queue;                  ///< null: the partition is not ours
    Message head;                 ///< read, and not handed out yet
    bool out_of_range = false;
    SteadyTime ask_at;
    bool told_behind = false;
  };

  void serve() override;
  void make_client();
  /// It can go on no more: somebody else is this member.
  void give_up();
  /// The broker is told the last offsets; for a thread of the bus.
  std::function<void()> end_of_client();
  void take_event(rd_kafka_event_t* event);
  void rebalance(rd_kafka_event_t* event);
  void assign(const rd_kafka_topic_partition_list_t& partitions);
  void revoke();
  void assign_again();
  void commit();
  void committed(rd_kafka_event_t* event);
  void let_go(Lane& lane) const;
  Message next_message(Lane& lane);
  /// Finds out where the lane ends and what comes next in it.
  void look_ahead(Lane& lane, std::int32_t partition);

  KafkaBus::Shared& shared_;
  const GroupMember member_;
  const std::shared_ptr<const events::Topic> topic_;
  const std::shared_ptr<WakeGate> gate_;
  ClientWatch watch_;

  mutable std::mutex mutex_;  // of what follows; never held while librdkafka waits for something
  std::shared_ptr<Client> client_;
  bool fatal_ = false;  // the service thread's
  SteadyTime make_at_;  // likewise
  std::string behind_;
  bool assign_again_ = false;
  bool committing_ = false;
  SteadyTime commit_at_;
  SteadyTime ends_at_;     // asked not before
  std::size_t first_ = 0;  // whose turn it is
  std::vector<Lane> lanes_;
};

}  // namespace causeway::kafka
