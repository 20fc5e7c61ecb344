// GroupClient on the service's thread: the group's side of it.
#include <array>
#include <utility>

#include "adapters/kafka/client_conf.h"
#include "adapters/kafka/group_client.h"

namespace causeway::kafka {
namespace {

constexpr std::chrono::seconds kLeavePatience{3};
constexpr std::chrono::milliseconds kLeavePatienceAway{500};  // nobody was there lately
constexpr int kLeaveSlice = 100;                              // milliseconds

void on_records(rd_kafka_t* /*client*/, void* gate) { static_cast<WakeGate*>(gate)->open(); }
void on_group_event(rd_kafka_t* /*client*/, void* service) { static_cast<ServiceThread*>(service)->wake(); }

// Commits what is said; then one without a name tells the broker, so that another member has the partitions at once.
void leave(const Client& client, const rd_kafka_topic_partition_list_t* last, Duration patience) {
  if (last != nullptr && last->cnt > 0) rd_kafka_commit(client.get(), last, 1);
  const Queue answers(rd_kafka_queue_new(client.get()));
  const KafkaError refused(rd_kafka_consumer_close_queue(client.get(), answers.get()));
  const SteadyTime end = std::chrono::steady_clock::now() + patience;
  while (!refused && !rd_kafka_consumer_closed(client.get()) && std::chrono::steady_clock::now() < end) {
    const Event event(rd_kafka_queue_poll(answers.get(), kLeaveSlice));
    if (event && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) rd_kafka_assign(client.get(), nullptr);
  }
}

}  // namespace

GroupClient::~GroupClient() {
  shared_.service.remove(*this);
  gate_->close();
  const std::lock_guard lock(mutex_);
  if (client_) shared_.later(end_of_client());
}

void GroupClient::give_up() {
  const std::lock_guard lock(mutex_);
  fatal_ = false;
  make_at_ = std::chrono::steady_clock::now() + kAfterFatal;
  committing_ = assign_again_ = false;
  watch_.partitions = 0;
  shared_.later(end_of_client());
  watch_.ended();
}

std::function<void()> GroupClient::end_of_client() {
  auto last = std::make_shared<Partitions>(rd_kafka_topic_partition_list_new(static_cast<int>(lanes_.size())));
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    Lane& lane = lanes_[i];
    if (lane.queue && lane.settled > lane.committed)
      rd_kafka_topic_partition_list_add(last->get(), topic_name().c_str(), static_cast<std::int32_t>(i))->offset =
          lane.settled;
    let_go(lane);
  }
  rd_kafka_queue_cb_event_enable(client_->events(), nullptr, nullptr);
  // The gate is called until the client is gone.
  return [client = std::move(client_), last, gate = gate_, reached = watch_.connected()]() mutable {
    // A commit that waits for its coordinator keeps the client from ending.
    leave(*client, reached ? last->get() : nullptr, reached ? Duration(kLeavePatience) : Duration(kLeavePatienceAway));
    last.reset();
    client.reset();
  };
}

void GroupClient::let_go(Lane& lane) const {
  lane.head.reset();
  if (!lane.queue) return;
  rd_kafka_queue_cb_event_enable(lane.queue.get(), nullptr, nullptr);
  lane.queue.reset();
}

void GroupClient::make_client() {
  std::string problem;
  auto made = std::make_shared<Client>(RD_KAFKA_CONSUMER,
                                       consumer_conf(shared_.settings, shared_.node, member_, lanes_.size()), problem);
  if (!*made) return watch_.say(telemetry::Level::kError, "no consumer", problem);
  rd_kafka_poll_set_consumer(made->get());
  rd_kafka_queue_cb_event_enable(made->events(), on_group_event, &shared_.service);
  const Partitions topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), topic_name().c_str(), RD_KAFKA_PARTITION_UA);
  rd_kafka_subscribe(made->get(), topics.get());
  const std::lock_guard lock(mutex_);
  client_ = std::move(made);
}

void GroupClient::serve() {
  if (!client_ && std::chrono::steady_clock::now() >= make_at_) make_client();  // only this thread sets it
  if (!client_) return;
  client_->drain_log(watch_);
  while (const Event event{rd_kafka_queue_poll(client_->events(), 0)}) take_event(event.get());
  if (fatal_) return give_up();
  assign_again();
  commit();
  if (out_of_range()) gate_->open();
}

