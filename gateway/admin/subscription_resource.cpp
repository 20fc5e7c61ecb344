#include <cstdio>

#include "admin/endpoint.h"
#include "admin/page.h"

namespace causeway::admin {
namespace {

const Schema kSubscription{
    "Subscription",
    {{"name", JsonType::kString, ""},
     {"topic", JsonType::kString, ""},
     {"group", JsonType::kString, "whose cursor it is"},
     {"state", JsonType::kString, "running or paused"},
     {"pausedBy", JsonType::kString, "operator or dead_letters; null while running", Field::kNullable},
     {"target", JsonType::kString, "what is called"},
     {"backlog", JsonType::kInteger, "events stored and not finished; not dead ones"},
     {"retrying", JsonType::kInteger, ""},
     {"held", JsonType::kInteger, "wait behind a dead letter of their key"},
     {"deadLetters", JsonType::kInteger, ""},
     {"lost", JsonType::kInteger, "that the broker deleted before they were read"},
     {"delaySeconds", JsonType::kNumber, "age of the oldest that is not finished"}}};

std::string show(const events::SubscriptionView& view) {
  JsonObject object;
  object.text("name", view.name).text("topic", view.topic).text("group", view.group).text("state", view.state);
  if (view.paused_by.empty()) object.raw("pausedBy", "null");
  else object.text("pausedBy", view.paused_by);
  object.text("target", view.target).number("backlog", view.backlog).number("retrying", view.retrying);
  object.number("held", view.held).number("deadLetters", view.dead_letters);
  object.number("lost", view.lost);
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.3f", view.delay_seconds);
  return object.raw("delaySeconds", seconds).done();
}

Reply list(Ports& ports, const Call&) {
  JsonArray items;
  for (const events::SubscriptionView& view : ports.subscriptions.subscriptions()) items.raw(show(view));
  return page(items, "");
}

Reply one(Ports& ports, const Call& call) {
  for (const events::SubscriptionView& view : ports.subscriptions.subscriptions())
    if (view.name == call.parameter("name")) return show(view);
  return Error(Code::kNoSuchThing);
}

Reply shown(Result<events::SubscriptionView> view) {
  if (!view) return std::move(view.error());
  return show(*view);
}

Reply pause(Ports& ports, const Call& call) { return shown(ports.subscriptions.pause(call.parameter("name"))); }

Reply resume(Ports& ports, const Call& call) { return shown(ports.subscriptions.resume(call.parameter("name"))); }

std::string before(Ports& ports, const Call& call) {
  Reply view = one(ports, call);
  return view ? *view : "";
}

}  // namespace

void add_subscription_endpoints(std::vector<Endpoint>& out) {
  out.push_back({.method = "GET",
                 .path = "/subscriptions",
                 .summary = "Subscriptions with backlog and delay",
                 .answer = &kSubscription,
                 .pages = true,
                 .run = list});
  out.push_back({.method = "GET",
                 .path = "/subscriptions/{name}",
                 .summary = "One subscription",
                 .answer = &kSubscription,
                 .run = one});
  out.push_back({.method = "POST",
                 .path = "/subscriptions/{name}/pause",
                 .role = Role::kOperator,
                 .summary = "Begins no more deliveries, over restarts too",
                 .body = {reason_field()},
                 .answer = &kSubscription,
                 .run = pause,
                 .before = before});
  out.push_back({.method = "POST",
                 .path = "/subscriptions/{name}/resume",
                 .role = Role::kOperator,
                 .summary = "Delivers again, from where it was",
                 .body = {reason_field()},
                 .answer = &kSubscription,
                 .run = resume,
                 .before = before});
}

}  // namespace causeway::admin
