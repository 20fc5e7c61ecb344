// What a configuration comes to, thing by thing: the named ones (listeners, consumers, routes …), each with the values
// in force, and the settings that belong to none. Two of them are compared instead of their texts: comments, the order
// of keys and `30s` for `30000ms` make no difference, nor does a default that is written out.
//
// Holds no secret: of secrets only digests are kept, by a key that never leaves the process.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/document.h"
#include "config/files_read.h"
#include "config/shape.h"

namespace causeway::app {

/// What something sensitive is compared by. Two of one process agree; nobody else can tell what is behind them.
class Fingerprints {
 public:
  Fingerprints();
  std::string of(std::string_view text) const;
  /// The text of a file, as `of`; empty when it cannot be read.
  std::string of_file(const std::filesystem::path& file, bool secret) const;

 private:
  std::array<unsigned char, 32> key_;
};

struct Item {
  std::string
      kind;  ///< listener, consumer, cluster, topic, subscription, oauth_provider, admin_user, secret, api, route
  std::string name;      ///< of a route `api/name`
  std::string was{};     ///< of a subscription: the name or group that it takes over
  std::string group{};   ///< of a subscription: whose cursor it is
  std::string values{};  ///< `path\0value\0` of each value, by path

  /// Separates the texts of a list, which is one value.
  static constexpr char kNext = '\x1f';

  /// Calls `visit(path, value)`.
  void each_value(const auto& visit) const {
    for (std::string_view rest = values; !rest.empty();) {
      const std::string_view path = rest.substr(0, rest.find('\0'));
      rest.remove_prefix(path.size() + 1);
      const std::string_view value = rest.substr(0, rest.find('\0'));
      rest.remove_prefix(value.size() + 1);
      visit(path, value);
    }
  }
};

/// Begins a value that only this process can compare: it is no part of the hash.
inline constexpr char kSensitive = '\x01';

/// Values of a mapping or a scalar, as an Item keeps them.
class Values {
 public:
  Values(const Fingerprints& fingerprints, const config::FilesRead& files)
      : fingerprints_(fingerprints), files_(files) {}

  /// `key` is the one that the node stands under.
  void add(const config::Node& node, const config::Shape* shape, std::string_view key, const std::string& path);
  /// By path; empties this.
  std::string take();

 private:
  void add_mapping(const config::Node& node, const config::Shape* shape, const std::string& path);
  void add_items(const config::Node& node, const config::Shape* shape, std::string_view key, const std::string& path);
  std::string value_of(const config::Node& node, const config::Shape* shape, std::string_view key);
  void add_steps(const config::Node& node, const config::Shape& shape, const std::string& path);
  const std::string& print_of(const std::filesystem::path& file, bool secret);

  const Fingerprints& fingerprints_;
  const config::FilesRead& files_;
  std::map<std::pair<std::filesystem::path, bool>, std::string> prints_;
  std::vector<std::pair<std::string, std::string>> all_;
};

struct Effective {
  std::vector<Item> items;  ///< by kind and name
  Item settings;            ///< what belongs to no item

  /// `files`: what the documents were read from; a file that a value names is compared with it.
  static Effective of(const config::Documents& documents, const config::FilesRead& files,
                      const Fingerprints& fingerprints);
  /// 64 hex digits, the same wherever the same is in force; secrets do not go into it, that one is set does.
  std::string hash() const;
};

}  // namespace causeway::app
