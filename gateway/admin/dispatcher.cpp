#include "admin/dispatcher.h"

#include <algorithm>

#include "admin/audit_table.h"
#include "core/ascii.h"
#include "core/json_object.h"
#include "core/json_scan.h"
#include "net/percent.h"

namespace causeway::admin {
namespace {

/// Matches `/dead-letters/{id}` and notes the parameters.
bool matches(std::string_view path_template, std::string_view path, Call::Texts& parameters) {
  parameters.clear();
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
      parameters[std::string(name.substr(1, name.size() - 2))] = std::move(value);
    } else if (name != segment) {
      return false;
    }
  }
}

Result<> read_query(const Endpoint& endpoint, std::string_view query, Call& call) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view text = pair.substr(std::min(equals + 1, pair.size()));
    std::string name;
    std::string value;
    if (!net::append_decoded_query(name, pair.substr(0, equals)) || !net::append_decoded_query(value, text))
      return Error(Code::kMalformedHttp);
    if (std::ranges::find(endpoint.query, std::string_view(name), &Field::name) == endpoint.query.end())
      return invalid('/' + name, "additionalProperties", "is not known here");
    call.query[std::move(name)] = std::move(value);
  }
  return {};
}

bool is_json(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  return equals_ignoring_case(type.substr(0, type.find_last_not_of(" \t") + 1), "application/json");
}

Result<> read_body(const Endpoint& endpoint, std::string_view content_type, std::string_view body, Call& call) {
  if (!endpoint.changes()) return {};
  if (!body.empty()) {
    if (!is_json(content_type)) return Error(Code::kUnsupportedMediaType);
    if (check_json(body)) return Error(Code::kNotJson);
    if (json_kind(body) != JsonKind::kObject) return invalid("", "type", "must be an object");
    call.body = trim_json(body);
  }
  return check_members(call.body, endpoint.body, "");
}

std::string_view name_of(Role role) {
  static constexpr std::string_view kNames[] = {"viewer", "operator", "admin"};
  return kNames[static_cast<std::size_t>(role)];
}

}  // namespace

bool Dispatcher::knows(std::string_view path) const {
  Call::Texts ignored;
  return std::ranges::any_of(endpoints_,
                             [&](const Endpoint& endpoint) { return matches(endpoint.path, path, ignored); });
}

Result<Dispatcher::Found> Dispatcher::route(std::string_view method, std::string_view path, std::string_view query,
                                            const User& user, std::string& allow) const {
  Found found;
  for (const Endpoint& endpoint : endpoints_) {
    Call::Texts parameters;
    if (!matches(endpoint.path, path, parameters)) continue;
    if (endpoint.method == method || (method == "HEAD" && endpoint.method == "GET")) {
      found.endpoint = &endpoint;
      found.call.parameters = std::move(parameters);
      break;
    }
    if (!allow.empty()) allow += ", ";
    allow += endpoint.method == "GET" ? "GET, HEAD" : endpoint.method;
  }
  if (found.endpoint == nullptr) return Error(allow.empty() ? Code::kNoRoute : Code::kMethodNotAllowed);
  if (user.role < found.endpoint->role) {
    Error error(Code::kForbidden);
    error.info().public_message = "this needs the role " + std::string(name_of(found.endpoint->role));
    return error;
  }
  found.path = path;
  found.call.user = user;
  Result<> readable = read_query(*found.endpoint, query, found.call);
  if (!readable) return std::move(readable.error());
  return found;
}

Reply Dispatcher::run(Found found, std::string_view content_type, std::string_view body) {
  const Endpoint& endpoint = *found.endpoint;
  Result<> readable = read_body(endpoint, content_type, body, found.call);
  if (!readable) return std::move(readable.error());
  const bool changes = endpoint.changes() && !(endpoint.only_looks && endpoint.only_looks(found.call));
  return changes ? change(found) : attempt(endpoint, found.call);
}

/// The row is there before anything is changed, so that not even a crash leaves a change that nobody knows of.
Reply Dispatcher::change(const Found& found) {
  AuditRow row;
  row.at = unix_milliseconds(ports_.clock.wall());
  row.actor = found.call.user.name;
  row.action = std::string(found.endpoint->method) + ' ' + found.path;
  row.reason = found.call.text("reason");
  if (found.endpoint->before) row.before = found.endpoint->before(ports_, found.call);
  const bool stored = !ports_.store.boot_id().empty();  // without a store the log has to do
  BeginAudit begin(row);
  if (stored) {
    Result<> begun = ports_.store.commit_blocking(begin);
    if (!begun) return std::move(begun.error());
  }
  Reply reply = attempt(*found.endpoint, found.call);
  const Code code = reply ? Code::kSuccess : reply.error().code();
  ports_.log.write(
      telemetry::Level::kInfo, "admin",
      {{"user", row.actor}, {"action", row.action}, {"reason", row.reason}, {"code", std::to_string(number(code))}});
  if (!stored) return reply;
  const auto& after = found.endpoint->after;
  EndAudit end(begin.id(), code, after ? after(reply) : reply ? *reply : "");
  Result<> ended = ports_.store.commit_blocking(end);
  if (ended || !reply) return reply;
  Error error(Code::kStoreRefused);
  error.info().public_message = "it was done, but the audit could not be completed";
  error.info().details = R"("outcome":"done")";
  return error;
}

Reply Dispatcher::attempt(const Endpoint& endpoint, const Call& call) {
  try {
    return endpoint.run(ports_, call);
  } catch (const std::exception& exception) {
    ports_.log.write(telemetry::Level::kError, "admin failed",
                     {{"endpoint", endpoint.path}, {"error", exception.what()}});
    return Error(Code::kInternal, exception.what());
  }
}

}  // namespace causeway::admin
