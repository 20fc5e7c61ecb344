#include "events/relay/relay_loop.h"

#include <algorithm>
#include <utility>

#include "resilience/backoff.h"

namespace causeway::events {
namespace {

constexpr int kTokenBits = 40;  // of the position; the rest is the lane's number
constexpr std::size_t kSlicesARound = 4;
constexpr Duration kFullAgain = std::chrono::milliseconds(50);
constexpr std::size_t kFramingBytes = 256;

std::uint64_t token_of(const RelayLane& lane, Position position) {
  return std::uint64_t{lane.index} << kTokenBits | static_cast<std::uint64_t>(position);
}

std::size_t size_of(const StoredEvent& event) {
  return event.body.size() + event.key.size() + event.headers.size() + kFramingBytes;
}

const resilience::BackoffSettings& rebuild_backoff() {
  static const resilience::BackoffSettings settings{
      .delay = std::chrono::milliseconds(100), .multiplier = 2, .max_delay = std::chrono::seconds(5), .jitter = {}};
  return settings;
}

}  // namespace

RelayLoop::RelayLoop(EventLog& log, Bus& bus, telemetry::Metrics& metrics, telemetry::LogThread& lines,
                     Waiters& waiters, std::shared_ptr<RelayInbox> inbox)
    : log_(log),
      bus_(bus),
      metrics_(metrics),
      lines_(lines),
      waiters_(waiters),
      inbox_(std::move(inbox)),
      shard_(metrics.add_shard()),
      producer_(bus.make_producer()),
      gathered_(std::make_unique<BusSettlement>()) {
  producer_->wake_by(inbox_->event_fd());
}

RelayLoop::~RelayLoop() = default;

SteadyTime RelayLoop::round() {
  inbox_->clear_wake();
  now_ = log_.clock().steady();
  due_ = SteadyTime::max();
  take();
  take_settled();
  gather_reports();
  rebuild();
  resolve();
  pump();
  tell_waiters();
  settle();
  measure();
  show_pending();
  drop_empty();
  return due_;
}

bool RelayLoop::idle() const {
  if (!all_settled() || table_) return false;
  return std::ranges::all_of(topics_, [](const auto& topic) {
    if (!topic->problem.empty()) return true;
    return topic->pending() == 0 && !topic->mark->load(std::memory_order_acquire);
  });
}

void RelayLoop::pump() {
  if (failed_ || ending_ || gathered_->outcomes.size() >= kMostUnsettled) return;
  for (std::size_t slice = 0; slice < kSlicesARound; ++slice) {
    if (!send_unsent() || !read_slice()) return;
  }
  if (send_unsent()) due(now_);  // there may be more, and others have their turn first
}

bool RelayLoop::send_unsent() {
  for (const auto& topic : topics_) {
    if (!topic->ready()) continue;
    for (RelayLane& lane : topic->lanes)
      while (!lane.unsent.empty())
        if (!send(*topic, lane)) return false;
  }
  return true;
}

/// The next of what was read; false: not now.
bool RelayLoop::send(RelayTopic& topic, RelayLane& lane) {
  const StoredEvent& event = lane.unsent.front();
  if (!lane.window.wants(event.position)) {
    lane.window.passed(event.position);
    lane.unsent.pop_front();
    return true;
  }
  const OutgoingEvent outgoing{*topic.topic, partition_of(event.key, lane.shard, topic.stored.partitions),
                               log_.store().store_id(), lane.shard, event};
  const BusProducer::Sent sent = producer_->send(outgoing, token_of(lane, event.position));
  if (sent == BusProducer::Sent::kFull) {
    due(now_ + kFullAgain);
    return false;
  }
  if (sent == BusProducer::Sent::kBroken) {
    fail("the producer is broken");
    return false;
  }
  lane.window.sent(event.position, size_of(event));
  if (sent == BusProducer::Sent::kRefused) ended(lane.index, event.position, {}, "the bus takes no such record");
  lane.unsent.pop_front();
  return true;
}

/// False: there is nothing to send now.
bool RelayLoop::read_slice() {
  if (now_ < read_at_) {
    due(read_at_);
    return false;
  }
  WindowLoad all;
  for (const auto& topic : topics_) {
    const WindowLoad load = topic->load();
    all.events += load.events;
    all.bytes += load.bytes;
  }
  ReadOutbox read;
  std::vector<RelayTopic*> asked;
  for (const auto& topic : topics_) {
    if (!topic->ready()) continue;
    const WindowLoad load = topic->load();
    ReadOutbox::Wanted wanted{topic->id, false, {}};
    bool room = false;
    bool waits = false;
    for (const RelayLane& lane : topic->lanes) {
      const WindowLoad most = allowance(all, load, {lane.window.held(), lane.window.bytes()});
      wanted.lanes.push_back({lane.id, lane.window.read_after(), lane.end, most, {}});
      room |= most.events > 0;
      waits |= most.events > 0 && lane.window.read_after() < lane.end;
    }
    // The mark stays while there is no room: whoever appends needs not wake this thread.
    wanted.look = room && topic->mark->exchange(false, std::memory_order_acq_rel);
    if (!wanted.look && !waits) continue;
    read.topics.push_back(std::move(wanted));
    asked.push_back(topic.get());
  }
  if (asked.empty()) return false;
  read.first = turn_++;
  Result<> done = log_.store().query_blocking(read);
  if (!done) {
    for (std::size_t i = 0; i < asked.size(); ++i)
      if (read.topics[i].look) asked[i]->mark->store(true, std::memory_order_release);
    if (!std::exchange(store_failed_, true)) lines_.write(telemetry::Level::kWarn, "outbox cannot be read", {});
    due(read_at_ = now_ + kStoreAgain);
    return false;
  }
  store_failed_ = false;
  bool found = false;
  for (std::size_t i = 0; i < asked.size(); ++i)
    for (std::size_t k = 0; k < asked[i]->lanes.size(); ++k) {
      ReadOutbox::Lane& slice = read.topics[i].lanes[k];
      RelayLane& lane = asked[i]->lanes[k];
      lane.end = std::max(lane.end, slice.end);
      for (StoredEvent& event : slice.events) lane.unsent.push_back(std::move(event));
      found |= !slice.events.empty();
    }
  return found;
}

void RelayLoop::gather_reports() {
  std::string failure;
  for (bool more = true; more;) {
    reports_.clear();
    producer_->reports(reports_);
    more = !reports_.empty();
    for (SendReport& report : reports_) {
      const std::size_t lane_index = report.token >> kTokenBits;
      const auto position = static_cast<Position>(report.token & ((std::uint64_t{1} << kTokenBits) - 1));
      if (report.outcome == SendReport::Outcome::kFailed) {
        if (failure.empty()) failure = report.reason.empty() ? "not acknowledged" : std::move(report.reason);
        // It may be this topic that has gone: the others need not wait for it.
        if (RelayTopic* const topic = lane_index < lanes_.size() ? lanes_[lane_index].topic : nullptr) {
          topic->resolved = false;
          topic->resolve_at = now_;
        }
        continue;
      }
      const bool taken = report.outcome == SendReport::Outcome::kTaken;
      if (taken) failures_ = 0;
      if (!taken && report.reason.empty()) report.reason = "refused";
      if (RelayTopic* const topic = !taken && lane_index < lanes_.size() ? lanes_[lane_index].topic : nullptr)
        topic->resolve_at = now_;  // its limit may be another one now
      ended(lane_index, position, report.place, taken ? std::string() : std::move(report.reason));
    }
  }
  if (!failed_ && failure.empty() && !producer_->healthy()) failure = "the producer has failed";
  if (!failure.empty()) fail(std::move(failure));
  tell_waiters();
}

void RelayLoop::tell_waiters() {
  waiters_.tell(told_);
  told_.clear();
}

void RelayLoop::ended(std::size_t lane_index, Position position, BusPlace place, std::string refused) {
  if (lane_index >= lanes_.size() || lanes_[lane_index].topic == nullptr) return;
  const LaneOf of = lanes_[lane_index];
  RelayLane& its = lane(of);
  if (!its.window.end(position)) return;
  if (gathered_->empty()) gathered_since_ = now_;
  const bool taken = refused.empty();
  if (taken) shard_.add(of.topic->topic->published);
  else shard_.add(of.topic->refused);
  told_.push_back({shard_of(of), position, taken ? std::optional(place) : std::nullopt});
  gathered_->outcomes.push_back({lane_index, its.id, position, place, std::move(refused), {}});
}

void RelayLoop::fail(std::string reason) {
  if (std::exchange(failed_, true)) return;
  ++failures_;
  rebuild_at_ = now_ + resilience::backoff(rebuild_backoff(), failures_, 0);
  // A producer without anything on its way may be made anew for reasons of its own.
  if (std::ranges::all_of(topics_, [](const auto& topic) { return topic->drained(); })) return;
  lines_.write(telemetry::Level::kWarn, "bus failed, what it has not acknowledged is sent again", {{"error", reason}});
}

void RelayLoop::rebuild() {
  if (!failed_ || ending_) return;
  if (now_ < rebuild_at_) return due(rebuild_at_);
  producer_->rebuild();
  gather_reports();  // the last of the old one; what it acknowledged is not sent again
  for (const auto& topic : topics_)
    for (RelayLane& lane : topic->lanes) {
      lane.unsent.clear();
      lane.window.resume();
    }
  failed_ = false;
  now_ = log_.clock().steady();
}

}  // namespace causeway::events
