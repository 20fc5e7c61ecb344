// The thread that looks after the clients of a bus, so that no worker has to: rebalances, commits, statistics, log
// lines.
#pragma once

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "core/clock.h"

namespace causeway::kafka {

/// Somebody who is looked after.
class Served {
 public:
  /// On the service's thread: when it was woken, and once a second. Never blocks for long.
  virtual void serve() = 0;

 protected:
  ~Served() = default;
};

/// Thread safe.
class ServiceThread {
 public:
  static constexpr Duration kPeriod = std::chrono::seconds(1);

  ServiceThread();
  ~ServiceThread();
  ServiceThread(const ServiceThread&) = delete;
  ServiceThread& operator=(const ServiceThread&) = delete;

  void add(Served& served);
  /// It is not being served any more when this returns. Not from within `serve`.
  void remove(Served& served);
  /// Serves all of them soon. Never blocks: from the callbacks of librdkafka, too.
  void wake() noexcept;

 private:
  void run();

  const int event_fd_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;  // held while somebody is served
  std::vector<Served*> served_;
  std::thread thread_;
};

}  // namespace causeway::kafka
