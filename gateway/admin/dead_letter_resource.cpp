#include "admin/endpoint.h"
#include "admin/json_object.h"
#include "core/json_scan.h"

namespace causeway::admin {
namespace {

using events::DeadLetterView;

void begin(JsonObject& object, const DeadLetterView& view) {
  object.text("id", view.id).text("subscription", view.subscription).text("topic", view.topic);
  object.text("eventId", view.event_id).text("eventType", view.event_type).text("key", view.key);
  object.number("attempts", view.attempts).text("reason", view.reason);
  object.number("storedAt", view.stored_at).number("diedAt", view.died_at).number("heldBehind", view.held_behind);
}

std::string show(const events::AttemptView& attempt, bool bodies) {
  JsonObject object;
  object.number("number", attempt.number).number("at", attempt.at).number("status", attempt.status);
  object.number("tookMs", attempt.took_ms).text("error", attempt.error);
  if (bodies) object.text("body", attempt.body);
  return object.done();
}

std::string show_whole(const DeadLetterView& view, bool bodies) {
  JsonObject object;
  begin(object, view);
  if (bodies) {
    object.raw("event", check_json(view.event) ? "null" : std::string_view(view.event));
    object.text("body", view.body);
  }
  JsonArray tried;
  for (const events::AttemptView& attempt : view.tried) tried.raw(show(attempt, bodies));
  return object.raw("tried", tried.done()).done();
}

/// A member of the body that must be a string; empty when it is absent.
Result<std::string> read_text(const Call& call, std::string_view name) {
  const Bytes raw = find_member(call.body, name);
  if (raw.empty() || raw == "null") return std::string();
  auto text = json_string_value(raw);
  if (!text) return invalid("/" + std::string(name), "type", "must be a string");
  return std::move(*text);
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
  for (const DeadLetterView& view : found->items) {
    JsonObject object;
    begin(object, view);
    items.raw(object.done());
  }
  return page(items, found->next);
}

Reply shown(Result<DeadLetterView> view, const Call& call) {
  if (!view) return std::move(view.error());
  return show_whole(*view, call.sees_bodies());
}

Reply one(Ports& ports, const Call& call) { return shown(ports.subscriptions.dead_letter(call.parameter("id")), call); }

Reply replay(Ports& ports, const Call& call) {
  std::optional<std::string> edited;
  const Bytes raw = find_member(call.body, "body");
  if (!raw.empty() && raw != "null") edited = std::string(raw);
  return shown(ports.subscriptions.replay(call.parameter("id"), edited), call);
}

Reply discard(Ports& ports, const Call& call) {
  Result<std::string> reason = read_text(call, "reason");
  if (!reason) return std::move(reason.error());
  if (reason->empty()) return invalid("/reason", "required", "say why it is given up");
  return shown(ports.subscriptions.discard(call.parameter("id"), *reason), call);
}

Reply replay_many(Ports& ports, const Call& call) {
  events::DeadLetterFilter filter;
  Result<std::string> subscription = read_text(call, "subscription");
  if (!subscription) return std::move(subscription.error());
  filter.subscription = std::move(*subscription);
  const Bytes inner = find_member(call.body, "filter");
  Call of_filter = call;
  of_filter.body = inner.empty() ? "{}" : std::string(inner);
  Result<std::string> key = read_text(of_filter, "key");
  if (!key) return std::move(key.error());
  filter.key = std::move(*key);
  const Bytes dry = find_member(call.body, "dry_run");
  if (!dry.empty() && dry != "true" && dry != "false") return invalid("/dry_run", "type", "must be a boolean");
  Result<std::int64_t> count = ports.subscriptions.replay_all(filter, dry == "true");
  if (!count) return std::move(count.error());
  return JsonObject().number("count", *count).flag("dryRun", dry == "true").done();
}

std::string before(Ports& ports, const Call& call) {
  Reply view = one(ports, call);
  return view ? *view : "";
}

}  // namespace

void add_dead_letter_endpoints(std::vector<Endpoint>& out) {
  out.push_back({"GET",
                 "/dead-letters",
                 Role::kViewer,
                 "Deliveries that were given up, oldest first",
                 {"subscription", "key", "limit", "cursor"},
                 {},
                 list,
                 {}});
  out.push_back({"POST",
                 "/dead-letters/replay",
                 Role::kOperator,
                 "Replays all that the filter names; dry_run only counts them",
                 {},
                 {"subscription", "filter", "dry_run", "reason"},
                 replay_many,
                 {}});
  out.push_back({"GET",
                 "/dead-letters/{id}",
                 Role::kViewer,
                 "One with every attempt; bodies are not for viewers",
                 {},
                 {},
                 one,
                 {}});
  out.push_back({"POST",
                 "/dead-letters/{id}/replay",
                 Role::kOperator,
                 "Tries again from the first attempt; with body as another event",
                 {},
                 {"body", "reason"},
                 replay,
                 before});
  out.push_back({"POST",
                 "/dead-letters/{id}/discard",
                 Role::kOperator,
                 "Gives it up for good; the next event of its key goes on",
                 {},
                 {"reason!"},
                 discard,
                 before});
}

}  // namespace causeway::admin
