#include <algorithm>
#include <cstdio>

#include "admin/endpoint.h"
#include "admin/json_object.h"

namespace causeway::admin {
namespace {

std::string show(const events::SubscriptionView& view) {
  JsonObject object;
  object.text("name", view.name).text("topic", view.topic).text("group", view.group).text("state", view.state);
  if (view.paused_by.empty()) object.raw("pausedBy", "null");
  else object.text("pausedBy", view.paused_by);
  object.text("target", view.target).number("backlog", view.backlog).number("retrying", view.retrying);
  object.number("held", view.held).number("deadLetters", view.dead_letters);
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

std::string before(Ports& ports, const Call& call) {
  Reply view = one(ports, call);
  return view ? *view : "";
}

}  // namespace

void add_subscription_endpoints(std::vector<Endpoint>& out) {
  out.push_back({"GET", "/subscriptions", Role::kViewer, "Subscriptions with backlog and delay", {}, {}, list, {}});
  out.push_back({"GET", "/subscriptions/{name}", Role::kViewer, "One subscription", {}, {}, one, {}});
  out.push_back(
      {"POST",
       "/subscriptions/{name}/pause",
       Role::kOperator,
       "Begins no more deliveries, over restarts too",
       {},
       {"reason"},
       [](Ports& ports, const Call& call) { return shown(ports.subscriptions.pause(call.parameter("name"))); },
       before});
  out.push_back(
      {"POST",
       "/subscriptions/{name}/resume",
       Role::kOperator,
       "Delivers again, from where it was",
       {},
       {"reason"},
       [](Ports& ports, const Call& call) { return shown(ports.subscriptions.resume(call.parameter("name"))); },
       before});
}

}  // namespace causeway::admin
