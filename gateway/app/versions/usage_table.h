// The record of who calls which version, in the store. The only place that knows its SQL.
//
//   version_usage  calls by version, route, consumer and day
//   version_life   what a version has been through: first taken, unused since, retired
//   version_watch  until when somebody watched; one row
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/version_port.h"
#include "app/versions/version_catalogue.h"
#include "store/schema.h"
#include "store/session.h"
#include "store/store.h"

namespace causeway::app {

/// Pass it to the store when it opens.
extern const store::Schema kVersionSchema;

/// Days since 1970-01-01, UTC.
using Day = std::int32_t;
constexpr Day day_of(WallTime time) {
  return static_cast<Day>(std::chrono::floor<std::chrono::days>(time).time_since_epoch().count());
}

/// Calls that came to be known at one time.
struct Usage {
  VersionKey version;
  std::string route;
  std::string consumer;  ///< empty: nobody had to say
  std::int64_t calls = 0;
  std::int64_t refused = 0;  ///< answered with 41090, which asks nobody who they are
};

/// Usage that waits to be written down.
struct DatedUsage {
  Usage usage;
  Day day = 0;
  std::int64_t at = 0;  ///< unix milliseconds of the last call; 0: only refused ones
};

/// How long a row is kept.
constexpr std::chrono::days kUsageMemory{400};

/// What a version has been through. Times are unix milliseconds.
struct VersionLife {
  VersionKey version;
  std::int64_t first_taken = 0;
  std::int64_t unused_since = 0;           ///< the last call, or when counting began; later by what could not count
  std::optional<std::int64_t> retired_at;  ///< once; counts while it is not before the sunset

  bool operator==(const VersionLife&) const = default;
};

namespace tables {
void add_usage(store::Session& session, const DatedUsage& dated);
void put_life(store::Session& session, const VersionLife& life);
void drop_life(store::Session& session, const VersionKey& version);
void put_watched(store::Session& session, std::int64_t until);
void forget_usage(store::Session& session, Day before);
}  // namespace tables

/// What one look has found out. It holds all of that itself: the ledger goes on while it is written.
class WriteLook final : public store::Change {
 public:
  explicit WriteLook(WallTime at) : now(at) {}
  const WallTime now;
  std::vector<DatedUsage> usage;
  std::vector<VersionLife> lives;
  std::set<VersionKey> left;  ///< forgotten, before `lives` are put down
  bool forget = false;        ///< days that are older than kUsageMemory, too
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;
};

/// All that a start has to know.
class ReadLives final : public store::Query {
 public:
  struct LastCall {
    VersionKey version;
    std::string consumer;
    std::int64_t at = 0;
  };
  std::vector<VersionLife> lives;
  std::vector<LastCall> last_calls;
  std::int64_t watched_until = 0;  ///< 0: nobody has watched yet
  Result<> run(store::Session& session) override;
};

/// Calls by version and consumer since a day; those of last use from all that is kept.
class SumUsage final : public store::Query {
 public:
  Day since = 0;
  struct Row {
    VersionKey version;
    std::string consumer;
    std::int64_t calls = 0;
    std::int64_t refused = 0;
    std::int64_t last_at = 0;  ///< of a call; 0: only refused ones
  };
  std::vector<Row> rows;  ///< the answer
  Result<> run(store::Session& session) override;
};

/// A page of rows, the newest first.
class ReadUsage final : public store::Query {
 public:
  explicit ReadUsage(const admin::UsageQuestion& question) : question_(question) {}
  std::vector<admin::UsageRow> rows;  ///< the answer
  Result<> run(store::Session& session) override;

 private:
  const admin::UsageQuestion& question_;
};

}  // namespace causeway::app
