// What an operator sees of a group: counted in the store, in one snapshot, so that the figures fit together.
#pragma once

#include "events/subscription/subscription_tables.h"

namespace causeway::events {

struct CountGroup final : store::Query {
  explicit CountGroup(GroupId its) : sample(std::move(its)) {}
  Result<> run(store::Session& session) override;

  SampleGroup sample;
  std::int64_t behind = 0;  ///< events beyond the cursors that have no row
  std::int64_t retrying = 0;
  std::int64_t held = 0;
  std::int64_t dead = 0;
  std::string paused_by;  ///< empty: it runs
};

}  // namespace causeway::events
