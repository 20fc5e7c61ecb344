// Keeps the keys of OAuth providers fresh, beside the calls: one thread fetches them before they are old, at once when
// a token names a key that is not there, and patiently while a provider is away. Until something better comes, the last
// good keys stay.
#pragma once

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "app/oauth/jwks_feed.h"
#include "app/oauth/jwks_fetcher.h"
#include "app/oauth/jwks_schedule.h"
#include "telemetry/log_thread.h"
#include "telemetry/metrics.h"
#include "telemetry/random.h"

namespace causeway::app {

/// Used by whoever starts and reloads, one at a time. Without a provider to fetch from there is no thread.
class JwksRefresher {
 public:
  /// Everything given outlives it.
  JwksRefresher(telemetry::Metrics& metrics, telemetry::LogThread& log, const Clock& clock);
  /// Cuts what is in flight and ends the thread.
  ~JwksRefresher();

  /// The feeds of the configuration that is about to serve. Files are read before it returns; for urls that were never
  /// fetched it waits at most `patience`: a gateway whose provider is away starts all the same.
  void take(std::vector<JwksFeed> feeds, Duration patience);

 private:
  struct Feed {
    std::uint64_t id = 0;
    JwksFeed its;
    JwksSchedule schedule;
    bool tried = false;
    std::array<telemetry::Counter, kFetchResults> results;
    telemetry::Collected age;
  };

  std::unique_ptr<Feed> make_feed(const JwksFeed& its);
  void run();
  void begin_due();
  void begin(Feed& feed);
  void end(Fetched fetched);
  void end(Feed& feed, Fetched fetched);
  Duration until_next() const;

  telemetry::Metrics& metrics_;
  telemetry::LogThread& log_;
  const Clock& clock_;

  std::mutex mutex_;  // of what follows, but for the fetcher, which is the thread's
  std::condition_variable tried_;
  std::vector<std::unique_ptr<Feed>> feeds_;
  std::uint64_t next_id_ = 1;
  telemetry::Shard* shard_ = nullptr;
  telemetry::Random random_ = telemetry::Random::from_system();
  bool stopping_ = false;

  std::unique_ptr<JwksFetcher> fetcher_;
  std::thread thread_;
};

}  // namespace causeway::app
