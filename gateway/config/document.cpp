#include "config/document.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "config/yaml.h"

namespace causeway::config {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kInclude = "include";

fs::path normal_path(const fs::path& path) { return fs::absolute(path).lexically_normal(); }

Node mapping_with(const Node& base, std::vector<Node::Entry> entries) {
  return Node::mapping(base.position(), std::move(entries));
}

std::vector<Node::Entry>::iterator find(std::vector<Node::Entry>& entries, const Node& key) {
  return std::ranges::find(entries, key.text(),
                           [](const Node::Entry& entry) -> const std::string& { return entry.key.text(); });
}

/// The later file wins; mappings are merged.
Node overlay(const Node& base, const Node& top) {
  if (!base.is_mapping() || !top.is_mapping()) return top;
  std::vector<Node::Entry> entries = base.entries();
  for (const Node::Entry& entry : top.entries()) {
    const auto existing = find(entries, entry.key);
    if (existing == entries.end()) entries.push_back(entry);
    else *existing = {entry.key, overlay(existing->value, entry.value)};
  }
  return mapping_with(base, std::move(entries));
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
  std::vector<Node::Entry> entries = base.entries();
  for (const Node::Entry& entry : more.entries()) {
    const auto existing = find(entries, entry.key);
    if (existing == entries.end()) {
      entries.push_back(entry);
      continue;
    }
    auto step = reading.enter(entry.key.text());
    existing->value = unite(existing->value, entry.value, existing->key, entry.key, reading);
  }
  return mapping_with(base, std::move(entries));
}

Node without(const Node& mapping, std::string_view key) {
  std::vector<Node::Entry> entries = mapping.entries();
  std::erase_if(entries, [key](const Node::Entry& entry) { return entry.key.text() == key; });
  return mapping_with(mapping, std::move(entries));
}

bool has_wildcard(std::string_view pattern) { return pattern.find_first_of("*?[") != std::string_view::npos; }

/// The files that a pattern matches, by name. The folder it starts from is taken as it is.
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
      if (fs::is_regular_file(path, ignored) && !path.filename().string().ends_with(".test.yaml"))
        paths.push_back(path);
    }
  }
  ::globfree(&found);
  std::ranges::sort(paths);
  return paths;
}

class Loader {
 public:
  Loader(Errors& errors, const Environment& environment)
      : errors_(errors), reading_(errors, FileKind::kOperator, environment) {}

  Documents load(std::span<const fs::path> main_files) {
    std::vector<Node> includes;
    for (const fs::path& path : main_files) {
      const std::optional<Node> node = read(path);
      if (!node) continue;
      if (const Node* include = node->find(kInclude)) includes.push_back(*include);
      const Node rest = without(*node, kInclude);
      documents_.main = documents_.main.is_null() ? rest : overlay(documents_.main, rest);
    }
    for (const Node& include : includes) include_all(include);
    return std::move(documents_);
  }

 private:
  /// The mapping that a file holds. Patterns overlap, and may match the main file: what was read before gives nothing.
  std::optional<Node> read(const fs::path& path) {
    if (!seen_.insert(normal_path(path)).second) return std::nullopt;
    documents_.files.push_back(normal_path(path));
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
      for (const fs::path& path : expand(folder, pattern)) include_file(path);
      return;
    }
    std::error_code ignored;
    const fs::path path = folder / pattern;
    if (!pattern.empty() && fs::exists(path, ignored)) return include_file(path);
    reading_.error(item, fmt::format("there is no file {}", shown(item)), "include");
    documents_.complete = false;
  }

  void include_file(const fs::path& path) {
    const std::optional<Node> node = read(path);
    if (!node) return;
    if (node->find("api") || node->find("routes")) {
      documents_.routes.push_back({normal_path(path), *node, FileKind::kRoutes});
      return;
    }
    auto step = reading_.resume({});
    for (const Node::Entry& entry : node->entries())
      if (entry.key.text() == kInclude) reading_.error(entry.key, "only the main file includes others", "include");
    documents_.main = unite(documents_.main, without(*node, kInclude), {}, {}, reading_);
  }

  Errors& errors_;
  Reading reading_;
  Documents documents_;
  std::set<fs::path> seen_;
};

}  // namespace

std::string display_name(const fs::path& path) {
  const fs::path below = normal_path(path).lexically_relative(fs::current_path());
  const bool outside = below.empty() || *below.begin() == "..";
  return (outside ? path.lexically_normal() : below).string();
}

Documents load(std::span<const fs::path> main_files, Errors& errors, const Environment& environment) {
  return Loader(errors, environment).load(main_files);
}

}  // namespace causeway::config
