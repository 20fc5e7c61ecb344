// Questions about topics, and making them: blocking, by the client of whoever asks.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/kafka/handles.h"
#include "core/clock.h"
#include "core/result.h"
#include "events/topic.h"

namespace causeway::kafka {

/// An error for the log, kStoreRefused: nobody but the log sees it.
Error bus_error(std::string_view what, std::string_view text);

/// How many partitions a topic has; 0: there is no such topic. Errors: no broker answers, or it says no.
Result<std::uint32_t> partition_count(rd_kafka_t* client, const std::string& topic, Duration patience);

/// Makes the topic as its settings say; ok, too, if somebody else was faster.
Result<> create_topic(rd_kafka_t* client, const events::Topic& topic, Duration patience);

/// `max.message.bytes` of a topic; 0: the broker does not say.
std::uint64_t largest_record(rd_kafka_t* client, const std::string& topic, Duration patience);

}  // namespace causeway::kafka
