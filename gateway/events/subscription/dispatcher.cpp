#include "events/subscription/dispatcher.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace causeway::events {
namespace {

constexpr std::size_t kLoadedAtOnce = Dispatcher::kLoad - Dispatcher::kRowWindow;

}  // namespace

Dispatcher::Dispatcher(const Rules& rules, const std::vector<Position>& low, const std::vector<FoundRow>& rows,
                       bool paused)
    : rules_(rules), windows_(low.begin(), low.end()), paused_(paused) {
  std::vector<std::string> names;
  for (const FoundRow& row : rows) {
    if (row.place.position > low[row.place.shard]) ahead_.insert(row.place);
    if (row.state == RowState::kDiscarded) continue;
    std::string name;
    Lane& lane = lane_at(row.place, row.key, name);
    count(row.state, 1);
    if (row.state == RowState::kDead) {
      lane.dead.push_back(row.place.position);
      continue;
    }
    if (lane.waiting++ == 0) names.push_back(name);
    if (lane.dead.empty()) lane.before_dead = true;
  }
  for (const std::string& name : names) advance(name);
}

// A name for each key of a shard, or for each event where there is no order. Events of one key in two shards (a
// broker's partitions that became more, or whose producers disagree) have no order that could be kept.
std::string Dispatcher::lane_name(Place place, const std::string& key) const {
  const std::string shard = std::to_string(place.shard) + ':';
  if (rules_.order == Order::kByKey && !key.empty()) return 'k' + shard + key;
  return 'p' + shard + std::to_string(place.position);
}

Dispatcher::Lane& Dispatcher::lane_at(Place place, const std::string& key, std::string& name) {
  name = lane_name(place, key);
  const auto [lane, fresh] = lanes_.try_emplace(name);
  if (fresh) {
    lane->second.shard = place.shard;
    if (name.front() == 'k') lane->second.key = key;
    else lane->second.position = place.position;
  }
  return lane->second;
}

bool Dispatcher::blocked(const Lane& lane, Position position) const {
  return rules_.on_dead_letter == OnDeadLetter::kPark && !lane.dead.empty() && lane.dead.front() < position;
}

bool Dispatcher::takes_fresh(const Lane& lane) const {
  if (lane.waiting > 0 || lane.loading || blocked(lane, std::numeric_limits<Position>::max())) return false;
  return lane.line.empty() || lane.line.front()->row == Delivery::Row::kNone;
}

std::size_t Dispatcher::room() const {
  if (paused_ || counts_.retrying >= kMaxRetrying || window_bytes_ >= kWindowBytes) return 0;
  const std::size_t rows = rows_in_flight_ + finishing_.size();
  const std::size_t taken = exposed_ + (rows > kRowWindow ? rows - kRowWindow : 0);
  return taken >= rules_.window ? 0 : rules_.window - taken;
}

bool Dispatcher::enter_window(Place place) {
  Window& window = windows_[place.shard];
  window.read(place.position);
  ++exposed_;
  if (ahead_.erase(place) == 0) return true;
  window.settle(place.position);
  window_moved_ = true;
  return false;
}

bool Dispatcher::left_out(std::uint32_t shard, Position position) {
  if (!enter_window({shard, position})) return false;
  windows_[shard].settle(position);
  return window_moved_ = true;
}

void Dispatcher::arrived(std::uint32_t shard, StoredEvent event, bool passed) {
  const Place place{shard, event.position};
  if (!enter_window(place)) return;
  window_bytes_ += event.body.size();
  auto delivery = std::make_unique<Delivery>();
  Lane& lane = lane_at(place, event.key, delivery->lane);
  delivery->place = place;
  delivery->passed = passed;
  delivery->since = event.stored_at;
  delivery->event = {std::move(event.event_id), std::move(event.key),     std::move(event.type),
                     event.stored_at,           std::move(event.headers), std::move(event.body)};
  if (!takes_fresh(lane)) {
    insert_row(*delivery, RowState::kHeld, {});
    ++lane.waiting;
    ++lane.unwritten;
    return;
  }
  lane.line.push_back(delivery.get());
  const std::string name = delivery->lane;
  deliveries_.emplace(place, std::move(delivery));
  advance(name);
}

void Dispatcher::join(Lane& lane, Delivery& delivery) {
  const auto behind = std::ranges::upper_bound(lane.line, delivery.place.position, {},
                                               [](const Delivery* each) { return each->place.position; });
  lane.line.insert(behind, &delivery);
}

void Dispatcher::make_ready(Delivery& delivery) {
  if (delivery.row == Delivery::Row::kUnwritten) {
    delivery.stage = Delivery::Stage::kDueUnwritten;  // its body can only be read once it is written
    return;
  }
  delivery.stage = Delivery::Stage::kReady;
  (delivery.row == Delivery::Row::kNone ? ready_fresh_ : ready_rows_).push_back(&delivery);
}

