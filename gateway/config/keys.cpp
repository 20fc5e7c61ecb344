#include "config/keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/hiding.h"

namespace causeway::config::detail {
namespace {

bool any_secret(const KeysView& view) {
  return std::ranges::any_of(view.keys, [](const KeyView& key) { return takes_secret(key.shape); });
}

std::vector<std::string_view> absent_keys(const KeysView& view, const Node& node) {
  std::vector<std::string_view> names;
  for (const KeyView& key : view.keys)
    if (!key.later && node.find(key.name) == nullptr) names.push_back(key.name);
  return names;
}

}  // namespace

bool check_keys(const KeysView& view, const Node& node, Reading& reading) {
  if (!is_mapping(node, reading)) return false;
  const auto known = [&view](std::string_view name) {
    return std::ranges::find(view.keys, name, [](const KeyView& key) -> std::string_view { return key.name; });
  };
  std::vector<std::string_view> absent;  // filled for the first unknown key
  std::vector<std::string_view> meant;   // keys that are there, in other words
  for (const Node::Entry& entry : node.entries()) {
    const auto key = known(entry.key.text());
    if (key != view.keys.end() && !key->later) continue;
    const bool only_counted = reading.errors().error_count() > Errors::kMostProblems;
    if (only_counted) {  // not worth a search for what was meant
      reading.error(entry.key, {}, "unknown_key");
    } else if (key == view.keys.end()) {
      if (absent.empty()) absent = absent_keys(view, node);
      const std::string_view near = nearest(entry.key.text(), absent);
      if (!near.empty()) meant.push_back(near);
      // Nothing behind it and like no key: a secret may stand here whose key is missing.
      const bool hidden = near.empty() && entry.value.is_null() && any_secret(view);
      const std::string_view name = hidden ? std::string_view("***") : entry.key.text();
      auto step = reading.enter(name);
      reading.error(entry.key, fmt::format("unknown key {}{}", quote(name), suggestion(entry.key.text(), absent)),
                    "unknown_key");
    } else {
      auto step = reading.enter(entry.key.text());
      reading.error(entry.key, fmt::format("\"{}\" is not in this version", key->name), "not_in_this_version");
    }
  }
  for (const KeyView& key : view.keys) {
    if (!key.required || node.find(key.name) || std::ranges::find(meant, key.name) != meant.end()) continue;
    reading.error(node, fmt::format("missing \"{}\" ({})", key.name, key.prose), "missing");
  }
  return true;
}

}  // namespace causeway::config::detail
