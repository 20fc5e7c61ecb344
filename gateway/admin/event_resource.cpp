#include "admin/endpoint.h"
#include "admin/json_object.h"
#include "events/log_reader.h"
#include "events/topic_views.h"

namespace causeway::admin {
namespace {

Reply topics(Ports& ports, const Call&) {
  events::ReadTopics read;
  const std::vector<std::string> configured = ports.process.topics();
  JsonArray items;
  Result<> done = ports.store.query_blocking(read);
  if (!done && !configured.empty()) return std::move(done.error());
  for (const events::TopicView& topic : read.topics) {
    JsonObject object;
    object.text("name", topic.name).number("shards", topic.shards);
    object.number("retentionSeconds", std::chrono::duration_cast<std::chrono::seconds>(topic.retention).count());
    object.number("events", topic.events).number("published", topic.published);
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
  if (bodies) object.raw("event", found.event.body);
  return object.done();
}

Reply event(Ports& ports, const Call& call) {
  const std::string_view wanted = call.asked("topic");
  for (const std::string& topic : ports.process.topics()) {
    if (!wanted.empty() && topic != wanted) continue;
    events::FindEvent find;
    find.topic = topic;
    find.event_id = call.parameter("eventId");
    Result<> done = ports.store.query_blocking(find);
    if (!done) return std::move(done.error());
    if (find.found) return show(find, call.sees_bodies());
  }
  return Error(Code::kNoSuchThing);
}

}  // namespace

void add_event_endpoints(std::vector<Endpoint>& out) {
  out.push_back({"GET", "/topics", Role::kViewer, "Topics of the store", {}, {}, topics, {}});
  out.push_back(
      {"GET", "/events/{eventId}", Role::kViewer, "One event; its body is not for viewers", {"topic"}, {}, event, {}});
}

}  // namespace causeway::admin
