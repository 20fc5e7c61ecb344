// The thread that fetches what has to stay fresh, keys and tokens: it begins what is due, hears what has ended, and
// looks again a while later.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <thread>

#include "app/oauth/http_fetcher.h"
#include "core/clock.h"

namespace causeway::app {

/// Whoever derives from it calls `stop` before its own members go. Without `start` there is no thread.
class FetchThread {
 public:
  FetchThread(const FetchThread&) = delete;
  FetchThread& operator=(const FetchThread&) = delete;

 protected:
  /// `name`: the thread's, a literal of at most 15 characters. It looks for what is due after `look` at the latest.
  FetchThread(const char* name, std::chrono::milliseconds look, const Clock& clock)
      : clock_(clock), name_(name), look_(look) {}
  ~FetchThread() = default;

  /// Starts the thread, or has it look at once.
  void start();
  /// Cuts what is in flight and ends the thread.
  void stop();
  /// On the thread alone.
  void fetch(std::uint64_t id, const FetchRequest& request) { fetcher_->begin(id, request); }

  const Clock& clock_;
  std::mutex mutex_;  ///< of what is fetched

 private:
  /// Begins what is due, under the mutex. When the next will be.
  virtual SteadyTime begin_due(SteadyTime now) = 0;
  /// One has ended; not under the mutex. Its body is wiped afterwards.
  virtual void ended(Fetched& fetched) = 0;

  void run();

  const char* const name_;
  const std::chrono::milliseconds look_;
  bool stopping_ = false;  // under the mutex
  std::unique_ptr<HttpFetcher> fetcher_;
  std::thread thread_;
};

}  // namespace causeway::app
