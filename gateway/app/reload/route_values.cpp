#include "app/reload/route_values.h"

#include <algorithm>

namespace causeway::app {
namespace {

using config::Node;

void set(std::vector<Node::Entry>& entries, const Node::Entry& entry) {
  const auto found = std::ranges::find(entries, entry.key.text(), [](const auto& each) { return each.key.text(); });
  if (found == entries.end()) entries.push_back(entry);
  else *found = entry;
}

/// The keys of `base` that `top` lacks, and those of `top`.
Node overlay(const Node& base, const Node& top) {
  if (!base.is_mapping() || !top.is_mapping()) return top.is_null() ? base : top;
  std::vector<Node::Entry> entries = base.entries();
  for (const Node::Entry& entry : top.entries()) set(entries, entry);
  return Node::mapping(top.position(), std::move(entries));
}

std::string tag_of(const Node& item) {
  if (item.is_scalar()) return item.text();
  return item.entries().empty() ? "" : item.entries().front().key.text();
}

Node plugins_of(const Node* defaults, const Node* own, const Node* without) {
  std::vector<Node> items;
  const auto left_out = [&](const Node& item) {
    return without != nullptr &&
           std::ranges::any_of(without->items(), [&](const Node& name) { return name.text() == tag_of(item); });
  };
  if (defaults != nullptr) std::ranges::remove_copy_if(defaults->items(), std::back_inserter(items), left_out);
  if (own != nullptr) std::ranges::copy(own->items(), std::back_inserter(items));
  return Node::sequence({}, std::move(items));
}

Node with_entry(const Node& mapping, const Node::Entry& entry) {
  std::vector<Node::Entry> entries = mapping.entries();
  set(entries, entry);
  return Node::mapping(mapping.position(), std::move(entries));
}

/// So do the calls of a composite.
Node composite_of(const Node& settings, const Node& http) {
  const Node* const calls = settings.find("calls");
  if (calls == nullptr || !calls->is_mapping()) return settings;
  std::vector<Node::Entry> merged;
  for (const Node::Entry& call : calls->entries()) {
    const Node* const own = call.value.find("http");
    if (own == nullptr) merged.push_back(call);
    else merged.push_back({call.key, with_entry(call.value, {Node::scalar({}, "http"), overlay(http, *own)})});
  }
  return with_entry(settings, {Node::scalar({}, "calls"), Node::mapping(calls->position(), std::move(merged))});
}

/// An http adapter starts from `defaults.http`.
Node adapter_of(const Node& adapter, const Node& http) {
  if (tag_of(adapter) == "composite" && adapter.is_mapping())
    return with_entry(adapter, {adapter.entries().front().key, composite_of(adapter.entries().front().value, http)});
  if (tag_of(adapter) != "http") return adapter;
  const Node own = adapter.is_mapping() ? adapter.entries().front().value : Node();
  return Node::mapping(adapter.position(), {{Node::scalar({}, "http"), overlay(http, own)}});
}

}  // namespace

Node merged_route(const Node& route, const Node& defaults) {
  if (!defaults.is_mapping()) return route;
  std::vector<Node::Entry> entries;
  for (const Node::Entry& entry : route.entries())
    if (entry.key.text() != "without" && entry.key.text() != "plugins") entries.push_back(entry);
  for (const Node::Entry& entry : defaults.entries()) {
    const std::string& key = entry.key.text();
    const Node* own = route.find(key);
    if (key == "plugins") continue;
    if (key == "access" && own != nullptr) entries.push_back({Node::scalar({}, "defaults.access"), entry.value});
    else if (key == "limits" && own != nullptr) set(entries, {entry.key, overlay(entry.value, *own)});
    else if (key != "http" && own == nullptr) entries.push_back(entry);
  }
  const Node* plugins = defaults.find("plugins");
  if (plugins != nullptr || route.find("plugins") != nullptr)
    entries.push_back({Node::scalar({}, "plugins"), plugins_of(plugins, route.find("plugins"), route.find("without"))});
  const Node* http = defaults.find("http");
  const Node* adapter = route.find("adapter");
  if (http != nullptr && adapter != nullptr) set(entries, {Node::scalar({}, "adapter"), adapter_of(*adapter, *http)});
  return Node::mapping(route.position(), std::move(entries));
}

}  // namespace causeway::app
