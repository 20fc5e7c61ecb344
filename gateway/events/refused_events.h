// What a bus never takes, as an operator sees it: GET /refused-events.
#pragma once

#include <string>
#include <vector>

#include "events/bus_tables.h"
#include "store/store.h"

namespace causeway::events {

class ReadRefused final : public store::Query {
 public:
  std::string topic;       ///< empty: of every topic
  std::int64_t after = 0;  ///< behind this place
  std::size_t limit = 50;
  std::vector<tables::RefusedRow> rows;  ///< the answer, by place

  Result<> run(store::Session& session) override {
    rows = tables::refused_behind(session, topic, after, limit);
    return {};
  }
};

}  // namespace causeway::events
