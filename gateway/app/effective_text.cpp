#include "app/effective_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "resilience/rate_settings.h"
#include "security/access.h"

namespace causeway::app {
namespace {

using config::Node;

const Node::Entry* entry(const Node& mapping, std::string_view key) {
  for (const Node::Entry& each : mapping.entries())
    if (each.key.text() == key) return &each;
  return nullptr;
}

Source source(const Node& mapping, std::string_view key, Origin origin) {
  const Node::Entry* found = entry(mapping, key);
  return found != nullptr ? Source{origin, found->key.position()} : Source{};
}

std::string joined(const std::vector<std::string>& texts, std::string_view between = ", ") {
  std::string all;
  for (const std::string& text : texts) all.append(all.empty() ? "" : between).append(text);
  return all;
}

/// `a`, `a or b`, `a, b or c`.
std::string one_of(const std::vector<std::string>& texts) {
  if (texts.empty()) return {};
  const std::string& last = texts.back();
  const std::string before = joined({texts.begin(), texts.end() - 1});
  return before.empty() ? last : before + " or " + last;
}

template <class T>
std::vector<std::string> texts(const std::vector<config::Placed<T>>& values) {
  std::vector<std::string> all;
  for (const auto& value : values) all.push_back(value.node.text());
  return all;
}

/// A scalar on one line and not too long; what a list or mapping holds is for the file to tell.
std::string on_one_line(const Node& node) {
  if (node.is_null()) return "nothing";
  if (node.is_sequence()) return fmt::format("a list of {}", node.items().size());
  if (node.is_mapping()) return "a mapping";
  constexpr std::size_t kLongest = 120;
  std::string line = node.text().substr(0, kLongest);
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return node.text().size() > kLongest ? line + "…" : line;
}

/// The names of a mapping: `X-Trace, X-Shop`.
std::string names_in(const Node& mapping) {
  std::vector<std::string> names;
  for (const Node::Entry& each : mapping.entries()) names.push_back(each.key.text());
  return joined(names);
}

std::string text_in(const Node& mapping, std::string_view key) {
  const Node* const value = mapping.find(key);
  return value != nullptr ? on_one_line(*value) : std::string();
}

std::string rate_limit(const Node& settings) {
  const Node* const per = settings.find("per");
  std::string text = text_in(settings, "rate");
  if (const std::string burst = text_in(settings, "burst"); !burst.empty()) text += " (burst " + burst + ")";
  for (const auto& row : names(resilience::Per{}))
    if (per == nullptr && row.value == resilience::RateSettings().per) return text.append(" per ").append(row.text);
  return text + " per " + (per != nullptr ? on_one_line(*per) : "");
}

/// `request, response`: the ways that have a program.
std::string ways(const Node& settings) {
  std::vector<std::string> all;
  for (const char* way : {"request", "response"})
    if (settings.find(way) != nullptr) all.emplace_back(way);
  return joined(all);
}

/// `request: sets X-Trace, removes X-Debug; response: …`.
std::string headers(const Node& settings) {
  std::vector<std::string> sides;
  for (const char* way : {"request", "response"}) {
    const Node* const side = settings.find(way);
    if (side == nullptr) continue;
    std::vector<std::string> changes;
    if (const Node* set = side->find("set")) changes.push_back("sets " + names_in(*set));
    if (const Node* remove = side->find("remove")) {
      std::vector<std::string> names;
      for (const Node& name : remove->items()) names.push_back(name.text());
      changes.push_back("removes " + joined(names));
    }
    sides.push_back(std::string(way) + ": " + joined(changes));
  }
  return joined(sides, "; ");
}

std::string validate(const Node& settings) {
  const Node* const schema = settings.find("schema");
  if (schema == nullptr) return {};
  return schema->is_scalar() ? on_one_line(*schema) : "a schema written here";
}

std::string envelope(const Node& settings) {
  const std::string limit = text_in(settings, "limit");
  return "answers as {code, message, data, timestamp}" + (limit.empty() ? "" : ", up to " + limit);
}

/// Of `query`, `headers` and `body` only the names: values may be nobody's business.
std::string value_of_key(std::string_view key, const Node& value) {
  if (key == "query" || key == "headers" || key == "calls")
    return value.is_mapping() ? names_in(value) : on_one_line(value);
  if (key == "body") return value.is_scalar() ? "a text" : (value.is_mapping() ? "with " + names_in(value) : "a list");
  return on_one_line(value);
}

/// `before`: what stands before the names of keys.
void add_keys(std::vector<EffectiveKey>& keys, const Node& settings, Origin origin, const std::string& before = {}) {
  for (const Node::Entry& each : settings.entries()) {
    const std::string name = before + each.key.text();
    if (std::ranges::find(keys, name, &EffectiveKey::name) != keys.end()) continue;
    keys.push_back({name, value_of_key(each.key.text(), each.value), {origin, each.key.position()}});
  }
}

/// The calls of a composite, each with its name before its keys: `order.path`.
void add_calls(std::vector<EffectiveKey>& keys, const Node& calls, const DefaultSettings& defaults) {
  for (const Node::Entry& call : calls.entries()) {
    const std::string before = call.key.text() + '.';
    if (const Node* http = call.value.find("http")) add_keys(keys, *http, Origin::kRoute, before);
    if (defaults.http) add_keys(keys, defaults.http->node, Origin::kDefaults, before);
    if (const Node::Entry* optional = entry(call.value, "optional"))
      keys.push_back({before + "optional", on_one_line(optional->value), {Origin::kRoute, optional->key.position()}});
  }
}

/// Whom a `check` asks, in one line: `POST oms /tx/check`. `usual`: its method where it says none.
std::string check_text(const Node& check, std::string_view usual, const DefaultSettings& defaults) {
  const Node* const http = check.find("http");
  if (http == nullptr) return on_one_line(check);
  const std::string method = text_in(*http, "method");
  std::string cluster = text_in(*http, "cluster");
  if (cluster.empty() && defaults.http) cluster = text_in(defaults.http->node, "cluster");
  return (method.empty() ? std::string(usual) : method) + ' ' + cluster + ' ' + text_in(*http, "path");
}

/// Whom half messages are asked about.
void tell_check(std::vector<EffectiveKey>& keys, const Node& settings, const DefaultSettings& defaults) {
  const Node* const check = settings.find("check");
  if (check == nullptr || check->find("http") == nullptr) return;
  for (EffectiveKey& key : keys) {
    if (key.name == "check") key.value = check_text(*check, "POST", defaults);
    if (key.name == "webhook") key.value = "signs the checks as Standard Webhooks do";
  }
}

}  // namespace

Source RouteSources::of(std::string_view key) const {
  return entry(route_, key) != nullptr ? of_route(key) : of_defaults(key);
}

Source RouteSources::of_route(std::string_view key) const { return source(route_, key, Origin::kRoute); }

Source RouteSources::of_defaults(std::string_view key) const { return source(defaults_, key, Origin::kDefaults); }

std::string text_of(const AuthSettings& auth) {
  std::vector<std::string> schemes;
  for (const auto& scheme : auth.any) schemes.push_back(*scheme);
  return schemes.empty() ? "none" : one_of(schemes);
}

std::string text_of(const security::AccessSettings& access) {
  std::vector<std::string> rules;
  if (!access.roles.empty()) rules.push_back("role " + one_of(texts(access.roles)));
  if (!access.consumers.empty()) rules.push_back("consumer " + one_of(texts(access.consumers)));
  for (const auto& row : access.scopes.rows)
    rules.push_back("scope " + joined(texts(row.scopes)) + (row.role ? " for " + row.role->value : ""));
  if (!access.addresses.empty()) rules.push_back("from " + one_of(texts(access.addresses)));
  return joined(rules, "; ");
}

std::string text_of_plugin(std::string_view name, const Node& settings) {
  if (name == "rate_limit") return rate_limit(settings);
  if (name == "transform") return ways(settings);
  if (name == "validate") return validate(settings);
  if (name == "headers") return headers(settings);
  if (name == "envelope") return envelope(settings);
  return settings.is_mapping() ? names_in(settings) : "";
}

std::string text_of_from(const Node& from) {
  std::vector<std::string> versions;
  for (const Node::Entry& each : from.entries()) versions.push_back(each.key.text() + ": " + ways(each.value));
  return joined(versions, "; ");
}

std::string text_of_publish(const Node& publish) {
  std::string text = text_in(publish, "type") + " to " + text_in(publish, "topic");
  if (const std::string acknowledge = text_in(publish, "acknowledge"); !acknowledge.empty())
    text += ", acknowledged once " + acknowledge;
  if (text_in(publish, "when") == "transaction") text += ", in a transaction";
  return text;
}

void describe_unknown(const Node& on_unknown, const DefaultSettings& defaults, std::vector<EffectiveKey>& out) {
  if (!on_unknown.is_mapping()) return;
  for (const Node::Entry& each : on_unknown.entries()) {
    const bool check = each.key.text() == "check";
    out.push_back({"on_unknown." + each.key.text(),
                   check ? check_text(each.value, "GET", defaults) : on_one_line(each.value),
                   {Origin::kRoute, each.key.position()}});
  }
}

EffectiveStep access_step(const RouteBaseSettings& route, const RouteBaseSettings& defaults,
                          const RouteSources& sources) {
  EffectiveStep step{"access", "", sources.of("access")};
  if (route.access) step.does = text_of(*route.access);
  else if (defaults.access) step.does = text_of(*defaults.access);
  if (route.access && defaults.access) {
    step.also = sources.of_defaults("access");
    step.also_does = text_of(*defaults.access);
  }
  return step;
}

void describe_adapter(const Node& adapter, const DefaultSettings& defaults, EffectiveRoute& out) {
  const bool has_settings = adapter.entries().size() == 1;
  const Node& key = has_settings ? adapter.entries().front().key : adapter;
  out.adapter = key.text();
  out.adapter_from = {Origin::kRoute, key.position()};
  if (has_settings) add_keys(out.call, adapter.entries().front().value, Origin::kRoute);
  if (out.adapter == "http" && defaults.http) add_keys(out.call, defaults.http->node, Origin::kDefaults);
  if (out.adapter == "transaction" && has_settings) tell_check(out.call, adapter.entries().front().value, defaults);
  if (out.adapter == "composite" && has_settings) {
    if (const Node* calls = adapter.entries().front().value.find("calls")) add_calls(out.call, *calls, defaults);
  }
  out.call.shrink_to_fit();
}

}  // namespace causeway::app
