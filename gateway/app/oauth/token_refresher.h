// Keeps the tokens fresh that systems are shown (`credentials: {oauth: …}`), beside the calls: one thread fetches them
// when a configuration names them, again before they end, at once when a system refuses one, and patiently while an
// endpoint is away. Until something better comes, the last good token stays.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "app/oauth/fetch_schedule.h"
#include "app/oauth/fetch_thread.h"
#include "telemetry/log_thread.h"
#include "telemetry/metrics.h"
#include "telemetry/random.h"
#include "upstream/token_source.h"

namespace causeway::app {

/// Used by whoever starts and reloads, one at a time. Without a source there is no thread.
class TokenRefresher final : private FetchThread {
 public:
  /// Everything given outlives it.
  TokenRefresher(telemetry::Metrics& metrics, telemetry::LogThread& log, const Clock& clock);
  /// Cuts what is in flight and ends the thread.
  ~TokenRefresher();

  /// Those of the configuration that is about to serve. Does not wait: calls wait for a first token by themselves.
  void take(std::vector<std::shared_ptr<upstream::TokenSource>> sources);

 private:
  struct Feed {
    std::uint64_t id = 0;
    std::shared_ptr<upstream::TokenSource> source;
    FetchSchedule schedule;
    std::array<telemetry::Counter, kFetchResults> results;
    telemetry::Collected left;
  };

  std::unique_ptr<Feed> make_feed(std::shared_ptr<upstream::TokenSource> source);
  SteadyTime begin_due(SteadyTime now) override;
  void ended(Fetched& fetched) override;
  void begin(Feed& feed);
  void end(Feed& feed, FetchResult result, const std::string& problem);

  telemetry::Metrics& metrics_;
  telemetry::LogThread& log_;

  // Under the mutex.
  std::vector<std::unique_ptr<Feed>> feeds_;
  std::uint64_t next_id_ = 1;
  telemetry::Shard* shard_ = nullptr;
  telemetry::Random random_ = telemetry::Random::from_system();
};

}  // namespace causeway::app
