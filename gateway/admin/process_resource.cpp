#include "admin/endpoint.h"
#include "core/json_object.h"

namespace causeway::admin {
namespace {

const Schema kProcess{"Process",
                      {{"version", JsonType::kString, ""},
                       {"node", JsonType::kString, ""},
                       {"file", JsonType::kString, "the operators' file"},
                       {"bus", JsonType::kString, "embedded, or how the bus is: reachable, buffering"},
                       {"takenAt", JsonType::kInteger, "of the configuration in force; unix milliseconds"},
                       {"routes", JsonType::kInteger, ""},
                       {"consumers", JsonType::kInteger, ""},
                       {"topics", JsonType::kInteger, ""},
                       {"subscriptions", JsonType::kInteger, ""}}};
const Schema kProblem{"Problem",
                      {{"file", JsonType::kString, ""},
                       {"line", JsonType::kInteger, "from 1"},
                       {"column", JsonType::kInteger, "from 1"},
                       {"path", JsonType::kString, "of the key"},
                       {"code", JsonType::kString, ""},
                       {"message", JsonType::kString, ""},
                       {"severity", JsonType::kString, "error or warning"}}};
const Schema kReload{"Reload",
                     {{"taken", JsonType::kBoolean, "true"},
                      {"routes", JsonType::kInteger, ""},
                      {"problems", JsonType::kArray, "warnings", 0, &kProblem}}};
const Schema kDrain{"Drain", {{"draining", JsonType::kBoolean, "true"}}};

Reply describe(Ports& ports, const Call&) { return ports.process.describe(); }

std::string before(Ports& ports, const Call&) { return ports.process.describe(); }

Reply reload(Ports& ports, const Call&) {
  const ReloadReport report = ports.process.reload();
  if (report.taken) {
    JsonObject object;
    object.flag("taken", true).number("routes", static_cast<std::int64_t>(report.routes));
    return object.raw("problems", report.problems).done();
  }
  Error error(Code::kInvalid);
  error.info().public_message = report.reason.empty() ? "the configuration was refused" : report.reason;
  error.info().details = "\"problems\":" + report.problems;
  return error;
}

Reply drain(Ports& ports, const Call&) {
  ports.process.drain();
  return JsonObject().flag("draining", true).done();
}

}  // namespace

void add_process_endpoints(std::vector<Endpoint>& out) {
  out.push_back({.method = "GET",
                 .path = "/config",
                 .summary = "What runs: version, node, configuration; no secrets",
                 .answer = &kProcess,
                 .run = describe});
  out.push_back(
      {.method = "POST",
       .path = "/reload",
       .role = Role::kOperator,
       .summary = "Takes the configuration anew. Refused whole when anything is wrong: details.problems says where",
       .body = {reason_field()},
       .answer = &kReload,
       .run = reload,
       .before = before});
  out.push_back({.method = "POST",
                 .path = "/drain",
                 .role = Role::kAdmin,
                 .summary = "Stops accepting, finishes what is in flight, ends the process",
                 .body = {reason_field()},
                 .answer = &kDrain,
                 .run = drain});
}

}  // namespace causeway::admin
