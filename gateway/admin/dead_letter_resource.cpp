#include "admin/endpoint.h"
#include "admin/page.h"
#include "core/json_scan.h"

namespace causeway::admin {
namespace {

using events::DeadLetterView;

const Schema kAttempt{"Attempt",
                      {{"number", JsonType::kInteger, "from 1"},
                       {"at", JsonType::kInteger, "unix milliseconds"},
                       {"status", JsonType::kInteger, "of HTTP; 0: no answer"},
                       {"tookMs", JsonType::kInteger, ""},
                       {"error", JsonType::kString, "empty when an answer came that could be understood"},
                       {"code", JsonType::kInteger, "of a failure that the system named; 0: none"},
                       {"message", JsonType::kString, "what the system said of it"},
                       {"details", JsonType::kObject, "likewise; not for viewers", Field::kSometimes},
                       {"body", JsonType::kString, "how the answer began; not for viewers", Field::kSometimes}}};

const Schema kDeadLetter{
    "DeadLetter",
    {{"id", JsonType::kString, "<subscription>:<shard>:<position>"},
     {"subscription", JsonType::kString, ""},
     {"topic", JsonType::kString, ""},
     {"eventId", JsonType::kString, ""},
     {"eventType", JsonType::kString, ""},
     {"key", JsonType::kString, ""},
     {"attempts", JsonType::kInteger, ""},
     {"reason", JsonType::kString, "why it was given up"},
     {"storedAt", JsonType::kInteger, "unix milliseconds"},
     {"diedAt", JsonType::kInteger, "unix milliseconds"},
     {"heldBehind", JsonType::kInteger, "events of its key that wait"},
     {"event", JsonType::kObject, "as it was stored; shown alone, not for viewers", Field::kSometimes},
     {"body", JsonType::kString, "what was sent; shown alone, not for viewers", Field::kSometimes},
     {"tried", JsonType::kArray, "every attempt; shown alone", Field::kSometimes, &kAttempt},
     {"warning", JsonType::kString, "of an edited replay", Field::kSometimes}}};

const Schema kCount{"Count",
                    {{"count", JsonType::kInteger, "how many were replayed, or would be"},
                     {"dryRun", JsonType::kBoolean, "true: nothing was done"}}};

const std::vector<Field>& filter_fields() {
  static const std::vector<Field> fields = {{"key", JsonType::kString, "only those of this key", Field::kSometimes}};
  return fields;
}
const Schema kFilter{"Filter", filter_fields()};

void begin(JsonObject& object, const DeadLetterView& view) {
  object.text("id", view.id).text("subscription", view.subscription).text("topic", view.topic);
  object.text("eventId", view.event_id).text("eventType", view.event_type).text("key", view.key);
  object.number("attempts", view.attempts).text("reason", view.reason);
  object.number("storedAt", view.stored_at).number("diedAt", view.died_at).number("heldBehind", view.held_behind);
}

/// As in a list: without bodies.
std::string brief(const DeadLetterView& view) {
  JsonObject object;
  begin(object, view);
  return object.done();
}

std::string show(const events::AttemptView& attempt, bool bodies) {
  JsonObject object;
  object.number("number", attempt.number).number("at", attempt.at).number("status", attempt.status);
  object.number("tookMs", attempt.took_ms).text("error", attempt.error);
  object.number("code", attempt.code).text("message", attempt.message);
  if (bodies && !attempt.details.empty()) object.raw("details", attempt.details);
  if (bodies) object.text("body", attempt.body);
  return object.done();
}

Reply list(Ports& ports, const Call& call) {
  Result<std::size_t> limit = read_limit(call);
  if (!limit) return std::move(limit.error());
  events::DeadLetterFilter filter;
  filter.subscription = call.asked("subscription");
  filter.key = call.asked("key");
  filter.limit = *limit;
  filter.cursor = call.asked("cursor");
  Result<events::DeadLetterPage> found = ports.subscriptions.dead_letters(filter);
  if (!found) return std::move(found.error());
  JsonArray items;
  for (const DeadLetterView& view : found->items) items.raw(brief(view));
  return page(items, found->next);
}

Reply one(Ports& ports, const Call& call) {
  Result<DeadLetterView> view = ports.subscriptions.dead_letter(call.parameter("id"));
  if (!view) return std::move(view.error());
  JsonObject object;
  begin(object, *view);
  if (call.sees_bodies()) {
    object.raw("event", check_json(view->event) ? "null" : std::string_view(view->event));
    object.text("body", view->body);
  }
  JsonArray tried;
  for (const events::AttemptView& attempt : view->tried) tried.raw(show(attempt, call.sees_bodies()));
  return object.raw("tried", tried.done()).done();
}

Reply replay(Ports& ports, const Call& call) {
  std::optional<std::string> edited;
  if (const auto body = call.member("body")) edited = std::string(*body);
  Result<DeadLetterView> view = ports.subscriptions.replay(call.parameter("id"), edited);
  if (!view) return std::move(view.error());
  JsonObject object;
  begin(object, *view);
  if (edited)
    object.text("warning", "sent with a new Idempotency-Key: a system that has done the old one does this one, too");
  return object.done();
}

Reply discard(Ports& ports, const Call& call) {
  Result<DeadLetterView> view = ports.subscriptions.discard(call.parameter("id"), call.text("reason"));
  if (!view) return std::move(view.error());
  return brief(*view);
}

Reply replay_many(Ports& ports, const Call& call) {
  events::DeadLetterFilter filter;
  filter.subscription = call.text("subscription");
  if (const auto inner = call.member("filter")) {
    Result<> known = check_members(*inner, filter_fields(), "/filter");
    if (!known) return std::move(known.error());
    filter.key = json_string_value(find_member(*inner, "key")).value_or("");
  }
  const bool dry_run = call.flag("dry_run");
  Result<std::int64_t> count = ports.subscriptions.replay_all(filter, dry_run);
  if (!count) return std::move(count.error());
  return JsonObject().number("count", *count).flag("dryRun", dry_run).done();
}

bool only_counts(const Call& call) { return call.flag("dry_run"); }

std::string before(Ports& ports, const Call& call) {
  Result<DeadLetterView> view = ports.subscriptions.dead_letter(call.parameter("id"));
  return view ? brief(*view) : "";
}

}  // namespace

void add_dead_letter_endpoints(std::vector<Endpoint>& out) {
  out.push_back({.method = "GET",
                 .path = "/dead-letters",
                 .summary = "Deliveries that were given up, oldest first",
                 .query = {{"subscription", JsonType::kString, "only of this one"},
                           {"key", JsonType::kString, "only of this key"},
                           limit_field(),
                           cursor_field()},
                 .answer = &kDeadLetter,
                 .pages = true,
                 .run = list});
  out.push_back({.method = "POST",
                 .path = "/dead-letters/replay",
                 .role = Role::kOperator,
                 .summary = "Replays all that are named; dry_run only counts them",
                 .body = {{"subscription", JsonType::kString, "only of this one"},
                          {"filter", JsonType::kObject, "", 0, &kFilter},
                          {"dry_run", JsonType::kBoolean, "true: changes nothing"},
                          reason_field()},
                 .answer = &kCount,
                 .run = replay_many,
                 .only_looks = only_counts});
  out.push_back({.method = "GET",
                 .path = "/dead-letters/{id}",
                 .summary = "One with every attempt",
                 .answer = &kDeadLetter,
                 .run = one});
  out.push_back({.method = "POST",
                 .path = "/dead-letters/{id}/replay",
                 .role = Role::kOperator,
                 .summary = "Tries again from the first attempt; with body as another event",
                 .body = {{"body", JsonType::kAny, "the event's data, edited"}, reason_field()},
                 .answer = &kDeadLetter,
                 .run = replay,
                 .before = before});
  out.push_back({.method = "POST",
                 .path = "/dead-letters/{id}/discard",
                 .role = Role::kOperator,
                 .summary = "Gives it up for good; the next event of its key goes on",
                 .body = {reason_field(Field::kRequired)},
                 .answer = &kDeadLetter,
                 .run = discard,
                 .before = before});
}

}  // namespace causeway::admin
