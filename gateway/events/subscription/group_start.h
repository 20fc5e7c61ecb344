// How groups begin and go on where a broker carries their topic: the store cannot know the positions there, so a new
// group is written down with where it is to begin (`group_start`), and gets its cursors once the broker has said.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "events/subscription/group_reader.h"
#include "events/subscription/subscription_tables.h"

namespace causeway::events {

/// What carries a topic, for `cursor.carrier`: "log", or the kind of bus and the topic's name there. Positions mean
/// nothing elsewhere.
std::string carrier_of(const Topic& topic);

/// The first cursors of a group whose beginning the bus has told, in place of its row in `group_start`. Nothing when it
/// has cursors.
class BeginGroup final : public store::Change {
 public:
  BeginGroup(const GroupId& id, std::string carrier, std::vector<Position> low)
      : id_(id), carrier_(std::move(carrier)), low_(std::move(low)) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;

 private:
  const GroupId& id_;
  const std::string carrier_;
  const std::vector<Position> low_;
};

/// What a read has brought beside events: cursors of the lanes from `first` to below `end`, which begin at 0, and what
/// nobody will see.
class NoteLanes final : public store::Change {
 public:
  NoteLanes(const GroupId& id, std::string carrier, std::uint32_t first, std::uint32_t end,
            std::span<const LostRange> lost, WallTime now)
      : id_(id), carrier_(std::move(carrier)), first_(first), end_(end), lost_(lost), now_(now) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;

 private:
  const GroupId& id_;
  const std::string carrier_;
  const std::uint32_t first_;
  const std::uint32_t end_;
  const std::span<const LostRange> lost_;
  const WallTime now_;
};

}  // namespace causeway::events
