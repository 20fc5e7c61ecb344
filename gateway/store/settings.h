// `store:` of the configuration: where what must survive the process is kept.
#pragma once

#include <optional>
#include <string>

#include "config/keys.h"
#include "core/bytes.h"

namespace causeway::store {

/// `sqlite: {path: data/causeway.db, min_free: 1GiB}`
struct SqliteSettings {
  std::string path = "data/causeway.db";  ///< a relative one starts at the working directory
  /// On the disk; with less, intake is refused; 0: until it is full. Absent: 1 GiB, on a small disk a tenth of it.
  std::optional<ByteSize> min_free;

  /// The one in force for the disk that the file is, or will be, on.
  std::uint64_t least_free() const;

  static const config::Keys<SqliteSettings>& keys();
};

/// `{sqlite: {…}}`, or `none`: nothing survives the process.
struct StoreSettings {
  bool none = false;
  SqliteSettings sqlite;

  static const config::Keys<StoreSettings>& keys();
};

}  // namespace causeway::store

template <>
struct causeway::config::Value<causeway::store::StoreSettings> {
  static bool read_into(const Node& node, Reading& reading, store::StoreSettings& out, const Range*);
  static Shape shape();
  static std::string text(const store::StoreSettings&) { return {}; }
};
