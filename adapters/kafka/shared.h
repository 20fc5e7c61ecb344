// What the producers and readers of one bus have in common. Thread safe; outlives them.
#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "adapters/kafka/client_watch.h"
#include "adapters/kafka/kafka_bus.h"
#include "adapters/kafka/service_thread.h"
#include "runtime/blocking_pool.h"

namespace causeway::kafka {

struct KafkaBus::Shared {
  Shared(const KafkaSettings& its, std::string its_node, telemetry::Metrics& its_metrics,
         telemetry::LogThread& its_lines);
  ~Shared();

  /// Takes a client apart on a thread of its own. The bus waits for it at its end, but not for long: with brokers away
  /// librdkafka may hold on to a client for many seconds. `work` owns what it needs.
  void later(std::function<void()> work);

  const KafkaSettings settings;
  const std::string node;
  telemetry::Metrics& metrics;
  telemetry::LogThread& lines;
  Reach reach;
  ServiceThread service;
  runtime::BlockingPool questions{"kafka ask", 2, 256};  ///< that a broker answers, for readers

 private:
  std::mutex mutex_;
  struct End {
    std::thread thread;
    std::future<void> over;
  };
  std::vector<End> ends_;
};

}  // namespace causeway::kafka