void GroupClient::take_event(rd_kafka_event_t* event) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_REBALANCE:
      return rebalance(event);
    case RD_KAFKA_EVENT_OFFSET_COMMIT:
      return committed(event);
    case RD_KAFKA_EVENT_FETCH: {
      // Records come by the queues of their partitions. Whatever came here is read again.
      const std::lock_guard lock(mutex_);
      assign_again_ = true;
      return;
    }
    case RD_KAFKA_EVENT_ERROR: {
      std::array<char, kErrorText> said{};
      const rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(client_->get(), said.data(), said.size());
      if (fatal == RD_KAFKA_RESP_ERR_NO_ERROR) {
        watch_.take(event);
      } else if (!std::exchange(fatal_, true)) {
        watch_.say(telemetry::Level::kError, rd_kafka_err2name(fatal), said.data());
      }
      return;
    }
    default:
      watch_.take(event);
  }
}

void GroupClient::rebalance(rd_kafka_event_t* event) {
  ++watch_.rebalances;
  if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    watch_.answered();
    assign(*rd_kafka_event_topic_partition_list(event));
  } else {
    revoke();
  }
  gate_->open();  // there may be more lanes
}

void GroupClient::assign(const rd_kafka_topic_partition_list_t& partitions) {
  const Partitions list(rd_kafka_topic_partition_list_copy(&partitions));
  {
    const std::lock_guard lock(mutex_);
    for (Lane& lane : lanes_) let_go(lane);
    for (int i = 0; i < list->cnt; ++i) {
      rd_kafka_topic_partition_t& each = list->elems[i];
      const auto index = static_cast<std::size_t>(each.partition);
      if (index >= lanes_.size()) lanes_.resize(index + 1);
      Lane& lane = lanes_[index];
      // Before the partition is read, so that nothing of it gets into the group's own queue.
      lane.queue.reset(rd_kafka_queue_get_partition(client_->get(), each.topic, each.partition));
      rd_kafka_queue_forward(lane.queue.get(), nullptr);
      rd_kafka_queue_cb_event_enable(lane.queue.get(), on_records, gate_.get());
      lane.committed = -1;  // whoever had it may have said otherwise
      lane.out_of_range = false;
      each.offset = lane.next;
    }
    watch_.partitions = list->cnt;
  }
  rd_kafka_assign(client_->get(), list.get());
}

void GroupClient::revoke() {
  {
    const std::lock_guard lock(mutex_);
    for (Lane& lane : lanes_) let_go(lane);
    watch_.partitions = 0;
  }
  rd_kafka_assign(client_->get(), nullptr);
}

/// Reads all partitions from where they are: after records were found missing. What is queued already is dropped as it
/// comes twice.
void GroupClient::assign_again() {
  Partitions list;
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(assign_again_, false)) return;
    list.reset(rd_kafka_topic_partition_list_new(static_cast<int>(lanes_.size())));
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      if (!lanes_[i].queue || lanes_[i].out_of_range) continue;
      lanes_[i].head.reset();
      rd_kafka_topic_partition_list_add(list.get(), topic_name().c_str(), static_cast<std::int32_t>(i))->offset =
          lanes_[i].next;
    }
  }
  rd_kafka_assign(client_->get(), list.get());
}

void GroupClient::commit() {
  Partitions list;
  {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = std::chrono::steady_clock::now();
    if (committing_ || now < commit_at_ || !watch_.connected()) return;
    list.reset(rd_kafka_topic_partition_list_new(static_cast<int>(lanes_.size())));
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      Lane& lane = lanes_[i];
      if (!lane.queue || lane.settled <= lane.committed) continue;
      rd_kafka_topic_partition_list_add(list.get(), topic_name().c_str(), static_cast<std::int32_t>(i))->offset =
          lane.settled;
      lane.committed = lane.settled;
    }
    if (list->cnt == 0) return;
    commit_at_ = now + kCommitPeriod;
    committing_ = true;
  }
  // By a queue: a plain asynchronous commit reports to nobody unless there is a callback.
  if (rd_kafka_commit_queue(client_->get(), list.get(), client_->events(), nullptr, nullptr) ==
      RD_KAFKA_RESP_ERR_NO_ERROR)
    return;
  const std::lock_guard lock(mutex_);
  committing_ = false;
}

void GroupClient::committed(rd_kafka_event_t* event) {
  const std::lock_guard lock(mutex_);
  committing_ = false;
  const rd_kafka_topic_partition_list_t* const list = rd_kafka_event_topic_partition_list(event);
  const bool failed = rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR;
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& each = list->elems[i];
    if (!failed && each.err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    // Said again with the next one.
    if (static_cast<std::size_t>(each.partition) < lanes_.size())
      lanes_[static_cast<std::size_t>(each.partition)].committed = -1;
  }
}

}  // namespace causeway::kafka
