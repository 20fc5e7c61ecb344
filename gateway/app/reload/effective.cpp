#include "app/reload/effective.h"

#include <algorithm>
#include <fstream>
#include <random>

#include "app/reload/route_values.h"
#include "app/settings.h"
#include "security/sha256.h"

namespace causeway::app {
namespace {

using config::Node;
using config::Shape;

/// Lists of named things in the operators' files.
struct Section {
  std::string_view path;  ///< `oauth.providers`
  std::string_view kind;
};
constexpr Section kSections[] = {{"listeners", "listener"},         {"consumers", "consumer"},
                                 {"clusters", "cluster"},           {"topics", "topic"},
                                 {"subscriptions", "subscription"}, {"oauth.providers", "oauth_provider"},
                                 {"admin.users", "admin_user"}};

/// Larger ones are not of a configuration.
constexpr std::uintmax_t kLargestFile = 16 << 20;

std::string text_under(const Node& node, std::string_view key) {
  const Node* value = node.find(key);
  return value == nullptr ? "" : value->text();
}

/// A mapping without some of its keys.
Node without(const Node& mapping, std::initializer_list<std::string_view> keys) {
  std::vector<Node::Entry> entries = mapping.entries();
  std::erase_if(entries, [&](const Node::Entry& entry) {
    return std::ranges::find(keys, std::string_view(entry.key.text())) != keys.end();
  });
  return Node::mapping(mapping.position(), std::move(entries));
}

class Collector {
 public:
  Collector(Values& values, Effective& out) : values_(values), out_(out) {}

  void add_main(const Node& main) {
    const Shape shape = config::struct_of(&config::view_of<Settings>);
    Node rest = main;
    for (const Section& section : kSections) rest = take_section(rest, shape, section);
    rest = take_secrets(rest, shape);
    values_.add(rest, &shape, {}, {});
    out_.settings = {"setting", {}, {}, {}, values_.take()};
  }

  void add_file(const Node& file) {
    const Shape shape = config::struct_of(&config::view_of<RouteFile>);
    const Shape route_shape = config::struct_of(&config::view_of<RouteSettings>);
    const std::string api = text_under(file, "api");
    // `defaults` are in force in the routes, and only there.
    add({"api", api}, without(file, {"routes", "defaults"}), shape);
    const Node* defaults = file.find("defaults");
    const Node* routes = file.find("routes");
    if (routes == nullptr) return;
    for (const Node& route : routes->items())
      add({"route", api + '/' + text_under(route, "name")}, merged_route(route, defaults ? *defaults : Node()),
          route_shape);
  }

 private:
  void add(Item item, const Node& node, const Shape& shape) {
    values_.add(node, &shape, {}, {});
    item.values = values_.take();
    out_.items.push_back(std::move(item));
  }

  /// Adds what stands at the section's path, and gives the mapping without it.
  Node take_section(const Node& node, const Shape& shape, const Section& section) {
    const std::string_view key = section.path.substr(0, section.path.find('.'));
    const Node* value = node.find(key);
    if (value == nullptr) return node;
    const Shape* below = shape_below(shape, node, key);
    if (key.size() < section.path.size()) {
      if (!value->is_mapping() || below == nullptr) return node;
      const Section inner{section.path.substr(key.size() + 1), section.kind};
      const Node left = take_section(*value, *below, inner);
      std::vector<Node::Entry> entries = without(node, {key}).entries();
      if (!left.entries().empty()) entries.push_back({Node::scalar({}, std::string(key)), left});
      return Node::mapping(node.position(), std::move(entries));
    }
    const Shape* item_shape = below == nullptr ? nullptr : shape_below(*below, *value, {});
    if (item_shape == nullptr) return node;
    for (const Node& item : value->items()) {
      Item made{std::string(section.kind), text_under(item, "name")};
      if (section.kind == "subscription") {
        made.was = text_under(item, "was");
        made.group = text_under(item, "group");
      }
      add(std::move(made), item, *item_shape);
    }
    return without(node, {key});
  }

  Node take_secrets(const Node& node, const Shape& shape) {
    const Node* secrets = node.find("secrets");
    const Shape* below = secrets == nullptr ? nullptr : shape_below(shape, node, "secrets");
    if (below == nullptr) return node;
    for (const Node::Entry& entry : secrets->entries())
      if (const Shape* value = shape_below(*below, *secrets, entry.key.text()))
        add({"secret", entry.key.text()}, entry.value, *value);
    return without(node, {"secrets"});
  }

  Values& values_;
  Effective& out_;
};

}  // namespace

Fingerprints::Fingerprints() {
  std::random_device random;
  for (unsigned char& byte : key_) byte = static_cast<unsigned char>(random());
}

std::string Fingerprints::of(std::string_view text) const {
  security::Sha256 hash;
  hash.update({reinterpret_cast<const char*>(key_.data()), key_.size()});
  hash.update(text);
  const security::Sha256Digest digest = hash.finish();
  return security::to_hex(std::span(digest).first(16));
}

std::string Fingerprints::of_file(const std::filesystem::path& file, bool secret) const {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(file, failed)) return {};
  const std::uintmax_t size = std::filesystem::file_size(file, failed);
  std::ifstream stream(file, std::ios::binary);
  std::string content(failed ? 0 : std::min(size, kLargestFile), '\0');
  stream.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(stream.gcount()));
  std::string print = secret ? of(content) : security::sha256_hex(content);
  config::wipe(content);
  return print;
}

Effective Effective::of(const config::Documents& documents, const config::FilesRead& files,
                        const Fingerprints& fingerprints) {
  Effective effective;
  Values values(fingerprints, files);
  Collector collector(values, effective);
  collector.add_main(documents.main);
  for (const config::IncludedFile& file : documents.routes) collector.add_file(file.node);
  std::ranges::sort(effective.items, {}, [](const Item& item) { return std::tie(item.kind, item.name); });
  return effective;
}

std::string Effective::hash() const {
  security::Sha256 hash;
  const auto add = [&](const Item& item) {
    hash.update(item.kind + '\0' + item.name + '\0');
    item.each_value([&](std::string_view path, std::string_view value) {
      hash.update(std::string(path) + '\0');
      hash.update(value.front() == kSensitive ? std::string_view("***") : value);
      hash.update(std::string_view("\0", 1));
    });
  };
  for (const Item& item : items) add(item);
  add(settings);
  const security::Sha256Digest digest = hash.finish();
  return security::to_hex(digest);
}

}  // namespace causeway::app
