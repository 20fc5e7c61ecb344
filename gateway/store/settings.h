// `store:` of the configuration: where what must survive the process is kept.
#pragma once

#include <string>

#include "config/keys.h"
#include "core/bytes.h"

namespace causeway::store {

/// `sqlite: {path: data/causeway.db, min_free: 1GiB}`
struct SqliteSettings {
  std::string path = "data/causeway.db";      ///< a relative one starts at the working directory
  ByteSize min_free{std::uint64_t{1} << 30};  ///< on the disk; with less, intake is refused; 0: until it is full

  static const config::Keys<SqliteSettings>& keys();
};

struct StoreSettings {
  SqliteSettings sqlite;

  static const config::Keys<StoreSettings>& keys();
};

}  // namespace causeway::store
