#include "adapters/kafka/topic_admin.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace causeway::kafka {
namespace {

using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Destroy<rd_kafka_NewTopic_destroy>>;
using Options = std::unique_ptr<rd_kafka_AdminOptions_t, Destroy<rd_kafka_AdminOptions_destroy>>;
using Resource = std::unique_ptr<rd_kafka_ConfigResource_t, Destroy<rd_kafka_ConfigResource_destroy>>;

struct DestroyMetadata {
  void operator()(const rd_kafka_metadata_t* metadata) const noexcept { rd_kafka_metadata_destroy(metadata); }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, DestroyMetadata>;

int milliseconds(Duration duration) {
  const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return static_cast<int>(std::clamp<std::int64_t>(count, 1, 300'000));
}

Options options_for(rd_kafka_t* client, rd_kafka_admin_op_t operation, Duration patience) {
  Options options(rd_kafka_AdminOptions_new(client, operation));
  std::array<char, kErrorText> ignored{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), milliseconds(patience), ignored.data(), ignored.size());
  return options;
}

}  // namespace

Error bus_error(std::string_view what, std::string_view text) {
  return Error(Code::kStoreRefused, "kafka: " + std::string(what) + ": " + std::string(text), Resend::kSafe);
}

Result<std::uint32_t> partition_count(rd_kafka_t* client, const std::string& topic, Duration patience) {
  const TopicHandle handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  if (!handle) return bus_error(topic, rd_kafka_err2str(rd_kafka_last_error()));
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t asked = rd_kafka_metadata(client, 0, handle.get(), &raw, milliseconds(patience));
  if (asked != RD_KAFKA_RESP_ERR_NO_ERROR) return bus_error(topic, rd_kafka_err2str(asked));
  const Metadata metadata(raw);
  if (metadata->topic_cnt != 1) return bus_error(topic, "the broker says nothing about it");
  const rd_kafka_metadata_topic& said = metadata->topics[0];
  if (said.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return 0u;
  if (said.err != RD_KAFKA_RESP_ERR_NO_ERROR) return bus_error(topic, rd_kafka_err2str(said.err));
  return static_cast<std::uint32_t>(said.partition_cnt);
}

Result<> create_topic(rd_kafka_t* client, const events::Topic& topic, Duration patience) {
  const events::KafkaTopicSettings& settings = topic.settings.kafka;
  const std::string& name = topic.settings.kafka_name();
  std::array<char, kErrorText> problem{};
  const int replicas = settings.replication_factor ? static_cast<int>(*settings.replication_factor) : -1;
  const NewTopic wanted(rd_kafka_NewTopic_new(name.c_str(), static_cast<int>(settings.partitions), replicas,
                                              problem.data(), problem.size()));
  if (!wanted) return bus_error(name, problem.data());
  const auto retention = std::chrono::duration_cast<std::chrono::milliseconds>(topic.settings.retention).count();
  rd_kafka_NewTopic_set_config(wanted.get(), "retention.ms", std::to_string(retention).c_str());

  const Queue answers(rd_kafka_queue_new(client));
  const Options options = options_for(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, patience);
  rd_kafka_NewTopic_t* topics[] = {wanted.get()};
  rd_kafka_CreateTopics(client, topics, 1, options.get(), answers.get());
  const Event event(rd_kafka_queue_poll(answers.get(), milliseconds(patience)));
  if (!event) return bus_error(name, "was not created in time");
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return bus_error(name, rd_kafka_event_error_string(event.get()));
  std::size_t count = 0;
  const auto* const result = rd_kafka_event_CreateTopics_result(event.get());
  const auto* const* const each = rd_kafka_CreateTopics_result_topics(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(each[i]);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    const char* const text = rd_kafka_topic_result_error_string(each[i]);
    return bus_error(name, std::string("cannot be created: ") + (text != nullptr ? text : rd_kafka_err2str(error)));
  }
  return {};
}

std::uint64_t largest_record(rd_kafka_t* client, const std::string& topic, Duration patience) {
  const Resource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  const Queue answers(rd_kafka_queue_new(client));
  const Options options = options_for(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, patience);
  rd_kafka_ConfigResource_t* resources[] = {resource.get()};
  rd_kafka_DescribeConfigs(client, resources, 1, options.get(), answers.get());
  const Event event(rd_kafka_queue_poll(answers.get(), milliseconds(patience)));
  if (!event || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return 0;
  std::size_t count = 0;
  const auto* const result = rd_kafka_event_DescribeConfigs_result(event.get());
  const auto* const* const each = rd_kafka_DescribeConfigs_result_resources(result, &count);
  if (count != 1 || rd_kafka_ConfigResource_error(each[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) return 0;
  std::size_t entries = 0;
  const auto* const* const entry = rd_kafka_ConfigResource_configs(each[0], &entries);
  for (std::size_t i = 0; i < entries; ++i) {
    if (std::string_view(rd_kafka_ConfigEntry_name(entry[i])) != "max.message.bytes") continue;
    const std::string_view text = rd_kafka_ConfigEntry_value(entry[i]);
    std::uint64_t bytes = 0;
    std::from_chars(text.data(), text.data() + text.size(), bytes);
    return bytes;
  }
  return 0;
}

}  // namespace causeway::kafka
