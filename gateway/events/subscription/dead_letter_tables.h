// What operators ask and change of dead letters, as questions and changes of the store.
#pragma once

#include <string>
#include <vector>

#include "events/subscription/control.h"
#include "events/subscription/subscription_tables.h"

namespace causeway::events {

/// A place with the key that decides its lane.
struct PlaceAndKey {
  Place place;
  std::string key;
};

/// Those of one group in the order of their places, from behind `after`.
struct ListDead final : store::Query {
  ListDead(GroupId its, std::string its_subscription) : id(std::move(its)), subscription(std::move(its_subscription)) {}
  Result<> run(store::Session& session) override;

  const GroupId id;
  const std::string subscription;
  std::string key;  ///< empty: any
  Place after;
  std::size_t limit = 50;
  std::vector<DeadLetterView> items;
  std::vector<PlaceAndKey> places;  ///< as items
};

struct CountDead final : store::Query {
  explicit CountDead(GroupId its) : id(std::move(its)) {}
  Result<> run(store::Session& session) override;

  const GroupId id;
  std::string key;  ///< empty: any
  std::int64_t count = 0;
};

/// One with its event and attempts, whatever its state; `found` false when it has no row (any more).
struct ShowDelivery final : store::Query {
  ShowDelivery(GroupId its, std::string its_subscription, Place where)
      : id(std::move(its)), subscription(std::move(its_subscription)), place(where) {}
  Result<> run(store::Session& session) override;

  const GroupId id;
  const std::string subscription;
  const Place place;
  bool found = false;
  RowState state = RowState::kHeld;
  DeadLetterView view;
};

/// Dead letters become retrying, due now, from the first attempt. Others are left alone.
class ReplayRows final : public store::Change {
 public:
  ReplayRows(const GroupId& id, std::vector<Place> places, WallTime now)
      : id_(id), places_(std::move(places)), now_(now) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;
  const std::vector<PlaceAndKey>& replayed() const { return replayed_; }

 private:
  const GroupId& id_;
  const std::vector<Place> places_;
  const WallTime now_;
  std::vector<PlaceAndKey> replayed_;
};

/// As ReplayRows for one, which gets another eventId and body; what was stored is kept beside it.
class ReplayEdited final : public store::Change {
 public:
  ReplayEdited(const GroupId& id, Place place, const EventCopy& event, WallTime now)
      : id_(id), place_(place), event_(event), now_(now) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;
  bool replayed() const { return replayed_; }

 private:
  const GroupId& id_;
  const Place place_;
  const EventCopy& event_;
  const WallTime now_;
  bool replayed_ = false;
};

class DiscardRow final : public store::Change {
 public:
  DiscardRow(const GroupId& id, Place place, std::string reason) : id_(id), place_(place), reason_(std::move(reason)) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;
  /// Empty: it was no dead letter.
  const std::vector<PlaceAndKey>& discarded() const { return discarded_; }

 private:
  const GroupId& id_;
  const Place place_;
  const std::string reason_;
  std::vector<PlaceAndKey> discarded_;
};

/// `<subscription>:<shard>:<position>`
std::string delivery_id(std::string_view subscription, Place place);
/// False when it has not this form.
bool parse_delivery_id(std::string_view id, std::string& subscription, Place& place);

}  // namespace causeway::events
