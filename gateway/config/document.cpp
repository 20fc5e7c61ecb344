#include "config/document.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "config/yaml.h"

namespace causeway::config {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kInclude = "include";

/// A working directory that is gone is no error: names below it lead nowhere, absolute ones still do.
fs::path normal_path(const fs::path& path) {
  std::error_code gone;
  const fs::path absolute = fs::absolute(path, gone);
  return (gone ? path : absolute).lexically_normal();
}

Node mapping_with(const Node& base, std::vector<Node::Entry> entries) {
  return Node::mapping(base.position(), std::move(entries));
}

/// The entries of a mapping that grows, found by key without walking them: a file may hold 100,000.
class Entries {
 public:
  explicit Entries(const Node& base) : all_(base.entries()) {
    for (std::size_t i = 0; i < all_.size(); ++i) places_.emplace(all_[i].key.text(), i);
  }
  /// Null for a new key, which was added.
  Node::Entry* find_or_add(const Node::Entry& entry) {
    const auto [place, fresh] = places_.emplace(entry.key.text(), all_.size());
    if (!fresh) return &all_[place->second];
    all_.push_back(entry);
    return nullptr;
  }
  std::vector<Node::Entry> take() { return std::move(all_); }

 private:
  std::vector<Node::Entry> all_;
  std::unordered_map<std::string_view, std::size_t> places_;  // views into the nodes, which stay where they are
};

/// The later file wins; mappings are merged.
Node overlay(const Node& base, const Node& top) {
  if (!base.is_mapping() || !top.is_mapping()) return top;
  Entries entries(base);
  for (const Node::Entry& entry : top.entries())
    if (Node::Entry* const existing = entries.find_or_add(entry))
      *existing = {entry.key, overlay(existing->value, entry.value)};
  return mapping_with(base, entries.take());
}

/// Adds what an included file says; nothing is replaced.
Node unite(const Node& base, const Node& more, const Node& base_key, const Node& key, Reading& reading) {
  if (more.is_null()) return base;
  if (base.is_null()) return more;
  if (base.is_sequence() && more.is_sequence()) {
    std::vector<Node> items = base.items();
    items.insert(items.end(), more.items().begin(), more.items().end());
    return Node::sequence(base.position(), std::move(items));
  }
  if (!base.is_mapping() || !more.is_mapping()) {
    reading.error(key, fmt::format("{} is already set at {}", quote(key.text()), base_key.position().to_text()),
                  "conflict");
    return base;
  }
  Entries entries(base);
  for (const Node::Entry& entry : more.entries()) {
    Node::Entry* const existing = entries.find_or_add(entry);
    if (existing == nullptr) continue;
    auto step = reading.enter(entry.key.text());
    existing->value = unite(existing->value, entry.value, existing->key, entry.key, reading);
  }
  return mapping_with(base, entries.take());
}

Node without(const Node& mapping, std::string_view key) {
  std::vector<Node::Entry> entries = mapping.entries();
  std::erase_if(entries, [key](const Node::Entry& entry) { return entry.key.text() == key; });
  return mapping_with(mapping, std::move(entries));
}

/// The first key that only route files have; null in a file of operators.
const Node::Entry* route_entry(const Node& file) {
  constexpr std::array<std::string_view, 6> kKeys = {"api",      "base",  "versions", "default_version",
                                                     "defaults", "routes"};
  const auto found = std::ranges::find_if(file.entries(), [&](const Node::Entry& entry) {
    return std::ranges::find(kKeys, entry.key.text()) != kKeys.end();
  });
  return found == file.entries().end() ? nullptr : &*found;
}

bool is_named_like_a_file(const fs::path& path) { return path.extension() == ".yaml" || path.extension() == ".yml"; }

/// Why this is no file to read, empty when it is one. Nothing is opened: a pipe would wait for its writer.
std::string not_a_file(const fs::path& path) {
  std::error_code reason;
  const fs::file_status status = fs::status(path, reason);
  if (fs::is_regular_file(status)) return {};
  if (status.type() == fs::file_type::not_found) return std::strerror(ENOENT);
  if (reason) return std::strerror(reason.value());
  return fs::is_directory(status) ? "it is a folder" : "it is no regular file";
}

bool has_wildcard(std::string_view pattern) { return pattern.find_first_of("*?[") != std::string_view::npos; }

}  // namespace

std::vector<fs::path> expand(const fs::path& folder, const std::string& pattern) {
  std::string escaped;
  for (const char c : folder.string()) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  glob_t found{};
  std::vector<fs::path> paths;
  const std::string whole = pattern.starts_with('/') ? pattern : escaped + '/' + pattern;
  if (::glob(whole.c_str(), GLOB_NOSORT, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      const fs::path path(found.gl_pathv[i]);
      std::error_code ignored;
      const bool left_out = path.filename().string().ends_with(".test.yaml") ||
                            (fs::is_directory(path, ignored) && !is_named_like_a_file(path));
      if (!left_out) paths.push_back(path);
    }
  }
  ::globfree(&found);
  std::ranges::sort(paths);
  return paths;
}

namespace {

class Loader {
 public:
  Loader(Errors& errors, const Environment& environment)
      : errors_(errors), reading_(errors, FileKind::kOperator, environment) {}

