// One client of librdkafka with the queues that its log lines and events come by.
#pragma once

#include <memory>
#include <string>

#include "adapters/kafka/client_watch.h"
#include "adapters/kafka/handles.h"

namespace causeway::kafka {

/// Thread safe as librdkafka is. Queues and topic handles that others took from it are gone before it is.
class Client {
 public:
  /// `problem` is set when librdkafka makes none of it: then the client is not valid.
  Client(rd_kafka_type_t type, Conf conf, std::string& problem);
  /// Destroys it without leaving a group; what is not acknowledged is given up.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  rd_kafka_t* get() const { return client_; }
  explicit operator bool() const { return client_ != nullptr; }
  /// Where its events come.
  rd_kafka_queue_t* events() const { return events_.get(); }
  /// Takes the log lines that have come.
  void drain_log(ClientWatch& watch) const;

 private:
  rd_kafka_t* client_ = nullptr;
  Queue events_;
  Queue log_;
};

}  // namespace causeway::kafka
