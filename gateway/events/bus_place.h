// Where a record lies on the bus. On the embedded bus: a shard and the position in it. A broker may have it for certain
// and its word where got lost: the offset is not known then.
#pragma once

#include <cstdint>

namespace causeway::events {

struct BusPlace {
  std::uint32_t partition = 0;
  std::int64_t offset = 0;  ///< negative: not known
  bool known() const { return offset >= 0; }
  bool operator==(const BusPlace&) const = default;
};

}  // namespace causeway::events
