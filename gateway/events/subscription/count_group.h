// What an operator sees of a group: counted in the store, in one snapshot, so that the figures fit together; only how
// much a broker holds is of a moment ago.
#pragma once

#include <optional>

#include "events/subscription/group_reader.h"
#include "events/subscription/subscription_tables.h"

namespace causeway::events {

struct CountGroup final : store::Query {
  /// `behind_on_bus`: what the bus says of a topic that is not in the log.
  explicit CountGroup(GroupId its, std::optional<GroupBacklog> behind_on_bus = {})
      : sample(std::move(its)), on_bus(behind_on_bus) {}
  Result<> run(store::Session& session) override;

  SampleGroup sample;
  const std::optional<GroupBacklog> on_bus;
  std::int64_t behind = 0;  ///< events beyond the cursors that have no row
  std::int64_t retrying = 0;
  std::int64_t held = 0;
  std::int64_t dead = 0;
  std::int64_t lost = 0;  ///< left the bus before they were read
  std::string paused_by;  ///< empty: it runs
};

}  // namespace causeway::events
