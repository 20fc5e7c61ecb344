#include "adapters/kafka/foreign_record.h"

#include <algorithm>
#include <map>

#include "core/base64.h"
#include "core/json_document.h"
#include "core/json_object.h"
#include "core/json_scan.h"
#include "core/rfc3339.h"
#include "events/intake/cloud_event.h"
#include "events/intake/draft.h"
#include "events/intake/media_type.h"
#include "events/intake/said_event.h"
#include "security/sha256.h"

namespace causeway::kafka {
namespace {

constexpr std::size_t kLongestKey = 1024;
constexpr std::size_t kLongestTopicInId = 96;
constexpr std::string_view kSource = "kafka";

bool is_text(Bytes octets) { return valid_utf8(octets) == octets.size() && octets.find('\0') == Bytes::npos; }

std::optional<Bytes> header(const Record& record, std::string_view name) {
  for (const RecordHeader& each : record.headers)
    if (each.name == name && each.value) return each.value;
  return std::nullopt;
}

std::string traceparent_of(const Record& record) {
  const auto value = header(record, "traceparent");
  const bool fits = value && value->size() == 55 && value->find_first_not_of("0123456789abcdef-") == Bytes::npos;
  return fits ? std::string(*value) : std::string();
}

// What can lie within an event: no doubled names, and not so deep that the event around it is too deep.
bool is_json(Bytes value) { return std::holds_alternative<JsonDocument>(JsonDocument::read(value, {.depth = 60})); }

// ce_… headers: the binary form. Values are UTF-8 as they are, unlike those of HTTP.
std::optional<events::SaidEvent> binary_event(const Record& record) {
  events::SaidEvent said;
  bool is_one = false;
  std::string source;
  for (const RecordHeader& each : record.headers) {
    if (!each.name.starts_with("ce_") || !each.value || !is_text(*each.value)) continue;
    const std::string_view name = each.name.substr(3);
    const std::string value(*each.value);
    if (name == "specversion") is_one = value == "1.0";
    else if (name == "id" && events::is_event_id(value)) said.event_id = value;
    else if (name == "type" && value.size() <= 255) said.type = value;
    else if (name == "time") said.timestamp = parse_rfc3339(value);
    else if (name != "partitionkey" && said.attributes.size() < 64) said.attributes.emplace_back(name, value);
  }
  if (!is_one || said.event_id.empty() || said.type.empty()) return std::nullopt;
  const auto type = header(record, "content-type");
  if (type && is_text(*type)) said.attributes.emplace_back("datacontenttype", *type);
  std::ranges::sort(said.attributes);
  const auto doubled = std::ranges::unique(said.attributes, {}, &std::pair<std::string, std::string>::first);
  said.attributes.erase(doubled.begin(), doubled.end());
  if (!record.value) return said;
  const events::MediaType media{type.value_or(Bytes())};
  if ((!type || media.is_json()) && is_json(*record.value)) {
    said.data = trim_json(*record.value);
  } else if (media.is_utf8_text() && is_text(*record.value)) {
    said.data.clear();
    append_json_string(said.data, *record.value);
  } else {
    said.data = '"' + to_base64(*record.value) + '"';
    said.base64 = true;
  }
  return said;
}

std::optional<events::SaidEvent> said_by(const events::Topic& topic, const Record& record) {
  if (auto said = binary_event(record)) return said;
  if (!record.value || json_kind(*record.value) != JsonKind::kObject || !is_json(*record.value)) return std::nullopt;
  events::Violations violations;
  const events::MediaType type{header(record, "content-type").value_or(Bytes())};
  events::SaidEvent said = type.essence() == "application/cloudevents+json"
                               ? events::read_structured_event(trim_json(*record.value), violations)
                               : events::read_own_event(*record.value, topic.settings.shape, violations);
  if (!violations.empty() || said.event_id.empty() || said.type.empty()) return std::nullopt;
  return said;
}

void append_text(std::string& out, std::optional<Bytes> octets) {
  if (!octets) out += "null";
  else if (is_text(*octets)) append_json_string(out, *octets);
  else out += R"({"base64":")" + to_base64(*octets) + R"("})";
}

std::string headers_json(const Record& record) {
  // By what the names are in JSON: two that are no text may become the same.
  std::map<std::string, std::vector<std::optional<Bytes>>> by_name;
  for (const RecordHeader& each : record.headers) {
    std::string name;
    append_json_string(name, each.name);
    by_name[std::move(name)].push_back(each.value);
  }
  std::string out = "{";
  for (const auto& [name, values] : by_name) {
    if (out.size() > 1) out += ',';
    (out += name) += ':';
    if (values.size() > 1) out += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out += ',';
      append_text(out, values[i]);
    }
    if (values.size() > 1) out += ']';
  }
  return out += '}';
}

}  // namespace

std::string ordering_key(Bytes key) {
  std::string text = is_text(key) ? std::string(key) : to_base64(key);
  if (text.size() > kLongestKey) text = "sha256:" + security::sha256_hex(key);
  return text;
}

bool read_foreign_event(const events::Topic& topic, const Record& record, std::int64_t time, events::StoredEvent& out) {
  const auto said = said_by(topic, record);
  if (!said) return false;
  const std::string traceparent = traceparent_of(record);
  const events::Stamp stamp{WallTime(std::chrono::milliseconds(time)), traceparent};
  events::EventDraft draft = events::make_draft(*said, topic.settings.shape, out.key, stamp);
  out.event_id = std::move(draft.event_id);
  out.type = std::move(draft.type);
  out.source = kSource;
  out.headers = std::move(draft.headers);
  out.body = std::move(draft.body);
  return true;
}

void wrap(const events::Topic& topic, const Record& record, std::int64_t time, events::StoredEvent& out) {
  out.event_id = topic.settings.kafka_name().substr(0, kLongestTopicInId) + '-' + std::to_string(record.partition) +
                 '-' + std::to_string(record.offset);
  out.type = "foreign";
  out.source = kSource;
  const std::string traceparent = traceparent_of(record);
  out.headers = traceparent.empty() ? "{}" : JsonObject().text("traceparent", traceparent).done();
  std::string& body = out.body;
  body = R"({"eventId":")" + out.event_id + R"(","eventType":"foreign","timestamp":)" + std::to_string(time);
  if (!record.value) {
    body += R"(,"data":null)";
  } else if (is_json(*record.value)) {
    (body += R"(,"data":)") += trim_json(*record.value);
  } else {
    (body += R"(,"encoding":"base64","data":")") += to_base64(*record.value);
    body += '"';
  }
  body += R"(,"key":)";
  append_text(body, record.key);
  body += R"(,"headers":)";
  body += headers_json(record);
  body += '}';
}

}  // namespace causeway::kafka
