#include "admin/endpoint.h"
#include "admin/json_object.h"

namespace causeway::admin {
namespace {

Reply reload(Ports& ports, const Call&) {
  ReloadReport report = ports.process.reload();
  if (report.taken) {
    JsonObject object;
    object.flag("taken", true).number("routes", static_cast<std::int64_t>(report.routes));
    object.raw("problems", report.problems);
    return object.done();
  }
  Error error(Code::kInvalid, "the configuration was refused");
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
  const auto describe = [](Ports& ports, const Call&) -> Reply { return ports.process.describe(); };
  const auto before = [](Ports& ports, const Call&) { return ports.process.describe(); };
  out.push_back(
      {"GET", "/config", Role::kViewer, "What runs: version, node, configuration; no secrets", {}, {}, describe, {}});
  out.push_back({"POST",
                 "/reload",
                 Role::kOperator,
                 "Takes the configuration anew. Refused whole when anything is wrong: details.problems says where",
                 {},
                 {"reason"},
                 reload,
                 before});
  out.push_back({"POST",
                 "/drain",
                 Role::kAdmin,
                 "Stops accepting, finishes what is in flight, ends the process",
                 {},
                 {"reason"},
                 drain,
                 {}});
}

}  // namespace causeway::admin
