#include "config/keys.h"

#include <fmt/format.h>

#include <algorithm>

namespace causeway::config::detail {

bool check_keys(const KeysView& view, const Node& node, Reading& reading) {
  if (!is_mapping(node, reading)) return false;
  const auto known = [&view](std::string_view name) {
    return std::ranges::find(view.keys, name, [](const KeyView& key) -> std::string_view { return key.name; });
  };
  for (const Node::Entry& entry : node.entries()) {
    const auto key = known(entry.key.text());
    if (key != view.keys.end() && !key->later) continue;
    auto step = reading.enter(entry.key.text());
    if (key == view.keys.end()) {
      std::vector<std::string_view> names;
      for (const KeyView& candidate : view.keys)
        if (!candidate.later) names.push_back(candidate.name);
      reading.error(entry.key,
                    fmt::format("unknown key {}{}", quote(entry.key.text()), suggestion(entry.key.text(), names)),
                    "unknown_key");
    } else {
      reading.error(entry.key, fmt::format("\"{}\" is not in this version", key->name), "not_in_this_version");
    }
  }
  for (const KeyView& key : view.keys) {
    if (!key.required || node.find(key.name)) continue;
    reading.error(node, fmt::format("missing \"{}\" ({})", key.name, key.prose), "missing");
  }
  return true;
}

}  // namespace causeway::config::detail