  Documents load(std::span<const fs::path> main_files) {
    std::vector<Node> layers;  // all of them first: a pattern may match an overlay
    for (const fs::path& path : main_files) {
      if (std::optional<Node> node = read_main(path)) layers.push_back(std::move(*node));
    }
    for (const Node& layer : layers) {
      layer_ = without(layer, kInclude);
      if (const Node* include = layer.find(kInclude)) include_all(*include);
      documents_.main = documents_.main.is_null() ? layer_ : overlay(documents_.main, layer_);
    }
    return std::move(documents_);
  }

 private:
  std::optional<Node> read_main(const fs::path& path) {
    if (seen_.contains(normal_path(path))) {
      errors_.warn({std::make_shared<const std::string>(display_name(path))}, {},
                   "given twice; the second time changes nothing", "include");
      return std::nullopt;
    }
    std::optional<Node> node = read(path);
    if (!node) return node;
    if (const Node::Entry* entry = route_entry(*node)) {
      reading_.error(entry->key, "a route file: give the operators' file, which includes it", "include");
      documents_.complete = false;
      return std::nullopt;
    }
    return node;
  }

  /// The mapping that a file holds. Patterns overlap, and may match the main file: what was read before gives nothing.
  std::optional<Node> read(const fs::path& path) {
    if (!seen_.insert(normal_path(path)).second) return std::nullopt;
    documents_.files.push_back(normal_path(path));
    errors_.files().note(normal_path(path));
    const std::string name = display_name(path);
    std::optional<Node> node = read_yaml_file(path, name, errors_);
    if (node && node->is_null()) return Node::mapping(node->position(), {});
    if (node && !node->is_mapping()) {
      auto step = reading_.resume({});
      reading_.expected(*node, "a mapping");
      node.reset();
    }
    if (!node) documents_.complete = false;
    return node;
  }

  void include_all(const Node& include) {
    auto step = reading_.enter(kInclude);
    if (!is_list(include)) return;
    std::size_t index = 0;
    for (const Node& item : include.items()) {
      auto item_step = reading_.enter(index++);
      if (const std::optional<Text> pattern = reading_.text(item, "a path or a pattern such as routes/*.yaml"))
        include_pattern(item, pattern->value);
      else documents_.complete = false;
    }
  }

  bool is_list(const Node& include) {
    if (include.is_sequence() || include.is_null()) return true;
    reading_.expected(include, "a list of files");
    documents_.complete = false;
    return false;
  }

  void include_pattern(const Node& item, const std::string& pattern) {
    const fs::path folder = reading_.directory(item);
    if (has_wildcard(pattern)) {
      const std::vector<fs::path> matches = expand(folder, pattern);
      errors_.files().note(FilePattern{folder, pattern, matches});
      if (matches.empty()) reading_.warn(item, fmt::format("no file matches {}", shown(item)), "include");
      for (const fs::path& path : matches) include_match(item, path);
      return;
    }
    std::error_code ignored;
    const fs::path path = folder / pattern;
    errors_.files().note(normal_path(path));
    const bool folder_itself = !pattern.empty() && fs::is_directory(path, ignored);
    if (!pattern.empty() && !folder_itself && fs::exists(path, ignored)) return include_file(path);
    reading_.error(item,
                   folder_itself
                       ? fmt::format("{} is a folder; a pattern such as routes/*.yaml takes its files", shown(item))
                       : fmt::format("there is no file {}", shown(item)),
                   "include");
    documents_.complete = false;
  }

  void include_match(const Node& item, const fs::path& path) {
    const std::string reason = not_a_file(path);
    if (reason.empty()) return include_file(path);
    reading_.error(item, fmt::format("{} cannot be read: {}", quote(display_name(path)), reason), "include");
    documents_.complete = false;
  }

  void include_file(const fs::path& path) {
    const std::optional<Node> node = read(path);
    if (!node) return;
    if (node->entries().empty())
      errors_.warn({std::make_shared<const std::string>(display_name(path))}, {},
                   "the file says nothing: it is empty, or all of it is a comment", "include");
    if (route_entry(*node)) {
      documents_.routes.push_back({normal_path(path), *node, FileKind::kRoutes});
      return;
    }
    auto step = reading_.resume({});
    for (const Node::Entry& entry : node->entries())
      if (entry.key.text() == kInclude) reading_.error(entry.key, "only the main file includes others", "include");
    layer_ = unite(layer_, without(*node, kInclude), {}, {}, reading_);
  }

  Errors& errors_;
  Reading reading_;
  Documents documents_;
  Node layer_;  // the main file at hand and what it has included so far
  std::set<fs::path> seen_;
};

}  // namespace

std::string display_name(const fs::path& path) {
  std::error_code gone;
  const fs::path here = fs::current_path(gone);
  const fs::path below = gone ? fs::path() : normal_path(path).lexically_relative(here);
  const bool outside = below.empty() || *below.begin() == "..";
  return (outside ? path.lexically_normal() : below).string();
}

Documents load(std::span<const fs::path> main_files, Errors& errors, const Environment& environment) {
  return Loader(errors, environment).load(main_files);
}

}  // namespace causeway::config
