#include "app/reload/yaml_dump.h"

#include <algorithm>

#include "app/reload/masking.h"
#include "app/settings.h"
#include "config/yaml.h"
#include "core/json_text.h"

namespace causeway::app {
namespace {

using config::Node;
using config::Shape;

constexpr std::string_view kBetween = "--- # ";

bool plain_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '/' ||
         c == '.' || c == '-' || c == '%' || c == '+';
}

/// Text that YAML reads as itself without quotes. `-` alone, or before a space, would be an item.
bool plain(std::string_view text) {
  return !text.empty() && text.front() != '%' && text != "-" && !text.starts_with("---") && !text.starts_with("...") &&
         std::ranges::all_of(text, plain_character);
}

/// Several lines without what a block cannot show as it is.
bool fits_block(std::string_view text) {
  if (text.find('\n') == std::string_view::npos || text.ends_with("\n\n")) return false;
  if (text.front() == ' ' || text.front() == '\n' || text.front() == '\t') return false;
  return std::ranges::all_of(text,
                             [](char c) { return c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= ' '; });
}

class Writer {
 public:
  void write(const Node& node, const Shape* shape, std::string_view key, std::size_t depth) {
    switch (node.kind()) {
      case Node::Kind::kNull:
        out_ += " null\n";
        break;
      case Node::Kind::kScalar:
        scalar(node, shape, key, depth);
        break;
      case Node::Kind::kSequence:
        sequence(node, shape, key, depth);
        break;
      case Node::Kind::kMapping:
        if (node.entries().empty()) {
          out_ += " {}\n";
          break;
        }
        out_ += '\n';
        mapping(node, shape, depth, false);
        break;
    }
  }
  /// `continued`: the first key goes on a line that has begun.
  void mapping(const Node& node, const Shape* shape, std::size_t depth, bool continued) {
    for (const Node::Entry& entry : node.entries()) {
      if (!continued) indent(depth);
      continued = false;
      text(entry.key.text(), entry.key.quoted());
      out_ += ':';
      const std::string& key = entry.key.text();
      write(entry.value, shape == nullptr ? nullptr : shape_below(*shape, node, key), key, depth + 1);
    }
  }
  std::string take() { return std::move(out_); }

 private:
  void indent(std::size_t depth) { out_.append(2 * depth, ' '); }

  void sequence(const Node& node, const Shape* shape, std::string_view key, std::size_t depth) {
    if (node.items().empty()) {
      out_ += " []\n";
      return;
    }
    out_ += '\n';
    for (const Node& item : node.items()) {
      indent(depth);
      out_ += '-';
      const Shape* below = shape == nullptr ? nullptr : shape_below(*shape, node, key);
      if (item.is_mapping() && !item.entries().empty()) {
        out_ += ' ';
        mapping(item, below, depth + 1, true);
      } else {
        write(item, below, key, depth + 1);
      }
    }
  }

  void scalar(const Node& node, const Shape* shape, std::string_view key, std::size_t depth) {
    const std::string shown = masked(node.text(), is_secret(key, shape));
    if (!fits_block(shown)) {
      out_ += ' ';
      text(shown, node.quoted());
      out_ += '\n';
      return;
    }
    out_ += shown.ends_with('\n') ? " |\n" : " |-\n";
    for (std::string_view rest = shown; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      if (!line.empty()) indent(depth);
      out_.append(line).append("\n");
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
  }

  void text(std::string_view value, bool quoted) {
    if (!quoted && plain(value)) out_ += value;
    else append_json_string(out_, value);
  }

  std::string out_;
};

std::string dump(const Node& node, const config::KeysView& (*keys)()) {
  const Shape shape = config::struct_of(keys);
  Writer writer;
  writer.mapping(node, &shape, 0, false);
  return writer.take();
}

}  // namespace

std::string masked_yaml(const config::Documents& documents) {
  std::string yaml = dump(documents.main, &config::view_of<Settings>);
  for (const config::IncludedFile& file : documents.routes) {
    const std::string name = config::display_name(file.path);
    yaml.append(kBetween).append(std::ranges::find(name, '\n') == name.end() ? name : "").append("\n");
    yaml += dump(file.node, &config::view_of<RouteFile>);
  }
  return yaml;
}

config::Documents read_dump(std::string_view yaml) {
  config::Documents documents;
  config::Errors ignored;
  for (bool main = true; !yaml.empty(); main = false) {
    const std::string border = '\n' + std::string(kBetween);
    const std::size_t end = yaml.find(border);
    std::string_view document = yaml.substr(0, end == std::string_view::npos ? end : end + 1);
    yaml.remove_prefix(document.size());
    std::filesystem::path path;
    if (!main) {
      const std::string_view line = document.substr(0, document.find('\n'));
      path = std::string(line.substr(std::min(line.size(), kBetween.size())));
      document.remove_prefix(std::min(document.size(), line.size() + 1));
    }
    std::optional<Node> node = config::read_yaml(document, path.string(), ignored);
    if (!node || !node->is_mapping()) continue;
    if (main) documents.main = *node;
    else documents.routes.push_back({path, *node, config::FileKind::kRoutes});
  }
  return documents;
}

}  // namespace causeway::app
