#include <algorithm>
#include <charconv>

#include "admin/endpoint.h"
#include "core/json_scan.h"
#include "events/intake/violations.h"

namespace causeway::admin {
namespace {

bool fits(JsonType type, Bytes raw) {
  switch (type) {
    case JsonType::kString:
      return json_kind(raw) == JsonKind::kString;
    case JsonType::kInteger:
      return json_kind(raw) == JsonKind::kNumber && raw.find_first_of(".eE") == Bytes::npos;
    case JsonType::kNumber:
      return json_kind(raw) == JsonKind::kNumber;
    case JsonType::kBoolean:
      return json_kind(raw) == JsonKind::kBoolean;
    case JsonType::kObject:
      return json_kind(raw) == JsonKind::kObject;
    case JsonType::kArray:
      return json_kind(raw) == JsonKind::kArray;
    case JsonType::kAny:
      return true;
  }
  return false;
}

std::string_view expected(JsonType type) {
  static constexpr std::string_view kTexts[] = {"must be a string",
                                                "must be an integer",
                                                "must be a number",
                                                "must be a boolean",
                                                "must be an object",
                                                "must be an array",
                                                ""};
  return kTexts[static_cast<std::size_t>(type)];
}

}  // namespace

std::vector<Endpoint> builtin_endpoints() {
  std::vector<Endpoint> all;
  add_process_endpoints(all);
  add_config_endpoints(all);
  add_event_endpoints(all);
  add_subscription_endpoints(all);
  add_dead_letter_endpoints(all);
  add_version_endpoints(all);
  add_route_endpoints(all);
  add_cluster_endpoints(all);
  add_transaction_endpoints(all);
  add_alert_endpoints(all);
  add_audit_endpoints(all);
  all.push_back({.method = "GET", .path = "/openapi.json", .summary = "This document"});
  const std::string document = openapi(all);
  all.back().run = [document](Ports&, const Call&) -> Reply { return document; };
  return all;
}

std::optional<Bytes> Call::member(std::string_view name) const {
  const Bytes raw = find_member(body, name);
  if (raw.empty() || raw == "null") return std::nullopt;
  return raw;
}

std::string Call::text(std::string_view name) const {
  const auto raw = member(name);
  return raw ? json_string_value(*raw).value_or("") : "";
}

bool Call::flag(std::string_view name) const { return member(name) == "true"; }

Field limit_field() { return {"limit", JsonType::kInteger, "how many at once: 1 to 500, 50 unless told"}; }
Field cursor_field() { return {"cursor", JsonType::kString, "`next` of the page before"}; }
Field reason_field(unsigned flags) { return {"reason", JsonType::kString, "why; kept by the audit", flags}; }

Result<std::size_t> read_limit(const Call& call) {
  constexpr std::size_t kUsual = 50;
  constexpr std::size_t kMost = 500;
  const std::string_view text = call.asked("limit");
  if (text.empty()) return kUsual;
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc() || end != text.data() + text.size() || limit < 1 || limit > kMost)
    return invalid("/limit", "maximum", "must be 1 to 500");
  return limit;
}

Result<std::int64_t> read_cursor(const Call& call) {
  const std::string_view text = call.asked("cursor");
  if (text.empty()) return std::int64_t{0};
  std::int64_t cursor = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cursor);
  if (error != std::errc() || end != text.data() + text.size() || cursor < 1)
    return invalid("/cursor", "format", "must be the next of the page before");
  return cursor;
}

Error invalid(std::string_view path, std::string_view keyword, std::string_view message) {
  events::Violations violations;
  violations.add(std::string(path), keyword, std::string(message));
  Error error(Code::kInvalid);
  error.info().public_message = "the request is not valid";
  error.info().details = violations.to_details();
  return error;
}

Result<> check_members(Bytes object, const std::vector<Field>& known, std::string_view path) {
  Result<> result;
  for (JsonMembers members(object); result && members.next();) {
    const std::string here = std::string(path) + '/' + std::string(members.key());
    const auto field = std::ranges::find(known, members.key(), &Field::name);
    if (field == known.end()) result = invalid(here, "additionalProperties", "is not known here");
    else if (members.value() != "null" && !fits(field->type, members.value()))
      result = invalid(here, "type", expected(field->type));
  }
  for (const Field& field : known) {
    const Bytes raw = find_member(object, field.name);
    if (result && field.is(Field::kRequired) && (raw.empty() || raw == "null" || raw == "\"\""))
      result = invalid(std::string(path) + '/' + std::string(field.name), "required", "is needed");
  }
  return result;
}

}  // namespace causeway::admin
