#include <utility>

#include "events/relay/relay_loop.h"

namespace causeway::events {

void RelayLoop::take_settled() {
  std::optional<RelayInbox::Settled> told = inbox_->settled();
  if (!told) return;
  settling_ = false;
  if (told->result) {
    settle_failed_ = false;
    return settled(*told->settlement);
  }
  // Kept before whatever was gathered since.
  BusSettlement& kept = *told->settlement;
  for (auto& outcome : gathered_->outcomes) kept.outcomes.push_back(std::move(outcome));
  kept.lows.clear();
  kept.facts.clear();
  for (const auto& topic : topics_)
    for (RelayLane& lane : topic->lanes) lane.settled = std::min(lane.settled, lane.window.low() - 1);
  gathered_ = std::move(told->settlement);
  if (!std::exchange(settle_failed_, true)) {
    const ErrorInfo* const info = told->result.error().info_if();
    lines_.write(telemetry::Level::kError, "what is on the bus cannot be written down",
                 {{"error", info != nullptr ? info->internal : std::string("refused")}});
  }
  settle_at_ = now_ + kStoreAgain;
}

void RelayLoop::settled(const BusSettlement& settlement) {
  std::vector<Waiters::Outcome> outcomes;
  std::vector<Waiters::Low> lows;
  for (const BusSettlement::Outcome& outcome : settlement.outcomes) {
    const LaneOf& of = lanes_[outcome.lane_index];
    if (of.topic == nullptr) continue;
    const bool taken = outcome.refused.empty();
    outcomes.push_back({shard_of(of), outcome.position, taken ? std::optional(outcome.place) : std::nullopt});
    if (taken) continue;
    lines_.write(telemetry::Level::kError, "event refused by the bus",
                 {{"topic", of.topic->topic->name()},
                  {"eventId", outcome.event_id},
                  {"shard", std::to_string(lane(of).shard)},
                  {"position", std::to_string(outcome.position)},
                  {"reason", outcome.refused}});
  }
  for (const BusSettlement::Low& low : settlement.lows)
    if (const LaneOf& of = lanes_[low.lane_index]; of.topic != nullptr) lows.push_back({shard_of(of), low.position});
  waiters_.settled(outcomes, lows);
  for (const BusSettlement::Facts& facts : settlement.facts)
    for (const auto& topic : topics_)
      if (topic->id == facts.topic) {
        lines_.write(telemetry::Level::kInfo, "topic on the bus",
                     {{"topic", topic->topic->name()}, {"partitions", std::to_string(facts.said.partitions)}});
        topic->stored = facts.said;
        topic->topic->limits->record_bytes.store(facts.said.record_bytes, std::memory_order_relaxed);
        if (topic->said && topic->said->partitions == facts.said.partitions &&
            topic->said->record_bytes == facts.said.record_bytes)
          topic->said.reset();
      }
}

/// What the bus says otherwise of a topic goes down with the ends of everything that was sent before.
void RelayLoop::add_facts(BusSettlement& settlement) {
  for (const auto& topic : topics_) {
    if (!topic->said) continue;
    const bool grows = topic->stored.partitions > 0 && topic->said->partitions != topic->stored.partitions;
    if (!grows || topic->drained()) settlement.facts.push_back({topic->id, *topic->said});
  }
}

void RelayLoop::add_lows(BusSettlement& settlement) {
  for (const auto& topic : topics_)
    for (RelayLane& lane : topic->lanes)
      if (lane.window.low() > lane.settled) {
        lane.settled = lane.window.low();
        settlement.lows.push_back({lane.index, lane.id, lane.settled});
      }
}

void RelayLoop::settle() {
  if (settling_) return;
  if (now_ < settle_at_) return due(settle_at_);
  BusSettlement facts;
  add_facts(facts);
  if (facts.empty()) {
    if (gathered_->outcomes.empty()) return;
    if (!ending_ && gathered_->outcomes.size() < kGatherEvents && now_ < gathered_since_ + kGather)
      return due(gathered_since_ + kGather);
  }
  gathered_->facts = std::move(facts.facts);
  add_lows(*gathered_);
  settling_ = true;
  log_.store().commit_later(std::make_unique<WriteBusSettlement>(
      std::exchange(gathered_, std::make_unique<BusSettlement>()), log_.clock().wall(),
      [inbox = inbox_](std::unique_ptr<BusSettlement> settlement, Result<> result) {
        inbox->settled(std::move(settlement), std::move(result));
      }));
}

}  // namespace causeway::events
