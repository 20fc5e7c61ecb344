#include <algorithm>
#include <optional>

#include "app/reload/effective.h"
#include "app/reload/masking.h"
#include "config/keys.h"
#include "config/secrets.h"
#include "core/ascii.h"

namespace causeway::app {
namespace {

using config::Node;
using config::Shape;

/// How a type is written does not matter: `30s` is `30000ms`.
std::optional<std::string> canonical(const std::string& text, const Shape& shape) {
  if (shape.type == "duration")
    if (const auto value = config::TextForm<Duration>::parse(text)) return std::to_string(value->count()) + "ns";
  if (shape.type == "size")
    if (const auto value = config::TextForm<ByteSize>::parse(text)) return std::to_string(bytes(*value)) + 'B';
  if (shape.form == Shape::Form::kBoolean) return text == "yes" ? "true" : text == "no" ? "false" : text;
  return std::nullopt;
}

/// Would YAML, without quotes, make something else of it than text?
bool has_type(std::string_view text) {
  if (text.empty() || text == "true" || text == "false" || text == "null" || text == "~") return true;
  return (text.front() >= '0' && text.front() <= '9') || text.front() == '-' || text.front() == '+';
}

const config::KeyView* described(const Shape* shape, std::string_view key) {
  if (shape == nullptr || shape->form != Shape::Form::kStruct) return nullptr;
  const auto& keys = shape->keys().keys;
  const auto found = std::ranges::find(keys, key, &config::KeyView::name);
  return found == keys.end() ? nullptr : &*found;
}

/// What an absent key would mean.
bool is_default(const Node& node, const config::KeyView& key) {
  if (!node.is_scalar() || key.default_text.empty()) return false;
  if (node.text() == key.default_text) return true;
  const auto own = canonical(node.text(), key.shape);
  return own && own == canonical(key.default_text, key.shape);
}

}  // namespace

void Values::add(const Node& node, const Shape* shape, std::string_view key, const std::string& path) {
  if (node.is_mapping() && !node.entries().empty()) add_mapping(node, shape, path);
  else if (node.is_sequence()) add_items(node, shape, key, path);
  else if (node.is_scalar() || (!node.is_null() && !path.empty()))
    all_.emplace_back(path.empty() ? "value" : path, value_of(node, shape, key));
}

void Values::add_mapping(const Node& node, const Shape* shape, const std::string& path) {
  for (const Node::Entry& entry : node.entries()) {
    const std::string& key = entry.key.text();
    const config::KeyView* view = described(shape, key);
    if (view != nullptr && is_default(entry.value, *view)) continue;
    add(entry.value, shape == nullptr ? nullptr : shape_below(*shape, node, key), key, config::extend_path(path, key));
  }
}

void Values::add_items(const Node& node, const Shape* shape, std::string_view key, const std::string& path) {
  const Shape* below = shape == nullptr ? nullptr : shape_below(*shape, node, key);
  if (below != nullptr && below->form == Shape::Form::kTagged) return add_steps(node, *below, path);
  if (node.items().empty()) {
    if (!path.empty()) all_.emplace_back(path, "[]");
    return;
  }
  if (!std::ranges::all_of(node.items(), &Node::is_scalar)) {
    std::size_t index = 0;
    for (const Node& item : node.items()) add(item, below, key, config::extend_path(path, index++));
    return;
  }
  // A list of texts is one value.
  std::string whole;
  bool sensitive = false;
  for (const Node& item : node.items()) {
    std::string value = value_of(item, below, key);
    sensitive = sensitive || value.front() == kSensitive;
    whole.append(value).append(1, Item::kNext);
  }
  all_.emplace_back(path.empty() ? "value" : path, sensitive ? kSensitive + whole : whole);
}

/// Steps go by their names and which of that name they are, not by their places: one that is put before others leaves
/// them what they were. The order of all of them is a value of its own, at the list's path.
void Values::add_steps(const Node& node, const Shape& shape, const std::string& path) {
  std::map<std::string, std::size_t> known;
  std::string order;
  for (const Node& item : node.items()) {
    if (!item.is_scalar() && item.entries().empty()) continue;
    const std::string& name = item.is_scalar() ? item.text() : item.entries().front().key.text();
    const std::size_t ordinal = known[name]++;
    std::string step = config::extend_path(path, name);
    if (ordinal > 0) step = config::extend_path(std::move(step), ordinal);
    order.append(step).append(1, Item::kNext);
    const Node settings = item.is_scalar() ? Node() : item.entries().front().value;
    const Shape* below = item.is_scalar() ? nullptr : shape_below(shape, item, name);
    if (settings.is_scalar()) {
      add(settings, below, name, step);
      continue;
    }
    all_.emplace_back(step, "{}");
    if (settings.is_mapping()) add_mapping(settings, below, step);
    else if (settings.is_sequence()) add_items(settings, below, name, step);
  }
  if (!order.empty()) all_.emplace_back(path.empty() ? "value" : path, order);
}

const std::string& Values::print_of(const std::filesystem::path& file, bool secret) {
  const auto [found, fresh] = prints_.try_emplace({file, secret});
  if (fresh) found->second = fingerprints_.of_file(file, secret);
  return found->second;
}

std::string Values::value_of(const Node& node, const Shape* shape, std::string_view key) {
  if (node.is_mapping()) return "{}";
  if (node.is_sequence()) return "[]";
  const std::string& text = node.text();
  const bool secret = is_secret(key, shape);
  std::string value;
  if (secret && masked(text, true).find(kMask) != std::string::npos) value = kSensitive + fingerprints_.of(text);
  else if (masked(text, false) != text) value = kSensitive + fingerprints_.of(text);
  else if (shape == nullptr || shape->form == Shape::Form::kAny)
    value = node.quoted() && has_type(text) ? '"' + text : text;
  else value = canonical(text, *shape).value_or(text);
  for (const std::filesystem::path& file : files_.named_at(node.position())) {
    // What a secret is read from is itself one.
    const bool hidden = secret || config::has_reference(text);
    if (hidden && !value.starts_with(kSensitive)) value.insert(value.begin(), kSensitive);
    value.append("\x1d").append(print_of(file, hidden));
  }
  std::ranges::replace(value, '\0', '\x02');
  if (value.empty()) value = "\x02";
  return value;
}

std::string Values::take() {
  std::ranges::sort(all_);
  std::string packed;
  for (const auto& [path, value] : all_) packed.append(path).append(1, '\0').append(value).append(1, '\0');
  all_.clear();
  return packed;
}

}  // namespace causeway::app
