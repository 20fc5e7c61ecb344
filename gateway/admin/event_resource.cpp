#include <algorithm>

#include "admin/endpoint.h"
#include "admin/page.h"
#include "events/event_tables.h"
#include "events/log_reader.h"
#include "events/refused_events.h"
#include "events/topic_views.h"

namespace causeway::admin {
namespace {

const Schema kTopic{"Topic",
                    {{"name", JsonType::kString, ""},
                     {"bus", JsonType::kString, "what carries it: embedded, kafka"},
                     {"shards", JsonType::kInteger, "a key is always in the same one"},
                     {"retentionSeconds", JsonType::kInteger, "how long an event is kept that everybody has"},
                     {"events", JsonType::kInteger, "that are in the store"},
                     {"stored", JsonType::kInteger, "that ever were, those that have left too"},
                     {"published", JsonType::kInteger, "of these: are on the bus, or refused by it; embedded: all"},
                     {"partitions", JsonType::kInteger, "on the bus; null: not known, or embedded", Field::kNullable},
                     {"pending", JsonType::kInteger, "that are stored and not on the bus"},
                     {"oldestStoredAt", JsonType::kInteger, "unix milliseconds; null: it is empty", Field::kNullable},
                     {"configured", JsonType::kBoolean, "false: only old events are left of it"}}};

const Schema kEvent{
    "Event",
    {{"eventId", JsonType::kString, ""},
     {"topic", JsonType::kString, ""},
     {"eventType", JsonType::kString, ""},
     {"key", JsonType::kString, "events of a key are delivered in order; empty: none"},
     {"source", JsonType::kString, "who published it"},
     {"shard", JsonType::kInteger, ""},
     {"position", JsonType::kInteger, "in its shard, dense"},
     {"storedAt", JsonType::kInteger, "unix milliseconds"},
     {"partition", JsonType::kInteger, "on Kafka, once it is there", Field::kSometimes},
     {"offset", JsonType::kInteger, "on Kafka, once it is there", Field::kSometimes},
     {"refused", JsonType::kString, "why Kafka will never take it", Field::kSometimes},
     {"event", JsonType::kObject, "as it was stored, every digit; not for viewers", Field::kSometimes}}};

const Schema kRefused{"RefusedEvent",
                      {{"eventId", JsonType::kString, ""},
                       {"topic", JsonType::kString, ""},
                       {"eventType", JsonType::kString, ""},
                       {"key", JsonType::kString, "empty: none"},
                       {"shard", JsonType::kInteger, ""},
                       {"position", JsonType::kInteger, "in its shard"},
                       {"reason", JsonType::kString, "why Kafka will never take it"},
                       {"refusedAt", JsonType::kInteger, "unix milliseconds"}}};

Reply topics(Ports& ports, const Call&) {
  events::ReadTopics read;
  const std::vector<std::string> configured = ports.process.topics();
  JsonArray items;
  Result<> done = ports.store.query_blocking(read);
  if (!done && !configured.empty()) return std::move(done.error());
  for (const events::TopicView& topic : read.topics) {
    JsonObject object;
    object.text("name", topic.name).text("bus", events::word_of(topic.bus)).number("shards", topic.shards);
    object.number("retentionSeconds", std::chrono::duration_cast<std::chrono::seconds>(topic.retention).count());
    object.number("events", topic.events).number("stored", topic.stored);
    object.number("published", topic.published);
    if (topic.partitions == 0) object.raw("partitions", "null");
    else object.number("partitions", topic.partitions);
    object.number("pending", topic.pending);
    if (topic.oldest_stored_at == 0) object.raw("oldestStoredAt", "null");
    else object.number("oldestStoredAt", topic.oldest_stored_at);
    object.flag("configured", std::ranges::find(configured, topic.name) != configured.end());
    items.raw(object.done());
  }
  return page(items, "");
}

std::string show(const events::FindEvent& found, bool bodies) {
  JsonObject object;
  object.text("eventId", found.event.event_id).text("topic", found.topic).text("eventType", found.event.type);
  object.text("key", found.event.key).text("source", found.event.source);
  object.number("shard", found.shard).number("position", found.event.position);
  object.number("storedAt", found.event.stored_at);
  if (found.placed) {
    object.number("partition", found.placed->partition);
    if (found.placed->offset >= 0) object.number("offset", found.placed->offset);
  }
  if (!found.refused.empty()) object.text("refused", found.refused);
  if (bodies) object.raw("event", found.event.body);
  return object.done();
}

Reply event(Ports& ports, const Call& call) {
  std::vector<std::string> topics = ports.process.topics();
  if (const std::string_view wanted = call.asked("topic"); !wanted.empty()) topics = {std::string(wanted)};
  for (const std::string& topic : topics) {
    events::FindEvent find;
    find.topic = topic;
    find.event_id = call.parameter("eventId");
    Result<> done = ports.store.query_blocking(find);
    if (!done) return std::move(done.error());
    if (find.found) return show(find, call.sees_bodies());
  }
  return Error(Code::kNoSuchThing);
}

Reply refused(Ports& ports, const Call& call) {
  Result<std::size_t> limit = read_limit(call);
  if (!limit) return std::move(limit.error());
  Result<std::int64_t> cursor = read_cursor(call);
  if (!cursor) return std::move(cursor.error());
  events::ReadRefused read;
  read.topic = call.asked("topic");
  read.after = *cursor;
  read.limit = *limit + 1;  // one more tells whether there is a next page
  Result<> done = ports.store.query_blocking(read);
  if (!done) return std::move(done.error());
  const bool more = read.rows.size() > *limit;
  if (more) read.rows.pop_back();
  JsonArray items;
  for (const events::tables::RefusedRow& row : read.rows) {
    JsonObject object;
    object.text("eventId", row.event_id).text("topic", row.topic).text("eventType", row.type).text("key", row.key);
    object.number("shard", row.shard).number("position", events::tables::position_of(row.place));
    items.raw(object.text("reason", row.reason).number("refusedAt", row.at).done());
  }
  return page(items, more ? std::to_string(read.rows.back().place) : "");
}

}  // namespace

void add_event_endpoints(std::vector<Endpoint>& out) {
  out.push_back({.method = "GET",
                 .path = "/topics",
                 .summary = "Topics of the store",
                 .answer = &kTopic,
                 .pages = true,
                 .run = topics});
  out.push_back({.method = "GET",
                 .path = "/refused-events",
                 .summary = "Events that Kafka will never take",
                 .query = {{"topic", JsonType::kString, "only of this one"}, limit_field(), cursor_field()},
                 .answer = &kRefused,
                 .pages = true,
                 .run = refused});
  out.push_back(
      {.method = "GET",
       .path = "/events/{eventId}",
       .summary = "One event",
       .query = {{"topic", JsonType::kString, "where to look; else in every configured topic, the first counts"}},
       .answer = &kEvent,
       .run = event});
}

}  // namespace causeway::admin
