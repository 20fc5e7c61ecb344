#include "adapters/kafka/client.h"

#include <array>

namespace causeway::kafka {

Client::Client(rd_kafka_type_t type, Conf conf, std::string& problem) {
  std::array<char, kErrorText> said{};
  client_ = rd_kafka_new(type, conf.get(), said.data(), said.size());
  if (client_ == nullptr) {
    problem = said.data();
    return;
  }
  conf.release();  // NOLINT: the client has it now
  log_.reset(rd_kafka_queue_new(client_));
  rd_kafka_set_log_queue(client_, log_.get());
  // Of a consumer in no group there is but the main one.
  if (type == RD_KAFKA_CONSUMER) events_.reset(rd_kafka_queue_get_consumer(client_));
  if (!events_) events_.reset(rd_kafka_queue_get_main(client_));
}

Client::~Client() {
  if (client_ == nullptr) return;
  if (rd_kafka_type(client_) == RD_KAFKA_PRODUCER)
    rd_kafka_purge(client_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  events_.reset();
  log_.reset();
  rd_kafka_destroy_flags(client_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

void Client::drain_log(ClientWatch& watch) const {
  while (const Event event{rd_kafka_queue_poll(log_.get(), 0)}) watch.take(event.get());
}

}  // namespace causeway::kafka
