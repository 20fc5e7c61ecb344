// Keeps the keys of OAuth providers fresh, beside the calls: one thread fetches them before they are old, at once when
// a token names a key that is not there, and patiently while a provider is away. Until something better comes, the last
// good keys stay.
#pragma once

#include <array>
#include <condition_variable>
#include <memory>
#include <vector>

#include "app/oauth/fetch_schedule.h"
#include "app/oauth/fetch_thread.h"
#include "app/oauth/jwks_feed.h"
#include "telemetry/log_thread.h"
#include "telemetry/metrics.h"
#include "telemetry/random.h"

namespace causeway::app {

/// Used by whoever starts and reloads, one at a time. Without a provider to fetch from there is no thread.
class JwksRefresher final : private FetchThread {
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
    FetchSchedule schedule;
    bool tried = false;
    std::array<telemetry::Counter, kFetchResults> results;
    telemetry::Collected age;
  };

  std::unique_ptr<Feed> make_feed(const JwksFeed& its);
  SteadyTime begin_due(SteadyTime now) override;
  void ended(Fetched& fetched) override;
  void begin(Feed& feed);
  void end(Feed& feed, Fetched fetched);

  telemetry::Metrics& metrics_;
  telemetry::LogThread& log_;

  // Under the mutex.
  std::condition_variable tried_;
  std::vector<std::unique_ptr<Feed>> feeds_;
  std::uint64_t next_id_ = 1;
  telemetry::Shard* shard_ = nullptr;
  telemetry::Random random_ = telemetry::Random::from_system();
};

}  // namespace causeway::app
