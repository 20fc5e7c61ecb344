#include "adapters/kafka/client_watch.h"

#include "adapters/kafka/failure_cause.h"

namespace causeway::kafka {
namespace {

constexpr std::size_t kMostSaid = 64;
constexpr std::size_t kMostCauses = 4;
constexpr Duration kSayAgain = std::chrono::minutes(5);
constexpr int kWarning = 4;  // of syslog
constexpr int kError = 3;

}  // namespace

ClientWatch::ClientWatch(Who who, Reach& reach, telemetry::Metrics& metrics, telemetry::LogThread& lines)
    : who_(std::move(who)), reach_(reach), lines_(lines) {
  register_metrics(metrics);
}

ClientWatch::~ClientWatch() {
  ended();
  if (counted_) --reach_.clients;
}

template <auto member>
double ClientWatch::total() const {
  const std::lock_guard lock(mutex_);
  return static_cast<double>(before_.*member + now_.*member);
}

void ClientWatch::register_metrics(telemetry::Metrics& metrics) {
  const telemetry::Labels client{{"client", who_.name()}};
  const auto gauge = [&](const char* name, const char* help, std::int64_t Statistics::*member, double unit = 1) {
    collected_.push_back(metrics.collect_gauge(name, help, client, [this, member, unit] {
      const std::lock_guard lock(mutex_);
      return static_cast<double>(now_.*member) * unit;
    }));
  };
  const auto counter = [&](const char* name, const char* help, double (ClientWatch::*total)() const) {
    collected_.push_back(metrics.collect_counter(name, help, client, [this, total] { return (this->*total)(); }));
  };
  collected_.push_back(metrics.collect_gauge("causeway_kafka_connected", "1 while a broker of Kafka can be reached.",
                                             client, [this] { return connected_ ? 1.0 : 0.0; }));
  gauge("causeway_kafka_brokers_connected", "Brokers of Kafka that are connected.", &Statistics::brokers_connected);
  gauge("causeway_kafka_request_latency_seconds", "Average time of a request to the slowest broker.",
        &Statistics::request_latency, 1e-6);
  gauge("causeway_kafka_requests_waiting", "Requests that wait to be sent to a broker.", &Statistics::requests_waiting);
  gauge("causeway_kafka_requests_in_flight", "Requests that a broker has not answered.",
        &Statistics::requests_in_flight);
  counter("causeway_kafka_request_errors_total", "Requests that could not be sent.",
          &ClientWatch::total<&Statistics::request_errors>);
  counter("causeway_kafka_request_timeouts_total", "Requests that a broker did not answer in time.",
          &ClientWatch::total<&Statistics::request_timeouts>);
  counter("causeway_kafka_request_retries_total", "Requests that were sent again.",
          &ClientWatch::total<&Statistics::request_retries>);
  if (who_.group.empty()) {
    gauge("causeway_kafka_producer_queue_messages", "Records that Kafka has not acknowledged.",
          &Statistics::queued_messages);
    gauge("causeway_kafka_producer_queue_bytes", "Bytes of records that Kafka has not acknowledged.",
          &Statistics::queued_bytes);
    counter("causeway_kafka_messages_sent_total", "Records that were sent to Kafka, those sent again too.",
            &ClientWatch::total<&Statistics::messages_sent>);
    return;
  }
  const telemetry::Labels group{{"group", who_.group}, {"topic", who_.topic}};
  collected_.push_back(metrics.collect_gauge("causeway_kafka_consumer_lag",
                                             "Records of Kafka beyond what the group has committed.", group, [this] {
                                               const std::lock_guard lock(mutex_);
                                               return static_cast<double>(now_.consumer_lag);
                                             }));
  collected_.push_back(metrics.collect_gauge("causeway_kafka_consumer_partitions", "Partitions that the group reads.",
                                             group, [this] { return static_cast<double>(partitions); }));
  collected_.push_back(metrics.collect_counter("causeway_kafka_rebalances_total",
                                               "Times that the partitions of a group were given out anew.", group,
                                               [this] { return static_cast<double>(rebalances); }));
}

bool ClientWatch::take(rd_kafka_event_t* event) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_STATS:
      take_statistics(rd_kafka_event_stats(event));
      return true;
    case RD_KAFKA_EVENT_ERROR:
      take_error(event);
      return true;
    case RD_KAFKA_EVENT_LOG:
      take_log(event);
      return true;
    default:
      return false;
  }
}