void Dispatcher::advance(const std::string& name) {
  const auto found = lanes_.find(name);
  if (found == lanes_.end() || found->second.in_flight) return;
  Lane& lane = found->second;
  if (!lane.line.empty()) {
    Delivery& head = *lane.line.front();
    if (head.stage == Delivery::Stage::kWaiting && !blocked(lane, head.place.position)) make_ready(head);
  } else if (lane.waiting > 0) {
    want_rows(name, lane);
  } else if (lane.dead.empty() && !lane.loading) {
    lanes_.erase(found);
  }
}

void Dispatcher::want_rows(const std::string& name, Lane& lane) {
  const bool parked = blocked(lane, std::numeric_limits<Position>::max()) && !lane.before_dead;
  if (lane.loading || parked || lane.waiting <= lane.unwritten) return;
  lane.loading = true;
  loads_.push_back(name);
}

std::optional<LoadRequest> Dispatcher::next_load() {
  if (loads_.empty() || paused_ || deliveries_.size() >= kMaxLoaded) return std::nullopt;
  LoadRequest request;
  request.lane = std::move(loads_.front());
  loads_.pop_front();
  Lane& lane = lanes_.at(request.lane);
  lane.outdated = false;
  request.shard = lane.shard;
  request.key = lane.key;
  request.position = lane.position;
  request.expected = lane.waiting;
  reading_rows_ = true;
  gone_ = finishing_;
  return request;
}

void Dispatcher::not_loaded(const LoadRequest& request) {
  reading_rows_ = false;
  loads_.push_back(request.lane);
}

void Dispatcher::note_gone(Place place) {
  if (reading_rows_) gone_.insert(place);
}

void Dispatcher::loaded(const LoadRequest& request, std::vector<LoadedRow> rows, SteadyTime now, WallTime wall) {
  Lane& lane = lanes_.at(request.lane);
  if (lane.outdated) return not_loaded(request);
  lane.loading = false;
  reading_rows_ = false;
  std::size_t taken = 0;
  bool all = rows.size() < kLoad;
  for (LoadedRow& row : rows) {
    // What has been decided since and is not written yet is not what the row says.
    if (holding_.contains(row.place)) break;  // nor may anything behind it go before it
    if (deliveries_.contains(row.place) || gone_.contains(row.place)) continue;
    if (std::ranges::binary_search(lane.dead, row.place.position)) continue;
    if (taken++ == kLoadedAtOnce) {
      all = false;
      break;
    }
    auto delivery = std::make_unique<Delivery>();
    delivery->place = row.place;
    delivery->lane = request.lane;
    delivery->event = std::move(row.event);
    delivery->since = row.since;
    delivery->attempts = row.attempts;
    delivery->row = Delivery::Row::kWritten;
    delivery->row_state = row.state;
    const Duration wait =
        std::min(Duration(std::chrono::milliseconds(row.next_at - unix_milliseconds(wall))), rules_.longest_wait);
    if (row.state == RowState::kRetrying && wait > Duration(0)) {
      delivery->stage = Delivery::Stage::kBackingOff;
      delivery->due = now + wait;
      backing_off_.emplace(delivery->due, delivery.get());
    }
    --lane.waiting;
    join(lane, *delivery);
    deliveries_.emplace(row.place, std::move(delivery));
  }
  if (all) lane.before_dead = false;
  unload_followers(lane);
  if (rows.empty() && lane.waiting == request.expected) lane.waiting = lane.unwritten;  // removed by somebody else
  advance(request.lane);
}

void Dispatcher::count(RowState state, int by) {
  if (state == RowState::kRetrying) counts_.retrying += by;
  if (state == RowState::kHeld) counts_.held += by;
  if (state == RowState::kDead) counts_.dead += by;
}

void Dispatcher::resume() {
  paused_ = false;
  pause_unwritten_ = false;
  dead_in_a_row_.clear();
}

void Dispatcher::replayed(Place place, const std::string& key) {
  std::string name;
  Lane& lane = lane_at(place, key, name);
  std::erase(lane.dead, place.position);
  count(RowState::kDead, -1);
  count(RowState::kRetrying, 1);
  // Behind the line it goes only when no row is left in the store that may come before it.
  const bool within = !lane.line.empty() && place < lane.line.back()->place;
  const bool alone = lane.waiting == 0 && (!lane.line.empty() || deliveries_.size() < kMaxLoaded);
  if (!within && !alone) {
    ++lane.waiting;
    lane.before_dead = lane.outdated = true;
  } else {
    auto delivery = std::make_unique<Delivery>();
    delivery->place = place;
    delivery->lane = name;
    delivery->event.key = key;
    delivery->row = Delivery::Row::kWritten;
    delivery->row_state = RowState::kRetrying;
    join(lane, *delivery);
    deliveries_.emplace(place, std::move(delivery));
    hold_followers(lane);  // rows of a key are written in the order of the log, and later events get rows from now on
  }
  advance(name);
}

void Dispatcher::discarded(Place place, const std::string& key) {
  std::string name;
  Lane& lane = lane_at(place, key, name);
  std::erase(lane.dead, place.position);
  count(RowState::kDead, -1);
  note_gone(place);
  advance(name);
}

}  // namespace causeway::events
