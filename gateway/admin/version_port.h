// What the admin API asks about the versions of APIs. Implemented by app.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace causeway::admin {

/// Times are unix milliseconds.
struct VersionConsumer {
  std::string name;     ///< empty: callers who need not say who they are
  std::string contact;  ///< empty: none is configured
  std::int64_t calls = 0;
  std::int64_t last_called_at = 0;
};

struct VersionView {
  std::string api;
  std::string version;
  std::string state;  ///< current, deprecated, sunset, retired
  std::int64_t released = 0;
  std::optional<std::int64_t> deprecated;
  std::optional<std::int64_t> sunset;
  std::string successor;
  std::string guide;
  std::string retire;  ///< at_sunset, when_unused
  std::chrono::seconds unused_for{};
  std::optional<std::int64_t> unused_since;  ///< what unused_for counts from; absent: nobody keeps a record
  std::optional<std::int64_t> retired_at;
  std::int64_t calls = 0;
  std::int64_t refused = 0;
  std::vector<VersionConsumer> consumers;  ///< who called last is first
};

struct UsageRow {
  std::int64_t id = 0;
  std::string api;
  std::string version;
  std::string route;
  std::string consumer;
  std::chrono::sys_days day{};
  std::int64_t calls = 0;
  std::int64_t refused = 0;
  std::int64_t last_at = 0;
};

/// Empty texts: all of them.
struct UsageQuestion {
  std::string api;
  std::string version;
  std::string route;
  std::string consumer;
  std::chrono::sys_days from{};
  std::chrono::sys_days to = std::chrono::sys_days(std::chrono::days(1'000'000));  ///< included
  std::int64_t before_id = 0;                                                      ///< 0: from the newest
  std::size_t limit = 50;
};

/// Thread safe; blocks. kStoreRefused (50392) when the record cannot be read.
class VersionPort {
 public:
  virtual ~VersionPort() = default;
  /// Of the configuration in force, with the calls of so many days, today among them.
  virtual Result<std::vector<VersionView>> versions(int days) = 0;
  /// No rows without a store.
  virtual Result<std::vector<UsageRow>> usage(const UsageQuestion& question) = 0;
};

}  // namespace causeway::admin
