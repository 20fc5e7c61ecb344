#include "admin/dispatcher.h"

#include "admin/audit_table.h"
#include "admin/json_object.h"
#include "core/json_scan.h"
#include "net/percent.h"

namespace causeway::admin {
namespace {

/// Matches `/dead-letters/{id}` and notes the parameters.
bool matches(std::string_view path_template, std::string_view path, Call& call) {
  call.parameters.clear();
  for (;;) {
    const bool wanted = !path_template.empty();
    if (wanted != !path.empty()) return false;
    if (!wanted) return true;
    if (path_template.front() != '/' || path.front() != '/') return false;
    path_template.remove_prefix(1);
    path.remove_prefix(1);
    const std::string_view name = path_template.substr(0, path_template.find('/'));
    const std::string_view segment = path.substr(0, path.find('/'));
    path_template.remove_prefix(name.size());
    path.remove_prefix(segment.size());
    if (name.starts_with('{')) {
      std::string value;
      if (segment.empty() || !net::append_decoded(value, segment)) return false;
      call.parameters[std::string(name.substr(1, name.size() - 2))] = std::move(value);
    } else if (name != segment) {
      return false;
    }
  }
}

Result<> read_query(std::string_view query, Call& call) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    const std::string_view text = equals == std::string_view::npos ? "" : pair.substr(equals + 1);
    std::string value;
    if (!net::append_decoded_query(value, text)) return Error(Code::kMalformedHttp);
    call.query[std::string(pair.substr(0, equals))] = std::move(value);
  }
  return {};
}

Result<> read_body(const Endpoint& endpoint, std::string_view content_type, std::string_view body, Call& call) {
  call.body = "{}";
  if (!endpoint.changes() || body.empty()) return {};
  if (!content_type.starts_with("application/json")) return Error(Code::kUnsupportedMediaType);
  if (check_json(body)) return Error(Code::kNotJson);
  if (json_kind(body) != JsonKind::kObject) return invalid("", "type", "must be an object");
  Result<> result;
  for_each_member(body, [&](std::string_view key, Bytes) {
    for (const std::string_view known : endpoint.body)
      if (known.substr(0, known.find('!')) == key) return;
    result = invalid("/" + std::string(key), "additionalProperties", "is not known here");
  });
  call.body = trim_json(body);
  return result;
}

}  // namespace

std::string error_envelope(const Error& error, std::string_view request_id, WallTime now) {
  const CodeInfo& row = code_info(error.code());
  const ErrorInfo* info = error.info_if();
  const bool own = info != nullptr && !info->public_message.empty();
  std::string details = "{\"requestId\":";
  append_json_string(details, request_id);
  if (info != nullptr && !info->details.empty()) details += ',' + info->details;
  JsonObject object;
  object.number("code", number(row.code)).text("message", own ? std::string_view(info->public_message) : row.message);
  object.raw("data", "null").number("timestamp", unix_milliseconds(now)).raw("details", details + '}');
  return object.done();
}

Dispatcher::Dispatcher(Ports ports) : ports_(ports), endpoints_(builtin_endpoints()), document_(openapi(endpoints_)) {}

const Endpoint* Dispatcher::find(std::string_view method, std::string_view path, Call& call, std::string& allow) const {
  for (const Endpoint& endpoint : endpoints_) {
    Call here;
    if (!matches(endpoint.path, path, here)) continue;
    if (endpoint.method == method || (method == "HEAD" && endpoint.method == "GET")) {
      call.parameters = std::move(here.parameters);
      return &endpoint;
    }
    if (!allow.empty()) allow += ", ";
    allow += endpoint.method == "GET" ? "GET, HEAD" : endpoint.method;
  }
  return nullptr;
}

Answer Dispatcher::dispatch(std::string_view method, std::string_view target, const User& user,
                            std::string_view content_type, std::string_view body, std::string_view request_id) {
  const std::string_view path = target.substr(0, target.find('?'));
  if (path == "/openapi.json" && (method == "GET" || method == "HEAD")) return {200, document_, {}};
  Call call;
  call.user = user;
  Answer refused;
  const Endpoint* endpoint = find(method, path, call, refused.allow);
  if (endpoint == nullptr) {
    Answer none = answer(Error(refused.allow.empty() ? Code::kNoRoute : Code::kMethodNotAllowed), request_id);
    none.allow = std::move(refused.allow);
    return none;
  }
  if (user.role < endpoint->role) {
    ports_.log.write(telemetry::Level::kWarn, "admin refused",
                     {{"user", user.name}, {"action", std::string(method) + ' ' + std::string(path)}});
    return answer(Error(Code::kForbidden), request_id);
  }
  Result<> readable = read_query(path.size() < target.size() ? target.substr(path.size() + 1) : "", call);
  if (readable) readable = read_body(*endpoint, content_type, body, call);
  if (!readable) return answer(std::move(readable.error()), request_id);
  return answer(run(*endpoint, call, path), request_id);
}

/// A change that was made is written down before anybody is told so.
Reply Dispatcher::run(const Endpoint& endpoint, Call& call, std::string_view path) {
  if (!endpoint.changes()) return endpoint.run(ports_, call);
  AuditRow row;
  if (endpoint.before) row.before = endpoint.before(ports_, call);
  Reply reply = endpoint.run(ports_, call);
  if (!reply) return reply;
  row.at = unix_milliseconds(ports_.clock.wall());
  row.actor = call.user.name;
  row.action = endpoint.method + ' ' + std::string(path);
  row.reason = json_string_value(find_member(call.body, "reason")).value_or("");
  row.after = *reply;
  ports_.log.write(telemetry::Level::kInfo, "admin",
                   {{"user", row.actor}, {"action", row.action}, {"reason", row.reason}});
  if (ports_.store.boot_id().empty()) return reply;  // no store is open: the log has to do
  AddAudit add(std::move(row));
  Result<> written = ports_.store.commit_blocking(add);
  if (!written) return std::move(written.error());
  return reply;
}

Answer Dispatcher::answer(const Reply& reply, std::string_view request_id) const {
  const WallTime now = ports_.clock.wall();
  if (!reply) return {http_status(reply.error().code()), error_envelope(reply.error(), request_id, now), {}};
  JsonObject object;
  object.number("code", 0).text("message", "success").raw("data", *reply).number("timestamp", unix_milliseconds(now));
  return {200, object.done(), {}};
}

}  // namespace causeway::admin
