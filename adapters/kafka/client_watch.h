// What is known of one client of librdkafka: its log lines and errors in our log, its statistics as metrics.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/kafka/handles.h"
#include "adapters/kafka/statistics.h"
#include "core/clock.h"
#include "telemetry/log_thread.h"
#include "telemetry/metrics.h"

namespace causeway::kafka {

/// How many clients there are to be, and how many of them have a broker. Thread safe; outlives every watch.
struct Reach {
  std::atomic<int> clients{0};
  std::atomic<int> connected{0};
  bool all() const { return clients > 0 && connected == clients; }
};

/// Thread safe. It outlives the clients that it watches, one after another: what they count goes on.
class ClientWatch {
 public:
  struct Who {
    std::string group;  ///< of a reader; empty: the relay's producer
    std::string topic;
    std::string name() const { return group.empty() ? "relay" : group + '/' + topic; }
  };

  /// Everything outlives it.
  ClientWatch(Who who, Reach& reach, telemetry::Metrics& metrics, telemetry::LogThread& lines);
  ~ClientWatch();
  ClientWatch(const ClientWatch&) = delete;
  ClientWatch& operator=(const ClientWatch&) = delete;

  /// Takes statistics, errors and log lines; false: it is something else.
  bool take(rd_kafka_event_t* event);
  /// From now on a client is to have a broker.
  void started();
  /// The client is gone: nobody is connected, and what it has counted is kept.
  void ended();
  /// A broker has answered.
  void answered() {
    if (!connected_) set_connected(true);
  }
  bool connected() const { return connected_; }
  void say(telemetry::Level level, std::string_view what, std::string_view text);

  std::atomic<std::int64_t> rebalances{0};
  std::atomic<std::int64_t> partitions{0};  ///< that a reader has

 private:
  void register_metrics(telemetry::Metrics& metrics);
  void take_statistics(const char* json);
  void take_error(rd_kafka_event_t* event);
  void take_log(rd_kafka_event_t* event);
  /// A connection failed: told once for each cause until a broker is there again.
  void failed(std::string_view text);
  void set_connected(bool connected);
  template <auto member>
  double total() const;

  const Who who_;
  Reach& reach_;
  telemetry::LogThread& lines_;
  std::atomic<bool> connected_{false};
  std::atomic<bool> counted_{false};
  mutable std::mutex mutex_;  // of what follows
  Statistics now_;
  Statistics before_;  // of clients that are gone
  struct Said {
    std::string text;
    SteadyTime at;
  };
  std::map<std::string, Said, std::less<>> said_;
  std::string last_cause_;
  std::set<std::string, std::less<>> told_causes_;
  std::vector<telemetry::Collected> collected_;  // last: a scrape in progress ends before what it reads
};

}  // namespace causeway::kafka
