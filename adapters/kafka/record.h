// A record of Kafka as an event of ours, and back (details.md, "Events"). Pure, but for a clock's time that is given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/kafka/handles.h"
#include "events/bus.h"
#include "events/subscription/group_reader.h"

namespace causeway::kafka {

/// A header as it came: a name is not unique, a value may be missing or hold any octets.
struct RecordHeader {
  std::string_view name;
  std::optional<Bytes> value;
};

/// Views of what the client holds.
struct Record {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t timestamp = -1;  ///< unix milliseconds; negative: it has none
  std::optional<Bytes> key;
  std::optional<Bytes> value;  ///< empty: a tombstone
  std::vector<RecordHeader> headers;
};

/// Valid as long as the message, which is no error.
Record record_of(const rd_kafka_message_t& message);

/// One of ours, by its headers, is the event as it was stored. What others have put there: an event of the topic's
/// shape with an eventId and an eventType, or a CloudEvent, is that event; anything else is wrapped as
/// `{"eventId":"<topic>-<partition>-<offset>","eventType":"foreign","timestamp","encoding"?,"data","key","headers"}`.
/// The lane is the partition, the position the offset + 1, the key that of the record. `now`: for records without a
/// time.
events::ReadItem item_of(const events::Topic& topic, const Record& record, WallTime now);

/// The headers of a record that the relay sends.
std::vector<std::pair<std::string, std::string>> headers_of(const events::OutgoingEvent& outgoing);

}  // namespace causeway::kafka
