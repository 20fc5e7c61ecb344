#include "adapters/kafka/group_client.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "adapters/kafka/offsets_query.h"
#include "adapters/kafka/record.h"

namespace causeway::kafka {
namespace {

constexpr std::chrono::seconds kAskAgain{2};

}  // namespace

void WakeGate::open() {
  const std::lock_guard lock(mutex_);
  if (wake_) wake_();
}

void WakeGate::close() {
  const std::lock_guard lock(mutex_);
  wake_ = nullptr;
}

GroupClient::GroupClient(KafkaBus::Shared& shared, const events::ReaderContext& context)
    : shared_(shared),
      member_({context.group, instance_of(context.member, context.topic->settings.kafka_name())}),
      topic_(context.topic),
      gate_(std::make_shared<WakeGate>(context.wake)),
      watch_({context.group, topic_->name()}, shared.reach, shared.metrics, shared.lines) {}

void GroupClient::begin(std::span<const events::Position> low) {
  {
    const std::lock_guard lock(mutex_);
    lanes_.resize(low.size());
    for (std::size_t i = 0; i < low.size(); ++i) lanes_[i].next = lanes_[i].settled = low[i];
  }
  watch_.started();
  shared_.service.add(*this);
}

std::shared_ptr<Client> GroupClient::client() const {
  const std::lock_guard lock(mutex_);
  return client_;
}

Message GroupClient::next_message(Lane& lane) {
  if (lane.head) return std::move(lane.head);
  if (!lane.queue) return nullptr;
  while (Message message{rd_kafka_consume_queue(lane.queue.get(), 0)}) {
    if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
      lane.out_of_range = true;
      lane.ask_at = {};
    } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      lane.looked = std::max(lane.looked, message->offset);
    } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      watch_.say(telemetry::Level::kWarn, rd_kafka_err2name(message->err), rd_kafka_message_errstr(message.get()));
    } else if (message->offset >= lane.next) {
      return message;
    }
  }
  return nullptr;
}

events::ReadBatch GroupClient::take(events::ReadWish wish) {
  const WallTime now = SystemClock().wall();
  const std::lock_guard lock(mutex_);
  events::ReadBatch batch;
  batch.lanes = static_cast<std::uint32_t>(lanes_.size());
  std::size_t bytes = 0;
  const auto full = [&] {
    return batch.items.size() >= wish.limit || (bytes >= wish.max_bytes && !batch.items.empty());
  };
  const std::size_t first = lanes_.empty() ? 0 : first_++ % lanes_.size();
  for (std::size_t i = 0; i < lanes_.size() && !full(); ++i) {
    Lane& lane = lanes_[(first + i) % lanes_.size()];
    while (!full()) {
      const Message message = next_message(lane);
      if (!message) break;
      batch.items.push_back(item_of(*topic_, record_of(*message), now));
      bytes += batch.items.back().event.body.size();
      lane.next = message->offset + 1;
    }
  }
  batch.more = full();
  return batch;
}

std::optional<std::uint32_t> GroupClient::out_of_range() const {
  const SteadyTime now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    if (lanes_[i].out_of_range && lanes_[i].ask_at <= now) return static_cast<std::uint32_t>(i);
  return std::nullopt;
}

std::optional<events::LostRange> GroupClient::found(std::uint32_t lane_index, const Watermarks& marks) {
  const std::lock_guard lock(mutex_);
  Lane& lane = lanes_.at(lane_index);
  if (!lane.out_of_range) return std::nullopt;
  if (lane.next > marks.end) {
    // Less than the group has read: the topic was made anew, or brokers have lost what they had acknowledged. Nobody
    // but an operator can say which of its records are known.
    lane.ask_at = std::chrono::steady_clock::now() + kAskAgain;
    behind_ = "partition " + std::to_string(lane_index) + " of " + topic_name() + " ends at " +
              std::to_string(marks.end) + ", the group has read up to " + std::to_string(lane.next);
    if (!std::exchange(lane.told_behind, true)) watch_.say(telemetry::Level::kError, "ends too early", behind_);
    return std::nullopt;
  }
  lane.out_of_range = lane.told_behind = false;
  std::optional<events::LostRange> lost;
  if (lane.next < marks.first) lost = events::LostRange{lane_index, lane.next + 1, marks.first};
  lane.next = std::max(lane.next, marks.first);
  assign_again_ = true;
  shared_.service.wake();
  return lost;
}

std::string GroupClient::take_behind() {
  const std::lock_guard lock(mutex_);
  return std::exchange(behind_, {});
}

void GroupClient::ask_later(std::uint32_t lane) {
  const std::lock_guard lock(mutex_);
  lanes_.at(lane).ask_at = std::chrono::steady_clock::now() + kAskAgain;
}

void GroupClient::settled(std::uint32_t lane, events::Position low) {
  const std::lock_guard lock(mutex_);
  if (lane < lanes_.size()) lanes_[lane].settled = std::max(lanes_[lane].settled, low);
}

std::optional<events::GroupBacklog> GroupClient::backlog() {
  const std::lock_guard lock(mutex_);
  events::GroupBacklog backlog;
  bool known = false;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    Lane& lane = lanes_[i];
    if (lane.queue) look_ahead(lane, static_cast<std::int32_t>(i));
    if (lane.end < 0) continue;
    known = true;
    // Behind what is finished may lie what nobody gets: of aborted transactions, or compacted.
    const std::int64_t passed = lane.settled >= lane.next ? std::max(lane.settled, lane.looked) : lane.settled;
    backlog.events += std::max<std::int64_t>(0, lane.end - passed);
    if (!lane.head) continue;
    const std::int64_t stored_at = rd_kafka_message_timestamp(lane.head.get(), nullptr);
    if (stored_at > 0 && (backlog.oldest_stored_at == 0 || stored_at < backlog.oldest_stored_at))
      backlog.oldest_stored_at = stored_at;
  }
  if (!known) return std::nullopt;
  return backlog;
}

void GroupClient::look_ahead(Lane& lane, std::int32_t partition) {
  std::int64_t first = -1;
  std::int64_t end = -1;
  rd_kafka_get_watermark_offsets(client_->get(), topic_name().c_str(), partition, &first, &end);
  if (end >= 0) lane.end = end;
  if (!lane.head) lane.head = next_message(lane);
  if (lane.head) lane.end = std::max(lane.end, lane.head->offset + 1);
}

bool GroupClient::wants_ends() {
  const SteadyTime now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  const bool all = std::ranges::all_of(lanes_, [](const Lane& lane) { return lane.queue != nullptr; });
  if (!client_ || all || !watch_.connected() || now < ends_at_) return false;
  ends_at_ = now + kAskAgain;
  return true;
}

void GroupClient::take_ends(std::span<const std::int64_t> ends) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < lanes_.size() && i < ends.size(); ++i) lanes_[i].end = std::max(lanes_[i].end, ends[i]);
}

std::uint32_t GroupClient::lanes() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::uint32_t>(lanes_.size());
}

}  // namespace causeway::kafka
