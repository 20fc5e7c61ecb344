// The history of the configuration in the store. SQL that knows it is in config_table.cpp and nowhere else.
#pragma once

#include <vector>

#include "admin/ports.h"
#include "store/schema.h"
#include "store/store.h"

namespace causeway::app {

/// Pass it to the store when it opens.
extern const store::Schema kConfigSchema;

/// So many versions are kept, and fewer where they are large.
inline constexpr std::int64_t kKeptVersions = 100;
inline constexpr std::int64_t kKeptBytes = 64 << 20;

/// Writes a configuration that is taken, and forgets the oldest. Part of the change that begins its cursors, so that
/// one is never there without the other.
class RecordConfig final : public store::Change {
 public:
  /// `row` outlives it; its version is not looked at. `running` is the version in force, which this store may not know.
  RecordConfig(const admin::ConfigVersion& row, std::int64_t running) : row_(row), running_(running) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;
  /// The one that it got: the next after all of the store and after the one in force.
  std::int64_t version() const { return version_; }

 private:
  const admin::ConfigVersion& row_;
  const std::int64_t running_;
  std::int64_t version_ = 0;
};

/// Newest first, those before `before` (0: from the newest); without diff and yaml.
struct ReadConfigs final : store::Query {
  std::int64_t before = 0;
  std::size_t limit = 50;
  std::vector<admin::ConfigVersion> rows;  ///< the answer
  Result<> run(store::Session& session) override;
};

/// One of them, whole. `version` 0: the newest.
struct ReadConfig final : store::Query {
  std::int64_t version = 0;
  std::optional<admin::ConfigVersion> row;  ///< the answer
  Result<> run(store::Session& session) override;
};

}  // namespace causeway::app
