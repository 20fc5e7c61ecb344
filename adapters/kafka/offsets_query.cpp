#include "adapters/kafka/offsets_query.h"

#include <chrono>
#include <string>

#include "adapters/kafka/client.h"
#include "adapters/kafka/client_conf.h"
#include "adapters/kafka/topic_admin.h"

namespace causeway::kafka {
namespace {

constexpr std::chrono::seconds kPatience{4};

int milliseconds() { return static_cast<int>(std::chrono::milliseconds(kPatience).count()); }

// The first offset of each partition whose record is of `time` or later, or RD_KAFKA_OFFSET_BEGINNING and _END as
// times. RD_KAFKA_OFFSET_END in the answer: there is none.
Result<std::vector<std::int64_t>> offsets_at(rd_kafka_t* client, const std::string& topic, std::uint32_t partitions,
                                             std::int64_t time) {
  const Partitions list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions)));
  for (std::uint32_t i = 0; i < partitions; ++i)
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), static_cast<std::int32_t>(i))->offset = time;
  const rd_kafka_resp_err_t asked = rd_kafka_offsets_for_times(client, list.get(), milliseconds());
  if (asked != RD_KAFKA_RESP_ERR_NO_ERROR) return bus_error(topic, rd_kafka_err2str(asked));
  std::vector<std::int64_t> offsets(partitions, 0);
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& each = list->elems[i];
    if (each.err != RD_KAFKA_RESP_ERR_NO_ERROR) return bus_error(topic, rd_kafka_err2str(each.err));
    offsets.at(static_cast<std::size_t>(each.partition)) = each.offset;
  }
  return offsets;
}

}  // namespace

Result<std::vector<events::Position>> ask_starts(const KafkaBus::Shared& shared, const events::Topic& topic,
                                                 events::Start start, WallTime at) {
  std::string problem;
  const Client client(RD_KAFKA_CONSUMER, query_conf(shared.settings, shared.node), problem);
  const std::string& name = topic.settings.kafka_name();
  if (!client) return bus_error(name, problem);
  const Result<std::uint32_t> count = partition_count(client.get(), name, kPatience);
  if (!count) return bus_error(name, count.error().info_if()->internal);
  if (*count == 0) return bus_error(name, "there is no such topic");
  if (start == events::Start::kEarliest) return offsets_at(client.get(), name, *count, RD_KAFKA_OFFSET_BEGINNING);
  // The ends first: what comes in between is found by its time.
  auto ends = offsets_at(client.get(), name, *count, RD_KAFKA_OFFSET_END);
  if (!ends) return ends;
  auto offsets = offsets_at(client.get(), name, *count, unix_milliseconds(at) + 1);
  if (!offsets) return offsets;
  for (std::size_t i = 0; i < offsets->size(); ++i)
    if ((*offsets)[i] < 0) (*offsets)[i] = (*ends)[i];
  return offsets;
}

Result<std::vector<std::int64_t>> ask_ends(rd_kafka_t* client, const std::string& topic, std::uint32_t partitions) {
  return offsets_at(client, topic, partitions, RD_KAFKA_OFFSET_END);
}

Result<Watermarks> ask_watermarks(rd_kafka_t* client, const std::string& topic, std::uint32_t partition) {
  Watermarks marks;
  const rd_kafka_resp_err_t asked = rd_kafka_query_watermark_offsets(
      client, topic.c_str(), static_cast<std::int32_t>(partition), &marks.first, &marks.end, milliseconds());
  if (asked != RD_KAFKA_RESP_ERR_NO_ERROR) return bus_error(topic, rd_kafka_err2str(asked));
  return marks;
}

}  // namespace causeway::kafka
