#include "app/oauth/jwks_refresher.h"

#include <algorithm>

#include "security/oauth/key_set.h"

namespace causeway::app {
namespace {

/// How soon a token with an unknown kid is noticed.
constexpr std::chrono::milliseconds kLook{100};

}  // namespace

JwksRefresher::JwksRefresher(telemetry::Metrics& metrics, telemetry::LogThread& log, const Clock& clock)
    : FetchThread("keys", kLook, clock), metrics_(metrics), log_(log) {}

JwksRefresher::~JwksRefresher() { stop(); }

void JwksRefresher::take(std::vector<JwksFeed> feeds, Duration patience) {
  std::unique_lock lock(mutex_);
  if (feeds.empty() && feeds_.empty()) return;
  if (shard_ == nullptr) shard_ = &metrics_.add_shard();
  std::vector<std::unique_ptr<Feed>> taken;
  for (JwksFeed& feed : feeds) {
    const auto known = std::ranges::find_if(feeds_, [&](const auto& each) { return each->its.source == feed.source; });
    if (known != feeds_.end()) {
      (*known)->its = feed;
      (*known)->schedule.change(feed.settings.refresh, clock_.steady());
      taken.push_back(std::move(*known));
      feeds_.erase(known);
    } else {
      taken.push_back(make_feed(feed));
    }
    if (feed.settings.file) begin(*taken.back());
  }
  std::vector<std::unique_ptr<Feed>> dropped = std::exchange(feeds_, std::move(taken));
  start();
  tried_.wait_for(lock, patience, [&] { return std::ranges::all_of(feeds_, &Feed::tried); });
  for (const auto& feed : feeds_)
    if (!feed->tried)
      log_.write(telemetry::Level::kWarn, "keys not there yet", {{"provider", feed->its.source->provider()}});
  lock.unlock();  // a scrape that is asking a dropped feed for its age may be waited for
  dropped.clear();
}

std::unique_ptr<JwksRefresher::Feed> JwksRefresher::make_feed(const JwksFeed& its) {
  const std::string& provider = its.source->provider();
  auto feed = std::make_unique<Feed>(
      Feed{.id = next_id_++, .its = its, .schedule = FetchSchedule(its.settings.refresh), .results = {}, .age = {}});
  for (std::size_t i = 0; i < kFetchResults; ++i)
    feed->results[i] = metrics_.counter(
        "causeway_jwks_refresh_total", "Times that a provider's keys were fetched, by what came of it.",
        {{"provider", provider}, {"result", std::string(name(static_cast<FetchResult>(i)))}});
  feed->age = metrics_.collect_gauge("causeway_jwks_age_seconds",
                                     "Since a provider's keys were last fetched; +Inf when they never were.",
                                     {{"provider", provider}}, [source = its.source, &clock = clock_] {
                                       const auto at = source->state().fetched_at;
                                       return at ? std::chrono::duration<double>(clock.steady() - *at).count()
                                                 : std::numeric_limits<double>::infinity();
                                     });
  return feed;
}

SteadyTime JwksRefresher::begin_due(SteadyTime now) {
  SteadyTime next = SteadyTime::max();
  for (const auto& feed : feeds_) {
    if (!feed->schedule.in_flight() && feed->its.source->take_request(now)) feed->schedule.hurry(now);
    if (feed->schedule.is_due(now)) begin(*feed);
    next = std::min(next, feed->schedule.due());
  }
  return next;
}

void JwksRefresher::begin(Feed& feed) {
  feed.schedule.began();
  const security::JwksSettings& settings = feed.its.settings;
  if (settings.url) {
    fetch(feed.id, {.url = settings.url->value,
                    .ca = settings.ca ? settings.ca->value : std::filesystem::path(),
                    .accept = "application/jwk-set+json, application/json",
                    .most_bytes = security::KeySet::kMostBytes});
    return;
  }
  JwksText read = read_jwks_file(settings.file->value);
  Fetched fetched{.id = feed.id, .body = std::move(read.text), .problem = std::move(read.problem)};
  if (!fetched.problem.empty()) fetched.result = FetchResult::kUnreachable;
  end(feed, std::move(fetched));
}

void JwksRefresher::ended(Fetched& fetched) {
  const std::lock_guard lock(mutex_);
  for (const auto& feed : feeds_)
    if (feed->id == fetched.id) return end(*feed, std::move(fetched));
}

void JwksRefresher::end(Feed& feed, Fetched fetched) {
  security::KeySource& source = *feed.its.source;
  const SteadyTime now = clock_.steady();
  std::vector<std::string> skipped;
  const std::uint64_t before = source.version();
  if (fetched.result == FetchResult::kOk) {
    fetched.problem = source.accept(fetched.body, now, &skipped);
    if (!fetched.problem.empty()) fetched.result = FetchResult::kUnusable;
  } else {
    source.failed(fetched.problem, now);
  }
  shard_->add(feed.results[static_cast<std::size_t>(fetched.result)]);
  const bool ok = fetched.result == FetchResult::kOk;
  if (ok) feed.schedule.succeeded(now, random_.fraction());
  else feed.schedule.failed(now, random_.fraction());
  feed.tried = true;
  tried_.notify_all();

  const std::string& provider = source.provider();
  if (!ok) {
    log_.write(telemetry::Level::kWarn, "keys not fetched",
               {{"provider", provider}, {"reason", name(fetched.result)}, {"problem", fetched.problem}});
  } else if (source.version() != before) {
    log_.write(telemetry::Level::kInfo, "keys taken",
               {{"provider", provider}, {"keys", std::to_string(source.state().keys)}});
    for (const std::string& what : skipped)
      log_.write(telemetry::Level::kWarn, "key not used", {{"provider", provider}, {"problem", what}});
  }
}

}  // namespace causeway::app
