#include "app/explain/route_text.h"

#include <algorithm>

#include "core/json_object.h"
#include "routing/verdict.h"
#include "telemetry/log_escape.h"

namespace causeway::app {
namespace {

struct RouteVersion {
  const std::string& name;
  const routing::VersionSettings& settings;
  routing::Lifecycle state;
};

/// Those that the route is in, by name.
std::vector<RouteVersion> versions_of(const EffectiveRoutes& all, std::size_t route, WallTime now) {
  std::vector<RouteVersion> versions;
  const std::vector<std::string>& own = all.specs[route].versions;
  auto version = all.table->versions(all.specs[route].api).begin();
  for (const auto& [name, settings] : all.api_of(route).versions) {
    const routing::Lifecycle state = (version++)->lifecycle(now);
    if (own.empty() || std::ranges::find(own, name) != own.end()) versions.push_back({name, settings, state});
  }
  return versions;
}

std::string date_json(const std::optional<WallTime>& date) {
  return date ? '"' + config::TextForm<WallTime>::format(*date) + '"' : "null";
}

std::string versions_json(const EffectiveRoutes& all, std::size_t route, WallTime now) {
  JsonArray versions;
  for (const RouteVersion& version : versions_of(all, route, now)) {
    JsonObject object;
    object.text("name", version.name).text("state", config::name_of(version.state));
    object.raw("deprecated", date_json(version.settings.deprecated));
    versions.raw(object.raw("sunset", date_json(version.settings.sunset)).done());
  }
  return versions.done();
}

std::string methods_json(routing::Methods methods) {
  JsonArray names;
  if (routing::contains(methods, routing::Methods::kOther)) {
    names.raw(R"("any")");
    return names.done();
  }
  if (routing::contains(methods, routing::Methods::kGet)) methods |= routing::Methods::kHead;
  for (const std::string_view name : routing::method_names())
    if (routing::contains(methods, routing::method_bit(name))) names.raw('"' + std::string(name) + '"');
  return names.done();
}

template <class T, class Show>
std::string list_json(const std::vector<T>& items, Show show) {
  JsonArray all;
  for (const T& item : items) all.raw(show(item));
  return all.done();
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all.append(all.empty() ? "" : ", ").append(text);
  return all.empty() ? "-" : all;
}

/// How many columns of a terminal a text takes: bytes that continue a UTF-8 sequence take none.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// `oms`, or `oms, tms` of a composite: each once.
std::string clusters_of(const EffectiveRoute& record) {
  std::vector<std::string> all;
  for (const EffectiveKey& key : record.call)
    if (key.name == "cluster" || key.name.ends_with(".cluster")) all.push_back(key.value);
  std::ranges::sort(all);
  const auto doubled = std::ranges::unique(all);
  all.erase(doubled.begin(), doubled.end());
  return joined(all);
}

}  // namespace

std::string place_json(const config::Position& at) {
  std::string json;
  if (at.file) append_json_string(json, at.to_text());
  return json.empty() ? "null" : json;
}

std::string key_json(const EffectiveKey& key) {
  JsonObject object;
  object.text("name", key.name).text("value", key.value).text("from", config::name_of(key.from.origin));
  return object.raw("at", place_json(key.from.at)).done();
}

std::string step_json(const EffectiveStep& step) {
  JsonObject object;
  object.text("name", step.name).text("does", step.does).text("from", config::name_of(step.from.origin));
  object.raw("at", place_json(step.from.at)).raw("also", step.also ? place_json(step.also->at) : "null");
  if (step.also_does.empty()) object.raw("alsoDoes", "null");
  else object.text("alsoDoes", step.also_does);
  object.flag("removed", step.removed);
  return object.flag("head", step.on_head).flag("body", step.on_body).flag("answer", step.on_answer).done();
}

std::string route_json(const EffectiveRoutes& all, std::size_t route, WallTime now) {
  const routing::RouteSpec& spec = all.specs[route];
  const EffectiveRoute& record = all.routes[route];
  JsonObject adapter;
  adapter.text("name", record.adapter).raw("at", place_json(record.adapter_from.at));
  adapter.raw("keys", list_json(record.call, key_json));
  JsonObject object;
  object.text("name", spec.name).text("api", all.api_of(route).api).raw("at", place_json(spec.position));
  object.raw("methods", methods_json(spec.match.methods)).text("path", pattern_of(all.api_of(route), spec));
  object.raw("versions", versions_json(all, route, now));
  const std::string& by_default = all.api_of(route).default_version;
  if (by_default.empty()) object.raw("defaultVersion", "null");
  else object.text("defaultVersion", by_default);
  object.raw("settings", list_json(record.settings, key_json)).raw("chain", list_json(record.chain, step_json));
  return object.raw("adapter", adapter.done()).done();
}

std::vector<std::string> route_headings() {
  return {"METHOD", "PATH", "VERSIONS", "AUTH", "PLUGINS", "ADAPTER", "CLUSTER", "ROUTE", "WHERE"};
}

std::vector<std::string> route_row(const EffectiveRoutes& all, std::size_t route, WallTime now) {
  const routing::RouteSpec& spec = all.specs[route];
  const EffectiveRoute& record = all.routes[route];
  std::vector<std::string> versions;
  for (const RouteVersion& version : versions_of(all, route, now)) {
    const std::string word(config::name_of(version.state));
    versions.push_back(version.name + (version.state == routing::Lifecycle::kCurrent ? "" : " (" + word + ')'));
  }
  std::vector<std::string> plugins;
  for (const EffectiveStep& step : record.chain) {
    const bool of_every_route = step.name == "authentication" || step.from.origin == Origin::kBuiltIn;
    if (!of_every_route) plugins.push_back(step.removed ? "without " + step.name : step.name);
  }
  const bool any = routing::contains(spec.match.methods, routing::Methods::kOther);
  const std::string cluster = clusters_of(record);
  return {any ? "any" : routing::methods_taken(spec.match.methods),
          pattern_of(all.api_of(route), spec),
          joined(versions),
          std::string(record.setting("auth")),
          joined(plugins),
          record.adapter,
          cluster.empty() ? "-" : cluster,
          spec.name,
          spec.position.to_text()};
}

std::string place_text(const Source& from) {
  if (!from.at.file) return std::string(config::name_of(from.origin));
  const std::string place = from.at.to_text();
  return from.origin == Origin::kDefaults ? place + " (defaults)" : place;
}

std::string columns(const std::vector<std::vector<std::string>>& rows, std::string_view indent) {
  std::vector<std::vector<std::string>> cells = rows;
  std::vector<std::size_t> widths;
  for (auto& row : cells) {
    if (widths.size() < row.size()) widths.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::string printable;
      telemetry::append_text(printable, row[i]);
      row[i] = std::move(printable);
      if (i + 1 < row.size()) widths[i] = std::max(widths[i], width(row[i]));
    }
  }
  std::string text;
  for (const auto& row : cells) {
    std::string line(indent);
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

}  // namespace causeway::app
