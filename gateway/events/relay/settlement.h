// What the relay writes down: what became of events on the bus, how far each shard is, what the bus says of topics.
// One commit for many events; a settlement that the store refuses is kept and tried again.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "events/bus.h"
#include "events/event_log.h"
#include "store/store.h"

namespace causeway::events {

struct BusSettlement {
  struct Outcome {
    std::size_t lane_index = 0;  ///< the relay's own number of the shard
    std::int64_t lane = 0;
    Position position = 0;
    BusPlace place;
    std::string refused;   ///< why; empty: it is at `place`
    std::string event_id;  ///< of a refused one, filled in when it is written
  };
  struct Low {
    std::size_t lane_index = 0;
    std::int64_t lane = 0;
    Position position = 0;
  };
  struct Facts {
    std::int64_t topic = 0;
    BusTopic said;
  };

  std::vector<Outcome> outcomes;
  std::vector<Low> lows;
  std::vector<Facts> facts;

  bool empty() const { return outcomes.empty() && lows.empty() && facts.empty(); }
};

/// Writes a settlement and tells on the writer's thread how that went.
class WriteBusSettlement final : public store::Change {
 public:
  using Told = std::function<void(std::unique_ptr<BusSettlement>, Result<>)>;

  WriteBusSettlement(std::unique_ptr<BusSettlement> settlement, WallTime now, Told told)
      : settlement_(std::move(settlement)), now_(now), told_(std::move(told)) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;
  void settled(Result<> result) noexcept override { told_(std::move(settlement_), std::move(result)); }

 private:
  std::unique_ptr<BusSettlement> settlement_;
  const WallTime now_;
  Told told_;
};

}  // namespace causeway::events
