#include "admin/endpoint.h"
#include "core/json_object.h"
#include "core/json_scan.h"

namespace causeway::admin {
namespace {

const Schema kProblem{"Problem",
                      {{"file", JsonType::kString, ""},
                       {"line", JsonType::kInteger, "from 1"},
                       {"column", JsonType::kInteger, "from 1"},
                       {"path", JsonType::kString, "of the key"},
                       {"code", JsonType::kString, ""},
                       {"message", JsonType::kString, ""},
                       {"severity", JsonType::kString, "error or warning"}}};
const Schema kNamed{"Named",
                    {{"kind", JsonType::kString, "route, consumer, setting …"}, {"name", JsonType::kString, ""}}};
const Schema kChanged{"Changed",
                      {{"kind", JsonType::kString, "as of Named"},
                       {"name", JsonType::kString, ""},
                       {"keys", JsonType::kArray, "whose values are others now; never the values"},
                       {"was", JsonType::kString, "the name before, of a subscription", Field::kSometimes}}};
const Schema kCounts{
    "Counts",
    {{"added", JsonType::kInteger, ""}, {"removed", JsonType::kInteger, ""}, {"changed", JsonType::kInteger, ""}}};
const Schema kReload{
    "Reload",
    {{"taken", JsonType::kBoolean, "true"},
     {"version", JsonType::kInteger, "of the configuration in force now; the same as before when nothing has changed"},
     {"hash", JsonType::kString, "of what it says: the same wherever the same is in force"},
     {"routes", JsonType::kInteger, ""},
     {"counts", JsonType::kObject, "how much was added, removed and changed", 0, &kCounts},
     {"added", JsonType::kArray, "the first 1,000", 0, &kNamed},
     {"removed", JsonType::kArray, "the first 1,000", 0, &kNamed},
     {"changed", JsonType::kArray, "the first 1,000", 0, &kChanged},
     {"restart", JsonType::kArray, "keys whose new values are in force only after a restart"},
     {"problems", JsonType::kArray, "warnings", 0, &kProblem}}};
const Schema kDrain{"Drain", {{"draining", JsonType::kBoolean, "true"}}};

std::string before(Ports& ports, const Call&) { return ports.process.describe(); }

std::string list_of(const std::vector<std::string>& texts) {
  JsonArray array;
  for (const std::string& text : texts) {
    std::string json;
    append_json_string(json, text);
    array.raw(json);
  }
  return array.done();
}

Reply reload(Ports& ports, const Call& call) {
  const ReloadReport report = ports.process.reload({call.user.name, call.text("reason"), true});
  if (report.taken) {
    JsonObject object;
    object.flag("taken", true).number("version", report.version).text("hash", report.hash);
    object.number("routes", static_cast<std::int64_t>(report.routes));
    std::string json = object.done();
    json.pop_back();
    return json + ',' + report.difference + ",\"restart\":" + list_of(report.restart) +
           ",\"problems\":" + report.problems + '}';
  }
  Error error(Code::kInvalid);
  error.info().public_message = report.reason.empty() ? "the configuration was refused" : report.reason;
  error.info().details = "\"errors\":" + std::to_string(report.errors) + ",\"problems\":" + report.problems;
  return error;
}

/// Not the names of ten thousand routes, nor every problem: those are in the history and in the log.
std::string after_reload(const Reply& reply) {
  if (!reply && reply.error().info_if() == nullptr) return {};
  const std::string json = reply ? *reply : '{' + reply.error().info_if()->details + '}';
  JsonObject kept;
  for (const std::string_view name : {"taken", "version", "hash", "counts", "restart", "errors"})
    if (const Bytes value = find_member(json, name); !value.empty()) kept.raw(name, value);
  return kept.done();
}

Reply drain(Ports& ports, const Call&) {
  ports.process.drain();
  return JsonObject().flag("draining", true).done();
}

}  // namespace

void add_process_endpoints(std::vector<Endpoint>& out) {
  out.push_back(
      {.method = "POST",
       .path = "/reload",
       .role = Role::kOperator,
       .summary = "Takes the configuration anew. Refused whole when anything is wrong: details.problems says where",
       .body = {reason_field()},
       .answer = &kReload,
       .run = reload,
       .before = before,
       .after = after_reload});
  out.push_back({.method = "POST",
                 .path = "/drain",
                 .role = Role::kAdmin,
                 .summary = "Stops accepting, finishes what is in flight, ends the process",
                 .body = {reason_field()},
                 .answer = &kDrain,
                 .run = drain});
}

}  // namespace causeway::admin
