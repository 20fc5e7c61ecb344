#include <algorithm>

#include "admin/endpoint.h"
#include "admin/page.h"
#include "config/text_forms.h"

namespace causeway::admin {
namespace {

constexpr Duration kLongestEjection = std::chrono::hours(24 * 365);

const Schema kBreaker{
    "Breaker",
    {{"enabled", JsonType::kBoolean, "false: it never opens"},
     {"state", JsonType::kString, "closed; open: callers are turned away; half_open: probes decide"},
     {"calls", JsonType::kInteger, "the last ones, by which it decides; of an open one: that have opened it"},
     {"failures", JsonType::kInteger, "of them"},
     {"slow", JsonType::kInteger, "of them"},
     {"openedAt", JsonType::kInteger, "unix milliseconds, as all times; null: it is not open", Field::kNullable},
     {"retryAt", JsonType::kInteger, "when the first probe may go; null: it is not open", Field::kNullable}}};

const Schema kEndpoint{
    "Endpoint",
    {{"address", JsonType::kString, "as configured"},
     {"weight", JsonType::kInteger, ""},
     {"healthy", JsonType::kBoolean, "as health checks say; true where there are none"},
     {"ejected", JsonType::kBoolean, "left alone for a while"},
     {"ejectedBy", JsonType::kString, "failures or operator; null: it is not", Field::kNullable},
     {"ejectedUntil", JsonType::kInteger, "null: it is not, or until somebody restores it", Field::kNullable},
     {"active", JsonType::kInteger, "attempts in flight"},
     {"idle", JsonType::kInteger, "connections that are kept"},
     {"addresses", JsonType::kArray, "where the name leads"}}};

const Schema kCluster{"Cluster",
                      {{"name", JsonType::kString, ""},
                       {"system", JsonType::kString, "as people call it"},
                       {"kind", JsonType::kString, "internal or third_party"},
                       {"loadBalancing", JsonType::kString, ""},
                       {"breaker", JsonType::kObject, "", 0, &kBreaker},
                       {"active", JsonType::kInteger, "calls in flight"},
                       {"waiting", JsonType::kInteger, "calls that wait for their turn (limits.concurrent)"},
                       {"retries", JsonType::kInteger, "calls in flight that are not the first try"},
                       {"endpoints", JsonType::kArray, "", 0, &kEndpoint}}};

JsonObject& or_null(JsonObject& object, std::string_view name, const std::optional<std::int64_t>& value) {
  return value ? object.number(name, *value) : object.raw(name, "null");
}

std::string show(const BreakerView& view) {
  JsonObject object;
  object.flag("enabled", view.enabled).text("state", view.state).number("calls", view.calls);
  object.number("failures", view.failures).number("slow", view.slow);
  or_null(object, "openedAt", view.opened_at);
  return or_null(object, "retryAt", view.retry_at).done();
}

std::string show(const EndpointView& view) {
  JsonObject object;
  object.text("address", view.address).number("weight", view.weight);
  object.flag("healthy", view.healthy).flag("ejected", view.ejected);
  if (view.ejected_by.empty()) object.raw("ejectedBy", "null");
  else object.text("ejectedBy", view.ejected_by);
  or_null(object, "ejectedUntil", view.ejected_until);
  object.number("active", view.active).number("idle", static_cast<std::int64_t>(view.idle));
  JsonArray addresses;
  for (const std::string& address : view.addresses) {
    std::string text;
    append_json_string(text, address);
    addresses.raw(text);
  }
  return object.raw("addresses", addresses.done()).done();
}

std::string show(const ClusterView& view) {
  JsonObject object;
  object.text("name", view.name).text("system", view.system).text("kind", view.kind);
  object.text("loadBalancing", view.load_balancing).raw("breaker", show(view.breaker));
  object.number("active", view.active).number("waiting", view.waiting).number("retries", view.retries);
  JsonArray endpoints;
  for (const EndpointView& endpoint : view.endpoints) endpoints.raw(show(endpoint));
  return object.raw("endpoints", endpoints.done()).done();
}

Reply shown(Result<ClusterView> view) {
  if (!view) return std::move(view.error());
  return show(*view);
}

/// The cursor is the name of the last one: clusters come and go with reloads.
Reply list(Ports& ports, const Call& call) {
  Result<std::size_t> limit = read_limit(call);
  if (!limit) return std::move(limit.error());
  std::vector<ClusterView> all = ports.clusters->clusters();
  const std::string_view after = call.asked("cursor");
  auto first = all.begin();
  if (!after.empty()) first = std::ranges::upper_bound(all, after, {}, &ClusterView::name);
  JsonArray items;
  auto next = first;
  for (; next != all.end() && static_cast<std::size_t>(next - first) < *limit; ++next) items.raw(show(*next));
  return page(items, next == all.end() ? "" : std::prev(next)->name);
}

Reply one(Ports& ports, const Call& call) { return shown(ports.clusters->cluster(call.parameter("name"))); }

std::string before(Ports& ports, const Call& call) {
  Reply view = one(ports, call);
  return view ? *view : "";
}

/// An endpoint that the cluster does not have is a mistake of the body, not of the path.
Result<std::string> endpoint_of(Ports& ports, const Call& call) {
  Result<ClusterView> cluster = ports.clusters->cluster(call.parameter("name"));
  if (!cluster) return std::move(cluster.error());
  std::string endpoint = call.text("endpoint");
  if (std::ranges::find(cluster->endpoints, endpoint, &EndpointView::address) == cluster->endpoints.end())
    return invalid("/endpoint", "enum", "must be an endpoint of the cluster");
  return endpoint;
}

Reply eject(Ports& ports, const Call& call) {
  std::optional<Duration> time;
  if (const std::string text = call.text("for"); !text.empty()) {
    time = config::TextForm<Duration>::parse(text);
    if (!time || *time <= Duration::zero() || *time > kLongestEjection)
      return invalid("/for", "format", "must be a duration such as 10m, at most 365d");
  }
  Result<std::string> endpoint = endpoint_of(ports, call);
  if (!endpoint) return std::move(endpoint.error());
  return shown(ports.clusters->eject(call.parameter("name"), *endpoint, time));
}

Reply restore(Ports& ports, const Call& call) {
  Result<std::string> endpoint = endpoint_of(ports, call);
  if (!endpoint) return std::move(endpoint.error());
  return shown(ports.clusters->restore(call.parameter("name"), *endpoint));
}

Reply reset(Ports& ports, const Call& call) { return shown(ports.clusters->reset(call.parameter("name"))); }

Field endpoint_field() {
  return {"endpoint", JsonType::kString, "its address, as the cluster shows it", Field::kRequired};
}

}  // namespace

void add_cluster_endpoints(std::vector<Endpoint>& out) {
  out.push_back({.method = "GET",
                 .path = "/clusters",
                 .summary = "Systems with their endpoints, breakers and ejections, by name",
                 .query = {limit_field(), cursor_field()},
                 .answer = &kCluster,
                 .pages = true,
                 .run = list});
  out.push_back(
      {.method = "GET", .path = "/clusters/{name}", .summary = "One system", .answer = &kCluster, .run = one});
  out.push_back({.method = "POST",
                 .path = "/clusters/{name}/eject",
                 .role = Role::kOperator,
                 .summary = "Leaves an endpoint alone for a while, or until it is restored; not over a restart",
                 .body = {endpoint_field(),
                          {"for", JsonType::kString, "how long, such as 10m; absent: until it is restored"},
                          reason_field()},
                 .answer = &kCluster,
                 .run = eject,
                 .before = before});
  out.push_back({.method = "POST",
                 .path = "/clusters/{name}/restore",
                 .role = Role::kOperator,
                 .summary = "Uses an ejected endpoint again",
                 .body = {endpoint_field(), reason_field()},
                 .answer = &kCluster,
                 .run = restore,
                 .before = before});
  out.push_back({.method = "POST",
                 .path = "/clusters/{name}/reset",
                 .role = Role::kOperator,
                 .summary = "Closes the breaker, with an empty window, and ends all ejections",
                 .body = {reason_field()},
                 .answer = &kCluster,
                 .run = reset,
                 .before = before});
}

}  // namespace causeway::admin
