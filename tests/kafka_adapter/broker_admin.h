// What operators do to a broker, for tests.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>

#include "adapters/kafka/handles.h"
#include "kafka_adapter/broker.h"

namespace causeway::kafka {

class AdminClient {
 public:
  explicit AdminClient(const Broker& broker) {
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    std::array<char, kErrorText> text{};
    rd_kafka_conf_set(conf, "bootstrap.servers", broker.address().c_str(), text.data(), text.size());
    rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR);
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text.data(), text.size());
    queue_.reset(rd_kafka_queue_new(client_));
  }
  ~AdminClient() {
    queue_.reset();
    rd_kafka_destroy(client_);
  }
  AdminClient(const AdminClient&) = delete;
  AdminClient& operator=(const AdminClient&) = delete;

  rd_kafka_t* get() const { return client_; }
  rd_kafka_queue_t* queue() const { return queue_.get(); }
  /// What the broker says to a record of this size.
  rd_kafka_resp_err_t produce(const std::string& topic, std::size_t bytes) {
    std::string value(bytes, 'x');
    const TopicHandle handle(rd_kafka_topic_new(client_, topic.c_str(), nullptr));
    if (rd_kafka_produce(handle.get(), 0, RD_KAFKA_MSG_F_COPY, value.data(), value.size(), nullptr, 0, nullptr) != 0)
      return rd_kafka_last_error();
    const Queue reports(rd_kafka_queue_get_main(client_));
    while (true) {
      const Event event(rd_kafka_queue_poll(reports.get(), 20'000));
      if (event == nullptr) return RD_KAFKA_RESP_ERR__TIMED_OUT;
      if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_DR) continue;
      return rd_kafka_event_message_next(event.get())->err;
    }
  }
  void answered() {
    const Event event(rd_kafka_queue_poll(queue_.get(), 20'000));
    ASSERT_TRUE(event != nullptr);
    ASSERT_EQ(rd_kafka_event_error(event.get()), RD_KAFKA_RESP_ERR_NO_ERROR)
        << rd_kafka_event_error_string(event.get());
  }

 private:
  rd_kafka_t* client_ = nullptr;
  Queue queue_;
};

/// A broker that has answered has not yet heard of it itself: its log takes the setting over a moment later. Until then
/// larger records are taken, and a few may stand in the topic afterwards.
inline void limit_record_bytes(const Broker& broker, const std::string& topic, std::uint32_t bytes) {
  AdminClient admin(broker);
  rd_kafka_ConfigResource_t* resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
  rd_kafka_ConfigResource_set_config(resource, "max.message.bytes", std::to_string(bytes).c_str());
  rd_kafka_AlterConfigs(admin.get(), &resource, 1, nullptr, admin.queue());
  admin.answered();
  rd_kafka_ConfigResource_destroy(resource);
  rd_kafka_resp_err_t said = RD_KAFKA_RESP_ERR_NO_ERROR;
  for (int i = 0; i < 4000 && said == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    said = admin.produce(topic, bytes + 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ASSERT_EQ(said, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) << rd_kafka_err2name(said);
}

inline void grow(const Broker& broker, const std::string& topic, std::size_t partitions) {
  AdminClient admin(broker);
  std::array<char, kErrorText> text{};
  rd_kafka_NewPartitions_t* more = rd_kafka_NewPartitions_new(topic.c_str(), partitions, text.data(), text.size());
  rd_kafka_CreatePartitions(admin.get(), &more, 1, nullptr, admin.queue());
  admin.answered();
  rd_kafka_NewPartitions_destroy(more);
}

/// As retention would: everything below the offset.
inline void delete_records(const Broker& broker, const std::string& topic, int partition, std::int64_t before) {
  AdminClient admin(broker);
  const Partitions list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = before;
  rd_kafka_DeleteRecords_t* gone = rd_kafka_DeleteRecords_new(list.get());
  rd_kafka_DeleteRecords(admin.get(), &gone, 1, nullptr, admin.queue());
  admin.answered();
  rd_kafka_DeleteRecords_destroy(gone);
}

}  // namespace causeway::kafka
