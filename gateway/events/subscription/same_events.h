// Are these records what this store has sent? Asked before a record is dropped as a double: headers can be copied with
// a record into another topic, and then claim places in this store that other events have.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "events/topic.h"
#include "store/store.h"

namespace causeway::events {

/// Of each claim whether the topic's event of this id lies at that place: known as long as its id is remembered.
class SameEvents final : public store::Query {
 public:
  struct Claim {
    std::uint32_t shard = 0;
    Position position = 0;
    std::string event_id;
    bool same = false;  ///< the answer
  };

  explicit SameEvents(std::string topic) : topic_(std::move(topic)) {}
  Result<> run(store::Session& session) override;

  std::vector<Claim> claims;

 private:
  const std::string topic_;
};

}  // namespace causeway::events
