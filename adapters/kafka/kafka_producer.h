// The relay's half of the bus on Kafka: an idempotent producer that leaves no gaps. Whatever it cannot promise any more
// ends it; the relay makes it anew and sends again what was not acknowledged.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/kafka/batch_mode.h"
#include "adapters/kafka/client.h"
#include "adapters/kafka/client_watch.h"
#include "adapters/kafka/shared.h"

namespace causeway::kafka {

/// One thread's.
class KafkaProducer final : public events::BusProducer {
 public:
  /// What a record needs beyond key, value and headers: batch, record and their lengths.
  static constexpr std::uint64_t kFraming = 512;

  /// Outlived by `shared`.
  explicit KafkaProducer(KafkaBus::Shared& shared);
  ~KafkaProducer() override;
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  Result<events::BusTopic> resolve(const events::Topic& topic, Duration patience) override;
  Sent send(const events::OutgoingEvent& event, std::uint64_t token) override;
  /// A place may be without its offset (-1): taken for sure, but Kafka's answer to it was lost and only that to a later
  /// one has come.
  void reports(std::vector<events::SendReport>& out) override;
  void wake_by(int event_fd) override;
  void rebuild() override;
  bool healthy() const override { return instance_ != nullptr && !broken_; }

  /// For tests, which make it fail.
  rd_kafka_t* client() const { return instance_ ? instance_->client.get() : nullptr; }

 private:
  struct Instance {
    explicit Instance(Conf conf, std::string& problem) : client(RD_KAFKA_PRODUCER, std::move(conf), problem) {}
    Client client;
    std::map<std::string, TopicHandle, std::less<>> topics;  // gone before the client
  };

  void make();
  void retire(Duration patience);
  rd_kafka_topic_t* topic(const std::string& name);
  void take_event(rd_kafka_event_t* event, std::vector<events::SendReport>& out);
  void take_reports(rd_kafka_event_t* event, std::vector<events::SendReport>& out);
  events::SendReport report_of(const rd_kafka_message_t& message, bool refused);

  KafkaBus::Shared& shared_;
  ClientWatch watch_;
  BatchMode batching_;
  std::unique_ptr<Instance> instance_;
  std::map<std::string, std::uint64_t, std::less<>> largest_;  // record, by topic, as last said
  bool broken_ = false;
  int event_fd_ = -1;
  std::vector<events::SendReport> kept_;  // of the instance before
};

}  // namespace causeway::kafka
