#include "admin/endpoint.h"
#include "admin/page.h"

namespace causeway::admin {
namespace {

const Schema kRouteVersion{"RouteVersion",
                           {{"name", JsonType::kString, ""},
                            {"state", JsonType::kString, "current, deprecated, sunset or retired"},
                            {"deprecated", JsonType::kString, "since when", Field::kNullable},
                            {"sunset", JsonType::kString, "", Field::kNullable}}};
const Schema kRouteKey{"RouteKey",
                       {{"name", JsonType::kString, ""},
                        {"value", JsonType::kString, "as it is written; of queries, headers and bodies only the names"},
                        {"from", JsonType::kString, "route, defaults or built in"},
                        {"at", JsonType::kString, "file:line:column", Field::kNullable}}};
const Schema kRouteStep{
    "RouteStep",
    {{"name", JsonType::kString, ""},
     {"does", JsonType::kString, ""},
     {"from", JsonType::kString, "route, defaults or built in"},
     {"at", JsonType::kString, "file:line:column", Field::kNullable},
     {"also", JsonType::kString, "the rule of the defaults that is narrowed, or the `without`", Field::kNullable},
     {"alsoDoes", JsonType::kString, "that rule", Field::kNullable},
     {"removed", JsonType::kBoolean, "by `without`"},
     {"head", JsonType::kBoolean, "looks at the head"},
     {"body", JsonType::kBoolean, "runs behind the body"},
     {"answer", JsonType::kBoolean, "runs over the answer"}}};
const Schema kRouteAdapter{"RouteAdapter",
                           {{"name", JsonType::kString, ""},
                            {"at", JsonType::kString, "file:line:column", Field::kNullable},
                            {"keys", JsonType::kArray, "", 0, &kRouteKey}}};
const Schema kRoute{"Route",
                    {{"name", JsonType::kString, ""},
                     {"api", JsonType::kString, ""},
                     {"at", JsonType::kString, "file:line:column", Field::kNullable},
                     {"methods", JsonType::kArray, "HEAD among them where GET brings it along; or any"},
                     {"path", JsonType::kString, "base and path as they are written"},
                     {"versions", JsonType::kArray, "that the route is in", 0, &kRouteVersion},
                     {"defaultVersion", JsonType::kString, "of calls that name none", Field::kNullable},
                     {"settings", JsonType::kArray, "auth, reply, limits", 0, &kRouteKey},
                     {"chain", JsonType::kArray, "down on the way in, up on the way out", 0, &kRouteStep},
                     {"adapter", JsonType::kObject, "", 0, &kRouteAdapter}}};

Reply list(Ports& ports, const Call& call) {
  Result<std::size_t> limit = read_limit(call);
  if (!limit) return std::move(limit.error());
  Result<std::int64_t> cursor = read_cursor(call);
  if (!cursor) return std::move(cursor.error());
  const RoutePage found = ports.routes->routes(call.asked("api"), static_cast<std::size_t>(*cursor), *limit);
  JsonArray items;
  for (const std::string& item : found.items) items.raw(item);
  return page(items, found.more ? std::to_string(found.last) : "");
}

Reply one(Ports& ports, const Call& call) { return ports.routes->route(call.parameter("name")); }

}  // namespace

void add_route_endpoints(std::vector<Endpoint>& out) {
  out.push_back({.method = "GET",
                 .path = "/routes",
                 .summary = "Routes in force: what each takes, passes through and calls, and where that is written",
                 .query = {{"api", JsonType::kString, "only of this one"}, limit_field(), cursor_field()},
                 .answer = &kRoute,
                 .pages = true,
                 .run = list});
  out.push_back({.method = "GET", .path = "/routes/{name}", .summary = "One route", .answer = &kRoute, .run = one});
}

}  // namespace causeway::admin
