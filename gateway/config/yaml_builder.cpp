#include "config/yaml_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "config/scalar_places.h"
#include "config/yaml.h"

namespace causeway::config {
namespace {

constexpr std::string_view kCore = "tag:yaml.org,2002:";

/// `?` and `!` are what yaml-cpp calls the absence of a tag, on plain and on quoted scalars.
bool untagged(std::string_view tag) { return tag.empty() || tag == "?" || tag == "!"; }

std::string_view core(std::string_view tag) {
  return tag.starts_with(kCore) ? tag.substr(kCore.size()) : std::string_view();
}

/// Names only what YAML itself names: a secret that begins with `!` and lacks its quotes would be a tag, too.
std::string unsupported(std::string_view tag) {
  constexpr std::array<std::string_view, 8> kNames = {"binary", "map", "omap",      "pairs",
                                                      "seq",    "set", "timestamp", "yaml"};
  const std::string_view name = core(tag);
  if (std::ranges::find(kNames, name) != kNames.end()) return fmt::format("tag \"!!{}\" is not supported", name);
  return "this tag is not supported; a text that begins with \"!\" is put in quotes";
}

}  // namespace

std::optional<Node> YamlBuilder::take() {
  // Only the last one can be open: it holds all that follows.
  if (source_.quote_stays_open(last_scalar_)) {
    errors_.add(source_.position(last_scalar_), {}, "this quote is never closed", "syntax");
    whole_ = false;
  }
  if (!whole_) return std::nullopt;
  return std::move(root_);
}

void YamlBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const bool keyed = !open_.empty() && open_.back().key;
  const Position at = source_.position_of_null(mark, keyed ? &open_.back().key->position() : nullptr);
  if (keyed && !open_.back().flow && source_.colon_missing(mark, open_.back().key->text())) {
    errors_.add(at, {}, "missing \":\" behind this key", "syntax");
    whole_ = false;
  }
  count(at);
  close(Node::null(at), anchor);
}

void YamlBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const Position at = source_.position(mark);
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    errors_.add(at, path(), "an alias stands within its own anchor", "syntax");
    add(Node::null(at));
    return;
  }
  count_alias(found->second, at);
  add(found->second);
}

void YamlBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  const Position at = source_.position(mark);
  last_scalar_ = mark;
  count(at);
  const std::string_view name = core(tag);
  if (name == "null") return close(Node::null(at), anchor);
  const bool known = untagged(tag) || name == "str" || name == "int" || name == "float" || name == "bool";
  if (!known) errors_.add(at, path(), unsupported(tag), "tag");
  close(Node::scalar(at, value, tag == "!" || name == "str", places_of(source_, mark, value)), anchor);
}

void YamlBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                  YAML::EmitterStyle::value style) {
  open(mark, tag, anchor, false, style == YAML::EmitterStyle::Flow);
}

void YamlBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value style) {
  open(mark, tag, anchor, true, style == YAML::EmitterStyle::Flow);
}

void YamlBuilder::OnSequenceEnd() {
  Frame frame = std::move(open_.back());
  open_.pop_back();
  close(Node::sequence(std::move(frame.at), std::move(frame.items)), frame.anchor);
}

void YamlBuilder::OnMapEnd() {
  apply_merge(open_.back());
  Frame frame = std::move(open_.back());
  open_.pop_back();
  close(Node::mapping(std::move(frame.at), std::move(frame.entries)), frame.anchor);
}

void YamlBuilder::open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, bool mapping, bool flow) {
  const Position at = source_.position(mark);
  count(at);
  if (!untagged(tag) && core(tag) != (mapping ? "map" : "seq")) errors_.add(at, path(), unsupported(tag), "tag");
  open_.push_back({.at = at, .anchor = anchor, .mapping = mapping, .flow = flow});
}

void YamlBuilder::close(Node node, YAML::anchor_t anchor) {
  if (anchor != YAML::NullAnchor) anchors_.insert_or_assign(anchor, node);
  add(std::move(node));
}

void YamlBuilder::add(Node node) {
  if (open_.empty()) {
    root_ = std::move(node);
  } else if (Frame& frame = open_.back(); !frame.mapping) {
    frame.items.push_back(std::move(node));
  } else if (!frame.key && !frame.drop_value) {
    add_key(std::move(node));
  } else {
    add_value(frame, std::move(node));
  }
}

void YamlBuilder::add_key(Node key) {
  Frame& frame = open_.back();
  if (!key.is_scalar()) {
    errors_.add(key.position(), path(),
                fmt::format("a key must be text, got {}", key.is_null() ? "nothing" : "a collection"), "syntax");
    frame.drop_value = true;
    return;
  }
  const bool merge = key.text() == "<<" && !key.quoted();
  const auto seen = frame.seen.find(key.text());
  if (seen != frame.seen.end() || (merge && frame.merge)) {
    const Position& first = merge ? frame.merge->key.position() : frame.entries[seen->second].key.position();
    errors_.add(key.position(), extend_path(path(), key.text()),
                fmt::format("duplicate key {} (first at {})", quote(key.text()), first.to_text()), "duplicate_key");
    frame.drop_value = true;
    return;
  }
  frame.key = std::move(key);
}

void YamlBuilder::add_value(Frame& frame, Node value) {
  if (std::exchange(frame.drop_value, false)) return;
  Node::Entry entry{*std::exchange(frame.key, std::nullopt), std::move(value)};
  if (entry.key.text() == "<<" && !entry.key.quoted()) {
    frame.merge = std::move(entry);
    return;
  }
  frame.seen.emplace(entry.key.text(), frame.entries.size());
  frame.entries.push_back(std::move(entry));
}

void YamlBuilder::apply_merge(Frame& frame) {
  if (!frame.merge) return;
  const Node& value = frame.merge->value;
  const bool list = value.is_sequence();
  for (const Node& from : list ? value.items() : std::vector{value}) {
    if (from.is_mapping()) {
      merge_entries(frame, from);
    } else {
      errors_.add(from.position(), extend_path(path(), "<<"), "expected a mapping or a list of mappings", "expected");
    }
  }
}

void YamlBuilder::merge_entries(Frame& frame, const Node& from) {
  for (const Node::Entry& entry : from.entries())
    if (frame.seen.emplace(entry.key.text(), frame.entries.size()).second) frame.entries.push_back(entry);
}

void YamlBuilder::count(const Position& at) {
  if (++nodes_ > kMaximumNodes) throw Bound{at, fmt::format("more than {} values", kMaximumNodes)};
  check_depth(1, at);
}

void YamlBuilder::count_alias(const Node& anchored, const Position& at) {
  alias_nodes_ += anchored.size();
  if (alias_nodes_ > kMaximumAliasNodes)
    throw Bound{at, fmt::format("aliases stand for more than {} values", kMaximumAliasNodes)};
  check_depth(anchored.depth(), at);
}

void YamlBuilder::check_depth(int depth, const Position& at) const {
  if (static_cast<int>(open_.size()) + depth > kMaximumDepth)
    throw Bound{at, fmt::format("nested deeper than {}", kMaximumDepth)};
}

std::string YamlBuilder::path() const {
  std::string path;
  for (const Frame& frame : open_) {
    if (!frame.mapping) path = extend_path(std::move(path), frame.items.size());
    else if (frame.key) path = extend_path(std::move(path), frame.key->text());
  }
  return path;
}

}  // namespace causeway::config
