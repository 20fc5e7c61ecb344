// What the clients of librdkafka are made from: the properties of the configuration, then those that the gateway's
// promises stand on (details.md and events.md; why each is as it is stands beside it).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/kafka/handles.h"
#include "adapters/kafka/settings.h"

namespace causeway::kafka {

/// How records are put together: narrower after the broker has refused a batch.
struct Batching {
  std::uint32_t bytes = 1'000'000;  ///< of a batch; one record may be larger
  bool single = false;              ///< one record a batch: to find out which one is refused
};

// Never fail for settings that were read: a property that is not taken is a defect, and throws std::logic_error.
Conf producer_conf(const KafkaSettings& settings, std::string_view node, const Batching& batching);
/// `lanes`: how many partitions share the memory of a group's reader.
Conf consumer_conf(const KafkaSettings& settings, std::string_view node, const std::string& group, std::size_t lanes);
/// For questions about topics: in no group, reads nothing.
Conf query_conf(const KafkaSettings& settings, std::string_view node);

/// What the producer takes at most as one record, by its settings.
std::uint64_t producer_record_bytes(const KafkaSettings& settings);

/// Makes clients without a broker: what is wrong with the settings as a whole, such as a key that does not fit its
/// certificate; empty: nothing.
std::string problem_of(const KafkaSettings& settings);

}  // namespace causeway::kafka
