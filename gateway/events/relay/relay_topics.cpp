#include <algorithm>
#include <utility>

#include "events/relay/relay_loop.h"
#include "resilience/backoff.h"

namespace causeway::events {
namespace {

constexpr Duration kResolvePause = std::chrono::milliseconds(20);
constexpr Duration kSayAgain = std::chrono::minutes(1);

const resilience::BackoffSettings& resolve_backoff() {
  static const resilience::BackoffSettings settings{
      .delay = std::chrono::milliseconds(100), .multiplier = 2, .max_delay = std::chrono::seconds(5), .jitter = {}};
  return settings;
}

}  // namespace

void RelayLoop::take() {
  if (auto taken = inbox_->taken()) {
    table_ = std::move(taken);
    take_at_ = now_;
  }
  if (!table_ || ending_) return;
  if (now_ < take_at_) return due(take_at_);
  OpenOutbox open(table_, bus_.kind());
  if (Result<> done = log_.store().query_blocking(open); !done) return due(take_at_ = now_ + kStoreAgain);
  for (const auto& topic : topics_) topic->configured = false;
  for (auto& [topic, opened] : open.opened) take_topic(topic, std::move(opened));
  for (const OpenOutbox::Left& left : open.left) {
    const bool goes_on =
        std::ranges::any_of(topics_, [&](const auto& known) { return known->topic->name() == left.topic; });
    if (!goes_on)
      lines_.write(telemetry::Level::kWarn, "events wait for the bus, and no configuration has their topic",
                   {{"topic", left.topic}, {"events", std::to_string(left.events)}});
  }
  table_.reset();
}

void RelayLoop::take_topic(const std::shared_ptr<const Topic>& topic, OpenOutbox::Opened opened) {
  auto known = std::ranges::find_if(topics_, [&](const auto& each) { return each->topic->name() == topic->name(); });
  if (known == topics_.end()) {
    auto fresh = std::make_unique<RelayTopic>();
    fresh->topic = topic;
    fresh->number = waiters_.number_of(topic->name());
    fresh->mark = inbox_->mark(topic->name());
    fresh->stored = opened.stored;
    fresh->refused = metrics_.counter("causeway_outbox_refused_total", "Events that the bus has refused for ever.",
                                      {{"topic", topic->name()}});
    fresh->collected.push_back(metrics_.collect_gauge(
        "causeway_outbox_pending", "Events that are stored and not on the bus.", {{"topic", topic->name()}},
        [gauges = fresh->gauges] { return static_cast<double>(gauges->pending.load(std::memory_order_relaxed)); }));
    fresh->collected.push_back(metrics_.collect_gauge(
        "causeway_outbox_oldest_seconds", "Age of the oldest event that is not on the bus.", {{"topic", topic->name()}},
        [gauges = fresh->gauges, &clock = log_.clock()] {
          const std::int64_t oldest = gauges->oldest_stored_at.load(std::memory_order_relaxed);
          if (oldest == 0) return 0.0;
          return static_cast<double>(std::max<std::int64_t>(0, unix_milliseconds(clock.wall()) - oldest)) / 1e3;
        }));
    known = topics_.insert(topics_.end(), std::move(fresh));
  }
  RelayTopic& its = **known;
  its.configured = true;
  if (its.id != opened.id || its.topic->settings.kafka_name() != topic->settings.kafka_name()) its.resolved = false;
  its.resolve_at = std::min(its.resolve_at, now_);
  its.topic = topic;
  its.id = opened.id;
  make_lanes(its, opened);
}

/// Shards are made anew only while a topic has had no event: nothing of them is on its way then.
void RelayLoop::make_lanes(RelayTopic& topic, const OpenOutbox::Opened& opened) {
  const bool same = std::ranges::equal(topic.lanes, opened.lanes, {}, &RelayLane::id, &OpenOutbox::Lane::id);
  if (same) return;
  for (const RelayLane& lane : topic.lanes) lanes_[lane.index].topic = nullptr;
  topic.lanes.clear();
  for (const OpenOutbox::Lane& lane : opened.lanes) {
    RelayLane its;
    its.id = lane.id;
    its.shard = lane.shard;
    its.index = lanes_.size();
    its.end = lane.end;
    its.window = LaneWindow(lane.low, lane.ended);
    its.settled = lane.low;
    lanes_.push_back({&topic, topic.lanes.size()});
    topic.lanes.push_back(std::move(its));
  }
}

void RelayLoop::drop_empty() {
  if (settling_ || !gathered_->empty()) return;
  std::erase_if(topics_, [this](const auto& topic) {
    if (topic->configured || topic->pending() > 0 || topic->mark->load(std::memory_order_acquire)) return false;
    for (const RelayLane& lane : topic->lanes) lanes_[lane.index].topic = nullptr;
    inbox_->forget(topic->topic->name());
    return true;
  });
}

/// One topic a round: whoever is not answered takes a second, and the others have their turn before the next.
void RelayLoop::resolve() {
  if (failed_ || ending_) return;
  RelayTopic* next = nullptr;
  for (const auto& topic : topics_)
    if (next == nullptr || topic->resolve_at < next->resolve_at) next = topic.get();
  if (next == nullptr) return;
  const SteadyTime at = std::max(next->resolve_at, resolve_at_);
  if (now_ < at) return due(at);
  Result<BusTopic> said = producer_->resolve(*next->topic, kResolvePatience);
  now_ = log_.clock().steady();
  if (said && said->partitions > 0) resolved(*next, *said);
  else if (said) unresolved(*next, "the bus says nothing of its partitions");
  else unresolved(*next, said.error().info_if() != nullptr ? said.error().info_if()->internal : std::string());
  due(now_);
}

void RelayLoop::resolved(RelayTopic& topic, BusTopic said) {
  topic.resolve_at = now_ + kResolveEvery;
  topic.failures = 0;
  if (!std::exchange(topic.problem, {}).empty())
    lines_.write(telemetry::Level::kInfo, "topic is on the bus again", {{"topic", topic.topic->name()}});
  topic.resolved = true;
  const bool differs = said.partitions != topic.stored.partitions || said.record_bytes != topic.stored.record_bytes;
  if (differs) topic.said = said;
  else topic.said.reset();
  if (!topic.ready())
    for (RelayLane& lane : topic.lanes) lane.unsent.clear();  // read again, once it is drained
  const KafkaTopicSettings& settings = topic.topic->settings.kafka;
  if (topic.stored.partitions != said.partitions && settings.create && settings.partitions != said.partitions)
    lines_.write(telemetry::Level::kWarn, "topic has another number of partitions on the bus",
                 {{"topic", topic.topic->name()},
                  {"configured", std::to_string(settings.partitions)},
                  {"partitions", std::to_string(said.partitions)}});
}

void RelayLoop::unresolved(RelayTopic& topic, std::string problem) {
  ++topic.failures;
  topic.resolve_at = now_ + resilience::backoff(resolve_backoff(), topic.failures, 0);
  resolve_at_ = now_ + kResolvePause;
  if (problem.empty()) problem = "not answered";
  // The same trouble has many words, which come by turns.
  const bool another = topic.problem.empty() || (topic.problem != problem && now_ >= topic.say_again_at);
  if (!another) return;
  topic.say_again_at = now_ + kSayAgain;
  lines_.write(telemetry::Level::kWarn, "topic cannot be found on the bus, its events wait",
               {{"topic", topic.topic->name()}, {"error", problem}});
  topic.problem = std::move(problem);
}

/// From the store, whatever the bus does: also what cannot be read now for lack of room.
void RelayLoop::measure() {
  const auto waits = [](const auto& topic) {
    return topic->pending() > 0 || topic->mark->load(std::memory_order_acquire);
  };
  if (std::ranges::none_of(topics_, waits)) return;
  if (now_ < measure_at_) return due(measure_at_);
  due(measure_at_ = now_ + kMeasureEvery);
  MeasureOutbox measure;
  for (const auto& topic : topics_) {
    measure.topics.push_back({topic->id, {}, 0});
    for (const RelayLane& lane : topic->lanes)
      measure.topics.back().lanes.push_back({lane.id, lane.window.low(), lane.end});
  }
  if (Result<> done = log_.store().query_blocking(measure); !done) return;
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    for (std::size_t k = 0; k < topics_[i]->lanes.size(); ++k)
      topics_[i]->lanes[k].end = std::max(topics_[i]->lanes[k].end, measure.topics[i].lanes[k].end);
    topics_[i]->gauges->oldest_stored_at.store(measure.topics[i].oldest_stored_at, std::memory_order_relaxed);
  }
}

void RelayLoop::show_pending() {
  for (const auto& topic : topics_) {
    const std::int64_t pending = topic->pending();
    topic->gauges->pending.store(pending, std::memory_order_relaxed);
    if (pending == 0) topic->gauges->oldest_stored_at.store(0, std::memory_order_relaxed);
  }
}

}  // namespace causeway::events
