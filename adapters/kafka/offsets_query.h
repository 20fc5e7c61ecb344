// Where the partitions of a topic begin and end: questions to the brokers, blocking.
#pragma once

#include <vector>

#include "adapters/kafka/shared.h"
#include "core/result.h"
#include "events/subscription/group_reader.h"

namespace causeway::kafka {

/// The low position of each partition for a new group (see GroupReader::starts), by a client made for it.
Result<std::vector<events::Position>> ask_starts(const KafkaBus::Shared& shared, const events::Topic& topic,
                                                 events::Start start, WallTime at);

// By a client that is there.
/// Of what a partition holds: the first offset, and the one behind the last.
struct Watermarks {
  std::int64_t first = 0;
  std::int64_t end = 0;
};
/// Behind the last record of each partition.
Result<std::vector<std::int64_t>> ask_ends(rd_kafka_t* client, const std::string& topic, std::uint32_t partitions);
Result<Watermarks> ask_watermarks(rd_kafka_t* client, const std::string& topic, std::uint32_t partition);

}  // namespace causeway::kafka
