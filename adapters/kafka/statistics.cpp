#include "adapters/kafka/statistics.h"

#include <algorithm>
#include <charconv>

#include "core/json_document.h"

namespace causeway::kafka {
namespace {

std::int64_t number(const JsonDocument& json, JsonDocument::Index object, std::string_view name) {
  const JsonDocument::Index member = json.find(object, name);
  std::int64_t value = 0;
  if (member == JsonDocument::kNone) return 0;
  const Bytes raw = json.raw(member);
  std::from_chars(raw.data(), raw.data() + raw.size(), value);
  return value;
}

template <class Visit>
void for_each(const JsonDocument& json, JsonDocument::Index object, std::string_view name, Visit visit) {
  const JsonDocument::Index container = json.find(object, name);
  if (container == JsonDocument::kNone) return;
  for (auto child = json.first(container); child != JsonDocument::kNone; child = json.next(child)) visit(child);
}

void add_broker(const JsonDocument& json, JsonDocument::Index broker, Statistics& out) {
  const JsonDocument::Index state = json.find(broker, "state");
  // The coordinator is counted as the broker that it is.
  const bool is_broker = number(json, broker, "nodeid") >= 0;
  if (is_broker && state != JsonDocument::kNone && json.raw(state) == R"("UP")") ++out.brokers_connected;
  out.requests_waiting += number(json, broker, "outbuf_cnt");
  out.requests_in_flight += number(json, broker, "waitresp_cnt");
  out.request_errors += number(json, broker, "txerrs");
  out.request_timeouts += number(json, broker, "req_timeouts");
  out.request_retries += number(json, broker, "txretries");
  if (const auto latency = json.find(broker, "rtt"); latency != JsonDocument::kNone)
    out.request_latency = std::max(out.request_latency, number(json, latency, "avg"));
}

}  // namespace

bool read_statistics(std::string_view text, Statistics& out) {
  auto read = JsonDocument::read(text, {.refuse_doubled_names = false});
  const auto* const json = std::get_if<JsonDocument>(&read);
  if (json == nullptr || json->kind(0) != JsonKind::kObject) return false;
  out = {};
  out.queued_messages = number(*json, 0, "msg_cnt");
  out.queued_bytes = number(*json, 0, "msg_size");
  out.messages_sent = number(*json, 0, "txmsgs");
  for_each(*json, 0, "brokers", [&](auto broker) { add_broker(*json, broker, out); });
  for_each(*json, 0, "topics", [&](auto topic) {
    for_each(*json, topic, "partitions", [&](auto partition) {
      const bool read = number(*json, partition, "partition") >= 0;
      if (read) out.consumer_lag += std::max<std::int64_t>(0, number(*json, partition, "consumer_lag"));
    });
  });
  return true;
}

}  // namespace causeway::kafka
