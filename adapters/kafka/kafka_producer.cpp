#include "adapters/kafka/kafka_producer.h"

#include <algorithm>
#include <array>
#include <future>
#include <utility>

#include "adapters/kafka/record.h"
#include "adapters/kafka/send_errors.h"
#include "adapters/kafka/topic_admin.h"

namespace causeway::kafka {
namespace {

using events::SendReport;

constexpr std::size_t kMostReports = 4096;
constexpr std::chrono::seconds kEndPatience{1};

void* opaque_of(std::uint64_t token) { return reinterpret_cast<void*>(token); }  // NOLINT: a number, given back
std::uint64_t token_of(const void* opaque) { return reinterpret_cast<std::uint64_t>(opaque); }  // NOLINT

rd_kafka_vu_t part(rd_kafka_vtype_t type) {
  rd_kafka_vu_t value{};
  value.vtype = type;
  return value;
}

Headers make_headers(const events::OutgoingEvent& outgoing) {
  const auto list = headers_of(outgoing);
  Headers headers(rd_kafka_headers_new(list.size()));
  for (const auto& [name, value] : list)
    rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  return headers;
}

// Kafka's null is a key that is not there, not one of no bytes.
rd_kafka_vu_t memory(rd_kafka_vtype_t type, std::string_view text) {
  rd_kafka_vu_t value = part(type);
  value.u.mem.ptr = text.empty() ? nullptr : const_cast<char*>(text.data());  // NOLINT: it is only read
  value.u.mem.size = text.size();
  return value;
}

KafkaError produce(rd_kafka_t* client, rd_kafka_topic_t* topic, const events::OutgoingEvent& outgoing,
                   std::uint64_t token) {
  std::array<rd_kafka_vu_t, 8> parts{};
  parts[0] = part(RD_KAFKA_VTYPE_RKT);
  parts[0].u.rkt = topic;
  parts[1] = part(RD_KAFKA_VTYPE_PARTITION);
  parts[1].u.i32 = static_cast<std::int32_t>(outgoing.partition);
  parts[2] = part(RD_KAFKA_VTYPE_MSGFLAGS);
  parts[2].u.i = RD_KAFKA_MSG_F_COPY;
  parts[3] = memory(RD_KAFKA_VTYPE_VALUE, outgoing.event.body);
  parts[4] = memory(RD_KAFKA_VTYPE_KEY, outgoing.event.key);
  parts[5] = part(RD_KAFKA_VTYPE_TIMESTAMP);
  parts[5].u.i64 = outgoing.event.stored_at;
  parts[6] = part(RD_KAFKA_VTYPE_OPAQUE);
  parts[6].u.ptr = opaque_of(token);
  Headers headers = make_headers(outgoing);
  parts[7] = part(RD_KAFKA_VTYPE_HEADERS);
  parts[7].u.headers = headers.get();
  KafkaError error(rd_kafka_produceva(client, parts.data(), parts.size()));
  if (!error) headers.release();  // NOLINT: the record has them now
  return error;
}

}  // namespace

KafkaProducer::KafkaProducer(KafkaBus::Shared& shared)
    : shared_(shared), watch_({}, shared.reach, shared.metrics, shared.lines) {
  watch_.started();
  make();
}

KafkaProducer::~KafkaProducer() { retire({}); }

void KafkaProducer::make() {
  std::string problem;
  auto made = std::make_unique<Instance>(producer_conf(shared_.settings, shared_.node, batching_.now()), problem);
  if (!made->client) return watch_.say(telemetry::Level::kError, "no producer", problem);
  if (event_fd_ >= 0) {
    const std::uint64_t one = 1;
    rd_kafka_queue_io_event_enable(made->client.events(), event_fd_, &one, sizeof one);
  }
  instance_ = std::move(made);
  broken_ = false;
}

void KafkaProducer::wake_by(int event_fd) {
  event_fd_ = event_fd;
  const std::uint64_t one = 1;
  if (instance_) rd_kafka_queue_io_event_enable(instance_->client.events(), event_fd_, &one, sizeof one);
}

/// On a thread of its own, because nobody knows how long a client takes to end while brokers are away; but what it has
/// sent may still arrive, so a next one waits for its end, at most `patience`.
void KafkaProducer::retire(Duration patience) {
  if (!instance_) return;
  rd_kafka_queue_io_event_enable(instance_->client.events(), -1, nullptr, 0);
  auto ended = std::make_shared<std::promise<void>>();
  std::future<void> end = ended->get_future();
  auto old = std::make_shared<std::unique_ptr<Instance>>(std::move(instance_));
  shared_.later([old, ended] {
    old->reset();
    ended->set_value();
  });
  end.wait_for(patience);
  watch_.ended();
}

void KafkaProducer::rebuild() {
  std::vector<SendReport> last;
  for (std::size_t before = 1; before != last.size();) {
    before = last.size();
    reports(last);
  }
  // Failures are known already: this is what comes of them.
  std::erase_if(last, [](const SendReport& report) { return report.outcome == SendReport::Outcome::kFailed; });
  kept_ = std::move(last);
  retire(kEndPatience);
  make();
}

rd_kafka_topic_t* KafkaProducer::topic(const std::string& name) {
  const auto known = instance_->topics.find(name);
  if (known != instance_->topics.end()) return known->second.get();
  TopicHandle handle(rd_kafka_topic_new(instance_->client.get(), name.c_str(), nullptr));
  return instance_->topics.emplace(name, std::move(handle)).first->second.get();
}

Result<events::BusTopic> KafkaProducer::resolve(const events::Topic& topic, Duration patience) {
  if (!instance_) return bus_error("producer", "there is none");
  const SteadyTime end = std::chrono::steady_clock::now() + patience;
  const auto left = [end] { return std::max<Duration>(end - std::chrono::steady_clock::now(), Duration(1)); };
  const std::string& name = topic.settings.kafka_name();
  Result<std::uint32_t> partitions = partition_count(instance_->client.get(), name, left());
  if (!partitions) return std::move(partitions.error());
  if (*partitions == 0) {
    if (!topic.settings.kafka.create) return bus_error(name, "there is no such topic, and `create` is false");
    Result<> created = create_topic(instance_->client.get(), topic, left());
    if (!created) return std::move(created.error());
    partitions = partition_count(instance_->client.get(), name, left());
    if (!partitions) return std::move(partitions.error());
    if (*partitions == 0) return bus_error(name, "was created and is not there yet");
  }
  watch_.answered();
  std::uint64_t& largest = largest_[name];
  // A broker that does not say it now has not changed its mind.
  if (const std::uint64_t said = largest_record(instance_->client.get(), name, left()); said > 0) largest = said;
  if (largest > 0 && batching_.limit(largest)) broken_ = true;  // batches of those before are too large for it
  std::uint64_t bytes = producer_record_bytes(shared_.settings);
  if (largest > 0) bytes = std::min(largest, bytes);
  return events::BusTopic{*partitions, bytes > 2 * kFraming ? bytes - kFraming : bytes};
}

KafkaProducer::Sent KafkaProducer::send(const events::OutgoingEvent& event, std::uint64_t token) {
  if (!healthy()) return Sent::kBroken;
  rd_kafka_topic_t* const handle = topic(event.topic.settings.kafka_name());
  const KafkaError error = handle != nullptr ? produce(instance_->client.get(), handle, event, token) : KafkaError();
  if (handle != nullptr && !error) return Sent::kQueued;
  const rd_kafka_resp_err_t code = error ? rd_kafka_error_code(error.get()) : rd_kafka_last_error();
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return Sent::kFull;
  if (is_refusal(code)) return Sent::kRefused;
  watch_.say(telemetry::Level::kWarn, "send", rd_kafka_err2str(code));
  broken_ = true;
  return Sent::kBroken;
}

void KafkaProducer::reports(std::vector<SendReport>& out) {
  std::ranges::move(std::exchange(kept_, {}), std::back_inserter(out));
  if (!instance_) return;
  instance_->client.drain_log(watch_);
  const std::size_t most = out.size() + kMostReports;
  while (out.size() < most) {
    const Event event(rd_kafka_queue_poll(instance_->client.events(), 0));
    if (!event) break;
    take_event(event.get(), out);
  }
  if (!broken_ && rd_kafka_outq_len(instance_->client.get()) == 0 && batching_.recover()) {
    retire(kEndPatience);
    make();
  }
}

void KafkaProducer::take_event(rd_kafka_event_t* event, std::vector<SendReport>& out) {
  if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR) return take_reports(event, out);
  if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR &&
      rd_kafka_fatal_error(instance_->client.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR)
    broken_ = true;
  watch_.take(event);
}

void KafkaProducer::take_reports(rd_kafka_event_t* event, std::vector<SendReport>& out) {
  const std::size_t count = rd_kafka_event_message_count(event);
  bool first = true;
  bool refused = false;
  while (const rd_kafka_message_t* const message = rd_kafka_event_message_next(event)) {
    // All of one event were one batch.
    if (std::exchange(first, false)) {
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) batching_.taken(count);
      else if (is_refusal(message->err)) refused = batching_.refused(count);
    }
    out.push_back(report_of(*message, refused));
  }
}

SendReport KafkaProducer::report_of(const rd_kafka_message_t& message, bool refused) {
  SendReport report;
  report.token = token_of(message._private);
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    watch_.answered();
    report.place = {static_cast<std::uint32_t>(message.partition), std::max<std::int64_t>(message.offset, -1)};
    return report;
  }
  report.reason = rd_kafka_err2str(message.err);
  report.outcome = refused ? SendReport::Outcome::kRefused : SendReport::Outcome::kFailed;
  if (!refused) broken_ = true;
  return report;
}

}  // namespace causeway::kafka
