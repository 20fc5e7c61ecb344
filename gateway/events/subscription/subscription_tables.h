// The tables of subscriptions. SQL that knows them is in take_groups.cpp, group_start.cpp, group_queries.cpp,
// count_group.cpp, dead_letter_tables.cpp and subscription_tables.cpp, and nowhere else.
//
//   cursor    how far a group is in each shard: everything at or below low_pos is finished, or has a row in delivery
//   delivery  what is retried, held or dead, with its own copy of the event; a delivery that succeeds at once has none
//   attempt   the failed attempts of a delivery
// and where a broker carries the topic (group_start.h)
//   group_start  groups whose beginning the bus has not told yet
//   seen_pos     which events of which stores a group has, to know doubles
//   lost         what left the bus before the group had it
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/log_reader.h"
#include "events/subscription/delivery.h"
#include "events/subscription/dispatcher.h"
#include "events/subscription/group_reader.h"
#include "events/subscription/settings.h"
#include "store/schema.h"
#include "store/store.h"

namespace causeway::events {

/// Pass it to the store when it opens.
extern const store::Schema kSubscriptionSchema;

/// Whose cursor and deliveries: what outlives a subscription's name.
struct GroupId {
  std::string group;
  std::string topic;
  bool operator==(const GroupId&) const = default;
};

/// A subscription as a configuration wants it.
struct WantedGroup {
  GroupId id;
  std::uint32_t shards = 0;
  Start start = Start::kLatest;
  std::string was;             ///< the group that it takes over; empty: none
  config::Position place{};    ///< of `was`, else of the subscription's name: for problems
  std::string path{};          ///< likewise
  std::string carrier{"log"};  ///< of the topic (carrier_of); another than "log" is asked where the group begins
};

/// A group of a topic that no configuration has any more, while another topic has one of its name.
struct LeftBehind {
  GroupId id;
  std::int64_t deliveries = 0;  ///< retrying, held and dead ones
};

/// All of a configuration at once: topics are registered, new cursors begin at this transaction, renamed ones take
/// everything along. Groups that are not wanted any more keep their rows as orphans until the retention of their topic
/// is over. Fails with kConflict, and changes nothing, where a group is to be taken over by one that has a cursor of
/// its own, where a group has read its topic from another carrier, or a topic cannot be registered; `internal` is for
/// people, `refused` says where.
class TakeGroups final : public store::Change {
 public:
  /// `topics` may be null: they are registered already.
  TakeGroups(std::vector<WantedGroup> wanted, std::shared_ptr<const TopicTable> topics, WallTime now)
      : wanted_(std::move(wanted)), topics_(std::move(topics)), now_(now) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;
  /// Filled by `apply`.
  const std::vector<LeftBehind>& left_behind() const { return left_behind_; }
  /// Whose group could not be taken, after a kConflict; null: it was none's.
  const WantedGroup* refused() const { return refused_; }

 private:
  const std::vector<WantedGroup> wanted_;
  const std::shared_ptr<const TopicTable> topics_;
  const WallTime now_;
  std::vector<LeftBehind> left_behind_;
  const WantedGroup* refused_ = nullptr;
};

/// What a subscription begins with.
struct LoadGroup final : store::Query {
  /// `its_shards`: 0 is as many as the group has cursors.
  LoadGroup(GroupId its, std::uint32_t its_shards) : id(std::move(its)), shards(its_shards) {}
  Result<> run(store::Session& session) override;

  const GroupId id;
  const std::uint32_t shards;
  std::vector<Position> low;  ///< by shard; empty: the bus is to be asked for `start` and `start_at`
  std::string paused_by;      ///< empty: it runs
  std::vector<FoundRow> rows;
  std::vector<SeenMark> seen;
  Start start = Start::kLatest;
  WallTime start_at{};
};

/// Where a group would begin in the log: before the oldest that is there, or before what was stored after `at`.
struct FindStarts final : store::Query {
  FindStarts(std::string its_topic, std::uint32_t its_shards, Start its_start, WallTime its_at)
      : topic(std::move(its_topic)), shards(its_shards), start(its_start), at(its_at) {}
  Result<> run(store::Session& session) override;

  const std::string topic;
  const std::uint32_t shards;
  const Start start;
  const WallTime at;
  std::vector<Position> low;  ///< by shard
};

/// New events of every shard.
struct ReadLog final : store::Query {
  Result<> run(store::Session& session) override;

  std::string topic;
  std::vector<Position> after;  ///< by shard
  std::size_t limit = 0;
  std::size_t max_bytes = 0;
  std::size_t first = 0;                                      ///< the shard to begin with, so that none starves
  std::vector<std::pair<std::uint32_t, StoredEvent>> events;  ///< the answer; of each shard ascending
  bool more = false;                                          ///< there are others
};

struct LoadRows final : store::Query {
  LoadRows(GroupId its, const LoadRequest& which) : id(std::move(its)), request(which) {}
  Result<> run(store::Session& session) override;

  const GroupId id;
  const LoadRequest& request;
  std::vector<LoadedRow> rows;
};

struct ReadDelivery final : store::Query {
  ReadDelivery(GroupId its, Place where) : id(std::move(its)), place(where) {}
  Result<> run(store::Session& session) override;

  const GroupId id;
  const Place place;
  bool found = false;
  EventCopy event;
  std::int64_t since = 0;
};

/// Writes down what was learnt.
class Settle final : public store::Change {
 public:
  Settle(const GroupId& id, const Settlement& settlement) : id_(id), settlement_(settlement) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;

 private:
  const GroupId& id_;
  const Settlement& settlement_;
};

class SetPaused final : public store::Change {
 public:
  /// `paused_by` is empty to let it run.
  SetPaused(GroupId id, std::string paused_by) : id_(std::move(id)), paused_by_(std::move(paused_by)) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;

 private:
  const GroupId id_;
  const std::string paused_by_;
};

/// Of a topic in the log: how far behind a group is, for the metrics.
struct SampleGroup final : store::Query {
  explicit SampleGroup(GroupId its) : id(std::move(its)) {}
  Result<> run(store::Session& session) override;

  const GroupId id;
  std::int64_t behind = 0;            ///< events beyond the cursors
  std::int64_t oldest_stored_at = 0;  ///< of everything that is not finished; 0: there is nothing
};

/// When the oldest was stored of what has a row and is not finished; 0: there is none.
struct SampleRows final : store::Query {
  explicit SampleRows(GroupId its) : id(std::move(its)) {}
  Result<> run(store::Session& session) override;

  const GroupId id;
  std::int64_t oldest_stored_at = 0;
};

/// The state of an event for DeliveryStates, and how many attempts; empty when the group began behind it. Position 0 is
/// one that is not on its bus yet; `origin`: of one that is there, its place in the log, null: not known.
std::pair<std::string_view, std::uint32_t> delivery_state(store::Session& session, const GroupId& id, Place place,
                                                          const Origin* origin);

/// An event by a row that some group has of it, for DeliveryStates.
void find_copy(store::Session& session, FindEvent& find);

std::string_view name_of(RowState state);
RowState state_of(std::string_view name);

}  // namespace causeway::events