void ClientWatch::started() {
  if (!counted_.exchange(true)) ++reach_.clients;
}

void ClientWatch::ended() {
  if (connected_.exchange(false)) --reach_.connected;
  const std::lock_guard lock(mutex_);
  before_.messages_sent += now_.messages_sent;
  before_.request_errors += now_.request_errors;
  before_.request_timeouts += now_.request_timeouts;
  before_.request_retries += now_.request_retries;
  now_ = {};
}

void ClientWatch::take_statistics(const char* json) {
  Statistics read;
  if (!read_statistics(json, read)) return;
  {
    const std::lock_guard lock(mutex_);
    now_ = read;
  }
  set_connected(read.brokers_connected > 0);
}

void ClientWatch::take_error(rd_kafka_event_t* event) {
  const rd_kafka_resp_err_t error = rd_kafka_event_error(event);
  switch (error) {
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
      return set_connected(false);
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return failed(rd_kafka_event_error_string(event));
    default:
      return say(telemetry::Level::kWarn, rd_kafka_err2name(error), rd_kafka_event_error_string(event));
  }
}

void ClientWatch::take_log(rd_kafka_event_t* event) {
  const char* facility = nullptr;
  const char* text = nullptr;
  int level = 0;
  if (rd_kafka_event_log(event, &facility, &text, &level) != 0 || level > kWarning) return;
  const std::string_view what = facility;
  // What it thinks of our settings; that it asks again for the number of a producer; what comes as an event, too.
  if (what == "CONFWARN" || what == "GETPID" || what == "FATAL") return;
  if (what == "FAIL" || what == "ERROR" || what == "REQTMOUT" || what == "TERMINATE") return failed(text);
  say(level <= kError ? telemetry::Level::kError : telemetry::Level::kWarn, what, text);
}

void ClientWatch::failed(std::string_view text) {
  const std::string cause = cause_of(text);
  {
    const std::lock_guard lock(mutex_);
    last_cause_ = cause;
    // Of several brokers one may be away; and what ends the last connection is told with the change.
    if (connected_ || told_causes_.size() >= kMostCauses) return;
    if (!told_causes_.insert(without_digits(cause)).second) return;
  }
  lines_.write(telemetry::Level::kWarn, "kafka away", {{"client", who_.name()}, {"cause", cause}});
}

void ClientWatch::say(telemetry::Level level, std::string_view what, std::string_view text) {
  const SteadyTime now = std::chrono::steady_clock::now();
  const std::string general = without_digits(text);
  {
    const std::lock_guard lock(mutex_);
    if (said_.size() >= kMostSaid) said_.clear();
    Said& said = said_[std::string(what)];
    if (said.text == general && now - said.at < kSayAgain) return;
    said = {general, now};
  }
  lines_.write(level, "kafka", {{"client", who_.name()}, {"what", what}, {"text", text}});
}

void ClientWatch::set_connected(bool connected) {
  if (connected_.exchange(connected) == connected) return;
  reach_.connected += connected ? 1 : -1;
  if (connected) {
    const std::lock_guard lock(mutex_);
    told_causes_.clear();
    last_cause_.clear();
    lines_.write(telemetry::Level::kInfo, "kafka reached", {{"client", who_.name()}});
    return;
  }
  std::string cause;
  {
    const std::lock_guard lock(mutex_);
    cause = last_cause_;
  }
  failed(cause.empty() ? "no broker is connected" : cause);
}

}  // namespace causeway::kafka
