#include "adapters/kafka/record.h"

#include <charconv>

#include "adapters/kafka/foreign_record.h"
#include "core/json_document.h"
#include "core/json_object.h"
#include "core/json_scan.h"
#include "events/intake/said_event.h"

namespace causeway::kafka {
namespace {

constexpr std::string_view kEventId = "eventId";
constexpr std::string_view kEventType = "eventType";
constexpr std::string_view kSource = "source";
constexpr std::string_view kStore = "causeway-store";
constexpr std::string_view kShard = "causeway-shard";
constexpr std::string_view kPosition = "causeway-position";
constexpr std::size_t kLongestStoreId = 128;
constexpr std::size_t kLongestType = 255;

// Of a doubled name the last, as Kafka's own clients have it.
std::optional<std::string_view> last_header(const Record& record, std::string_view name) {
  std::optional<std::string_view> found;
  for (const RecordHeader& header : record.headers)
    if (header.name == name && header.value) found = *header.value;
  return found;
}

template <class Number>
bool read_number(std::optional<std::string_view> text, Number& out) {
  if (!text || text->empty()) return false;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out);
  return error == std::errc() && end == text->data() + text->size();
}

bool is_text(std::string_view text) { return valid_utf8(text) == text.size(); }

std::optional<events::Origin> origin_of(const Record& record) {
  events::Origin origin;
  const auto store = last_header(record, kStore);
  if (!store || store->empty() || store->size() > kLongestStoreId || !is_text(*store)) return std::nullopt;
  if (!read_number(last_header(record, kShard), origin.shard)) return std::nullopt;
  if (!read_number(last_header(record, kPosition), origin.position) || origin.position < 1) return std::nullopt;
  origin.store_id = *store;
  return origin;
}

bool is_own_header(std::string_view name) {
  return name == kEventId || name == kEventType || name == kSource || name == kStore || name == kShard ||
         name == kPosition;
}

// What the event's headers were in the store.
std::string stored_headers(const Record& record) {
  JsonObject headers;
  for (std::size_t i = 0; i < record.headers.size(); ++i) {
    const RecordHeader& header = record.headers[i];
    if (!header.value || is_own_header(header.name) || !is_text(header.name)) continue;
    bool first = true;
    for (std::size_t before = 0; before < i; ++before) first &= record.headers[before].name != header.name;
    if (first) headers.text(header.name, *header.value);
  }
  return headers.done();
}

// Ours are few; somebody else's thousands would make `stored_headers` slow.
constexpr std::size_t kMostOwnHeaders = 128;

bool read_own(const Record& record, events::ReadItem& item) {
  if (record.headers.size() > kMostOwnHeaders || !record.value) return false;
  const auto origin = origin_of(record);
  const auto id = last_header(record, kEventId);
  const auto type = last_header(record, kEventType);
  if (!origin || !id || !events::is_event_id(*id)) return false;
  if (!type || type->empty() || type->size() > kLongestType || !is_text(*type)) return false;
  if (json_kind(*record.value) != JsonKind::kObject || check_json(*record.value)) return false;
  const std::string_view source = last_header(record, kSource).value_or(std::string_view());
  if (!is_text(source)) return false;
  item.origin = *origin;
  item.event.event_id = *id;
  item.event.type = *type;
  item.event.source = source;
  item.event.headers = stored_headers(record);
  item.event.body = *record.value;
  return true;
}

}  // namespace

Record record_of(const rd_kafka_message_t& message) {
  Record record;
  record.partition = message.partition;
  record.offset = message.offset;
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  record.timestamp = rd_kafka_message_timestamp(&message, &type);
  if (type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) record.timestamp = -1;
  if (message.key != nullptr) record.key = Bytes(static_cast<const char*>(message.key), message.key_len);
  if (message.payload != nullptr) record.value = Bytes(static_cast<const char*>(message.payload), message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const std::size_t count = rd_kafka_header_cnt(headers);
  record.headers.reserve(count);
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    RecordHeader& header = record.headers.emplace_back();
    header.name = name;
    if (value != nullptr) header.value = Bytes(static_cast<const char*>(value), size);
  }
  return record;
}

events::ReadItem item_of(const events::Topic& topic, const Record& record, WallTime now) {
  events::ReadItem item;
  item.lane = static_cast<std::uint32_t>(record.partition);
  item.event.position = record.offset + 1;
  item.event.stored_at = record.timestamp > 0 ? record.timestamp : unix_milliseconds(now);
  item.event.key = ordering_key(record.key.value_or(Bytes()));
  if (read_own(record, item)) return item;
  if (!read_foreign_event(topic, record, item.event.stored_at, item.event))
    wrap(topic, record, item.event.stored_at, item.event);
  return item;
}

std::vector<std::pair<std::string, std::string>> headers_of(const events::OutgoingEvent& outgoing) {
  const events::StoredEvent& event = outgoing.event;
  std::vector<std::pair<std::string, std::string>> headers;
  headers.reserve(8);
  headers.emplace_back(kEventId, event.event_id);
  headers.emplace_back(kEventType, event.type);
  headers.emplace_back(kSource, event.source);
  for_each_member(event.headers, [&](std::string_view name, Bytes value) {
    if (auto text = json_string_value(value); text && !is_own_header(name))
      headers.emplace_back(name, std::move(*text));
  });
  headers.emplace_back(kStore, outgoing.store_id);
  headers.emplace_back(kShard, std::to_string(outgoing.shard));
  headers.emplace_back(kPosition, std::to_string(event.position));
  return headers;
}

}  // namespace causeway::kafka
