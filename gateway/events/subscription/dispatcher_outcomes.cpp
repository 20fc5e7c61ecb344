#include <algorithm>
#include <utility>

#include "events/subscription/dispatcher.h"

namespace causeway::events {

using Row = Delivery::Row;
using Stage = Delivery::Stage;

void Dispatcher::wake_due(SteadyTime now) {
  while (!backing_off_.empty() && backing_off_.begin()->first <= now) {
    make_ready(*backing_off_.begin()->second);
    backing_off_.erase(backing_off_.begin());
  }
}

std::optional<SteadyTime> Dispatcher::next_due() const {
  if (paused_ || backing_off_.empty()) return std::nullopt;
  return backing_off_.begin()->first;
}

Delivery* Dispatcher::next(SteadyTime now) {
  if (paused_) return nullptr;
  wake_due(now);
  while (in_flight_ < rules_.concurrency) {
    const bool rows = !ready_rows_.empty() && rows_in_flight_ + finishing_.size() < kRowWindow;
    if (!rows && ready_fresh_.empty()) return nullptr;
    const bool take_row = rows && (rows_next_ || ready_fresh_.empty());
    rows_next_ = !take_row;
    std::deque<Delivery*>& ready = take_row ? ready_rows_ : ready_fresh_;
    Delivery& delivery = *ready.front();
    ready.pop_front();
    Lane& lane = lanes_.at(delivery.lane);
    if (lane.in_flight || lane.line.front() != &delivery || blocked(lane, delivery.place.position)) {
      delivery.stage = Stage::kWaiting;  // an earlier one of its key was replayed meanwhile
      continue;
    }
    delivery.stage = Stage::kInFlight;
    delivery.began = now;
    lane.in_flight = true;
    ++in_flight_;
    if (take_row) ++rows_in_flight_;
    return &delivery;
  }
  return nullptr;
}

Dispatcher::Lane& Dispatcher::land(Delivery& delivery) {
  Lane& lane = lanes_.at(delivery.lane);
  lane.in_flight = false;
  --in_flight_;
  if (delivery.row != Row::kNone) --rows_in_flight_;
  delivery.stage = Stage::kWaiting;
  return lane;
}

void Dispatcher::leave(Lane& lane, Delivery& delivery) {
  note_gone(delivery.place);
  std::erase(lane.line, &delivery);
  deliveries_.erase(delivery.place);
}

void Dispatcher::settle_window(const Delivery& delivery) {
  windows_[delivery.place.shard].settle(delivery.place.position);
  window_moved_ = true;
}

void Dispatcher::insert_row(Delivery& delivery, RowState state, RowChange change) {
  change.kind = RowChange::Kind::kInsert;
  change.place = delivery.place;
  change.state = state;
  change.attempts = delivery.attempts;
  change.since = delivery.since;
  const bool in_use = delivery.stage == Stage::kInFlight;  // its attempt is reading them
  change.event = in_use ? delivery.event
                        : EventCopy{delivery.event.event_id,
                                    delivery.event.key,
                                    delivery.event.type,
                                    delivery.event.stored_at,
                                    std::move(delivery.event.headers),
                                    std::move(delivery.event.body),
                                    std::move(delivery.event.sent),
                                    delivery.event.frozen};
  changes_.push_back(std::move(change));
  delivery.row = Row::kUnwritten;
  delivery.unwritten_sent = false;
  delivery.row_state = state;
  count(state, 1);
  settle_window(delivery);
  if (state == RowState::kHeld) holding_.insert(delivery.place);
}

void Dispatcher::change_row(Delivery& delivery, RowState state, RowChange change) {
  if (delivery.row == Row::kNone) return insert_row(delivery, state, std::move(change));
  if (std::exchange(delivery.unwritten_sent, false)) {
    RowChange freeze{.kind = RowChange::Kind::kFreeze, .place = delivery.place};
    freeze.event.sent = std::move(delivery.event.sent);
    changes_.push_back(std::move(freeze));
  }
  change.kind = RowChange::Kind::kUpdate;
  change.place = delivery.place;
  change.state = state;
  change.attempts = delivery.attempts;
  change.since = delivery.since;
  changes_.push_back(std::move(change));
  count(delivery.row_state, -1);
  count(state, 1);
  delivery.row_state = state;
}

void Dispatcher::hold_followers(Lane& lane) {
  std::deque<Delivery*> stay;
  for (Delivery* const each : lane.line) {
    if (each->row != Row::kNone || each->stage == Stage::kInFlight) {
      stay.push_back(each);
      continue;
    }
    if (each->stage == Stage::kReady) std::erase(ready_fresh_, each);
    insert_row(*each, RowState::kHeld, {});
    ++lane.waiting;
    ++lane.unwritten;
    deliveries_.erase(each->place);
  }
  lane.line = std::move(stay);
}

void Dispatcher::unload_followers(Lane& lane) {
  if (lane.line.empty()) return;
  const Delivery& head = *lane.line.front();
  const bool stopped = blocked(lane, head.place.position);
  if (!stopped && head.stage != Stage::kBackingOff) return;
  while (lane.line.size() > (stopped ? 0 : 1)) {
    const Delivery& last = *lane.line.back();
    if (last.row != Row::kWritten || last.stage != Stage::kWaiting) return;
    const Place place = last.place;
    lane.line.pop_back();
    ++lane.waiting;
    if (!blocked(lane, place.position)) lane.before_dead = true;
    deliveries_.erase(place);
  }
}

void Dispatcher::make_way() {
  std::set<std::string> names;
  for (const auto& [place, delivery] : deliveries_)
    if (delivery->row == Row::kNone && place.position < windows_[place.shard].last_settled())
      names.insert(delivery->lane);
  for (const std::string& name : names) hold_followers(lanes_.at(name));
}

bool Dispatcher::write_slow(SteadyTime before) {
  if (room() > rules_.window / 2) return false;
  bool any = false;
  for (auto& [name, lane] : lanes_) {
    if (!lane.in_flight) continue;
    const auto flying = std::ranges::find(lane.line, Stage::kInFlight, &Delivery::stage);
    Delivery& delivery = **flying;
    if (delivery.row != Row::kNone || delivery.began > before) continue;
    insert_row(delivery, RowState::kRetrying, {});
    ++rows_in_flight_;
    hold_followers(lane);
    any = true;
  }
  return any;
}

void Dispatcher::freeze(Delivery& delivery, std::string sent) {
  delivery.event.sent = std::move(sent);
  delivery.event.frozen = delivery.unwritten_sent = true;
}

void Dispatcher::thaw(Delivery& delivery) {
  if (!std::exchange(delivery.unwritten_sent, false)) return;
  delivery.event.frozen = false;
  delivery.event.sent.clear();
}

void Dispatcher::succeeded(Delivery& delivery) {
  dead_in_a_row_.clear();
  finish(delivery);
}

void Dispatcher::left_out(Delivery& delivery) { finish(delivery); }

void Dispatcher::finish(Delivery& delivery) {
  Lane& lane = land(delivery);
  if (delivery.row == Row::kNone) {
    window_bytes_ -= delivery.event.body.size();
    settle_window(delivery);
  } else {
    changes_.push_back({.kind = RowChange::Kind::kFinish, .place = delivery.place});
    finishing_.insert(delivery.place);
    count(delivery.row_state, -1);
  }
  const std::string name = delivery.lane;
  leave(lane, delivery);
  advance(name);
}

void Dispatcher::failed(Delivery& delivery, AttemptRecord attempt, Duration wait, SteadyTime now, WallTime wall) {
  Lane& lane = land(delivery);
  ++delivery.attempts;
  const std::int64_t wait_ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  RowChange change{.kind = RowChange::Kind::kUpdate, .next_at = unix_milliseconds(wall) + wait_ms};
  change_row(delivery, RowState::kRetrying, std::move(change));
  changes_.push_back({.kind = RowChange::Kind::kAttempt,
                      .place = delivery.place,
                      .attempts = delivery.attempts,
                      .attempt = std::move(attempt)});
  delivery.stage = Stage::kBackingOff;
  delivery.due = now + wait;
  backing_off_.emplace(delivery.due, &delivery);
  hold_followers(lane);
  unload_followers(lane);
  advance(std::string(delivery.lane));
}

void Dispatcher::died(Delivery& delivery, std::optional<AttemptRecord> attempt, std::string reason, WallTime wall) {
  Lane& lane = land(delivery);
  if (attempt) ++delivery.attempts;
  RowChange change{.kind = RowChange::Kind::kUpdate, .died_at = unix_milliseconds(wall), .reason = std::move(reason)};
  change_row(delivery, RowState::kDead, std::move(change));
  if (attempt)
    changes_.push_back({.kind = RowChange::Kind::kAttempt,
                        .place = delivery.place,
                        .attempts = delivery.attempts,
                        .attempt = std::move(*attempt)});
  lane.dead.insert(std::ranges::upper_bound(lane.dead, delivery.place.position), delivery.place.position);
  const std::string name = delivery.lane;
  leave(lane, delivery);
  if (rules_.on_dead_letter == OnDeadLetter::kPark) hold_followers(lane);
  unload_followers(lane);
  dead_in_a_row_.insert(name);
  if (dead_in_a_row_.size() >= kDeadInARow && !paused_) paused_ = pause_unwritten_ = true;
  advance(name);
}

void Dispatcher::returned(Delivery& delivery) {
  land(delivery);
  advance(std::string(delivery.lane));
}

std::int64_t Dispatcher::oldest_without_row() const {
  std::int64_t oldest = 0;
  for (const auto& [place, delivery] : deliveries_)
    if (delivery->row == Row::kNone && (oldest == 0 || delivery->event.stored_at < oldest))
      oldest = delivery->event.stored_at;
  return oldest;
}

bool Dispatcher::has_settlement() const { return !changes_.empty() || window_moved_ || pause_unwritten_; }

Settlement Dispatcher::take_settlement() {
  Settlement settlement;
  settlement.rows = std::exchange(changes_, {});
  settlement.pause = std::exchange(pause_unwritten_, false);
  if (std::exchange(window_moved_, false)) {
    for (std::uint32_t shard = 0; shard < windows_.size(); ++shard) {
      Position low = 0;
      if (windows_[shard].take_move(low)) settlement.cursors.push_back({shard, low});
    }
  }
  return settlement;
}

void Dispatcher::settled(const Settlement& settlement) {
  for (const RowChange& change : settlement.rows) written(change);
  for (const CursorMove& move : settlement.cursors) {
    Window& window = windows_[move.shard];
    exposed_ -= window.exposed();
    window.moved(move.low);
    exposed_ += window.exposed();
  }
}

void Dispatcher::written(const RowChange& change) {
  if (change.kind == RowChange::Kind::kFinish) finishing_.erase(change.place);
  if (change.kind != RowChange::Kind::kInsert) return;
  window_bytes_ -= change.event.body.size();
  if (change.state == RowState::kHeld) {
    const std::string name = lane_name(change.place, change.event.key);
    --lanes_.at(name).unwritten;
    holding_.erase(change.place);
    advance(name);
    return;
  }
  const auto found = deliveries_.find(change.place);
  if (found == deliveries_.end()) return;
  Delivery& delivery = *found->second;
  delivery.row = Row::kWritten;
  if (delivery.stage == Stage::kDueUnwritten) make_ready(delivery);
}

}  // namespace causeway::events
