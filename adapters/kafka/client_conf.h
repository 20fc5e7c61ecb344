// What the clients of librdkafka are made from: the properties of the configuration, then those that the gateway's
// promises stand on (details.md and events.md; why each is as it is stands beside it).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/kafka/handles.h"
#include "adapters/kafka/settings.h"

namespace causeway::kafka {

/// What the gateway says where the configuration says nothing. After a crash the group's partitions come back so soon;
/// the least that brokers allow by default.
inline constexpr std::chrono::milliseconds kSessionTimeout{6000};
inline constexpr std::chrono::milliseconds kHeartbeatInterval{2000};

/// How records are put together: narrower after the broker has refused a batch.
struct Batching {
  std::uint32_t bytes = 1'000'000;  ///< of a batch; one record may be larger
  bool single = false;              ///< one record a batch: to find out which one is refused
};

/// Who reads, to the broker.
struct GroupMember {
  std::string group;
  /// `group.instance.id`: whoever comes back under it has its partitions again at once. Of one process at a time: a
  /// second one ends the first. Empty: a new member each time.
  std::string instance;
};

/// The member that a process is for one topic: `member` of its ReaderContext, put into what brokers take.
std::string instance_of(std::string_view member, std::string_view topic);

// Never fail for settings that were read: a property that is not taken is a defect, and throws std::logic_error.
Conf producer_conf(const KafkaSettings& settings, std::string_view node, const Batching& batching);
/// `lanes`: how many partitions share the memory of a group's reader.
Conf consumer_conf(const KafkaSettings& settings, std::string_view node, const GroupMember& member, std::size_t lanes);
/// For questions about topics: in no group, reads nothing.
Conf query_conf(const KafkaSettings& settings, std::string_view node);

/// What the producer takes at most as one record, by its settings.
std::uint64_t producer_record_bytes(const KafkaSettings& settings);

/// Makes clients without a broker: what is wrong with the settings as a whole, such as a key that does not fit its
/// certificate; empty: nothing.
std::string problem_of(const KafkaSettings& settings);

}  // namespace causeway::kafka
