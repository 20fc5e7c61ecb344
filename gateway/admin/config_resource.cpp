// The configuration in force and those before it.
#include <charconv>

#include "admin/endpoint.h"
#include "admin/page.h"

namespace causeway::admin {
namespace {

const Schema kProcess{"Process",
                      {{"version", JsonType::kString, "of the program"},
                       {"node", JsonType::kString, ""},
                       {"file", JsonType::kString, "the operators' file"},
                       {"bus", JsonType::kString, "embedded, or how the bus is: reachable, buffering"},
                       {"store", JsonType::kString, "open, or none"},
                       {"configVersion", JsonType::kInteger, "of the configuration in force"},
                       {"hash", JsonType::kString, "of what it says: the same wherever the same is in force"},
                       {"author", JsonType::kString, "who took it: a user, signal, file, start"},
                       {"reason", JsonType::kString, ""},
                       {"takenAt", JsonType::kInteger, "unix milliseconds"},
                       {"routes", JsonType::kInteger, ""},
                       {"consumers", JsonType::kInteger, ""},
                       {"topics", JsonType::kInteger, ""},
                       {"subscriptions", JsonType::kInteger, ""},
                       {"yaml", JsonType::kString, "all files without secrets; not for viewers", Field::kSometimes}}};
const Schema kVersion{
    "ConfigVersion",
    {{"version", JsonType::kInteger, "ascending"},
     {"hash", JsonType::kString, ""},
     {"takenAt", JsonType::kInteger, "unix milliseconds"},
     {"author", JsonType::kString, "a user, signal, file, start"},
     {"reason", JsonType::kString, ""},
     {"added", JsonType::kInteger, ""},
     {"removed", JsonType::kInteger, ""},
     {"changed", JsonType::kInteger, ""},
     {"diff", JsonType::kObject, "by name, as POST /reload answers it; not in lists", Field::kSometimes},
     {"yaml", JsonType::kString, "all files without secrets; not in lists", Field::kSometimes}}};

Reply describe(Ports& ports, const Call& call) {
  std::string json = ports.process.describe();
  const std::string yaml = call.sees_bodies() ? ports.process.configuration().yaml : "";
  if (yaml.empty()) return json;
  json.pop_back();
  json += ",\"yaml\":";
  append_json_string(json, yaml);
  return json + '}';
}

JsonObject object_of(const ConfigVersion& version) {
  JsonObject object;
  object.number("version", version.version).text("hash", version.hash).number("takenAt", version.taken_at);
  object.text("author", version.author).text("reason", version.reason).number("added", version.added);
  object.number("removed", version.removed).number("changed", version.changed);
  return object;
}

Reply list(Ports& ports, const Call& call) {
  Result<std::size_t> limit = read_limit(call);
  if (!limit) return std::move(limit.error());
  Result<std::int64_t> cursor = read_cursor(call);
  if (!cursor) return std::move(cursor.error());
  // One more tells whether there is a next page.
  Result<std::vector<ConfigVersion>> found = ports.process.configurations(*cursor, *limit + 1);
  if (!found) return std::move(found.error());
  const bool more = found->size() > *limit;
  if (more) found->pop_back();
  JsonArray items;
  for (const ConfigVersion& version : *found) items.raw(object_of(version).done());
  return page(items, more ? std::to_string(found->back().version) : "");
}

Reply one(Ports& ports, const Call& call) {
  const std::string_view text = call.parameter("version");
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1) return Error(Code::kNoSuchThing);
  Result<ConfigVersion> found = ports.process.configuration(number);
  if (!found) return std::move(found.error());
  return object_of(*found).raw("diff", found->diff).text("yaml", found->yaml).done();
}

}  // namespace

void add_config_endpoints(std::vector<Endpoint>& out) {
  out.push_back({.method = "GET",
                 .path = "/config",
                 .summary = "What runs: version, node, configuration; no secrets",
                 .answer = &kProcess,
                 .run = describe});
  out.push_back({.method = "GET",
                 .path = "/config/history",
                 .summary = "Configurations that were taken, newest first",
                 .query = {limit_field(), cursor_field()},
                 .answer = &kVersion,
                 .pages = true,
                 .run = list});
  out.push_back({.method = "GET",
                 .path = "/config/history/{version}",
                 .role = Role::kOperator,
                 .summary = "One of them with what it changed, and its files without secrets",
                 .answer = &kVersion,
                 .run = one});
}

}  // namespace causeway::admin
