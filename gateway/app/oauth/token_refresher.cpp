#include "app/oauth/token_refresher.h"

#include <algorithm>

#include "app/oauth/token_answer.h"
#include "net/percent.h"

namespace causeway::app {
namespace {

/// How soon it is noticed that a system refused a token.
constexpr std::chrono::milliseconds kLook{20};
constexpr Duration kFirstRefresh = std::chrono::minutes(1);

std::string encoded(std::string_view value) {
  std::string text;
  net::append_query_value(text, value);
  return text;
}

FetchRequest request_for(const upstream::TokenRequest& wanted) {
  FetchRequest request;
  request.url = wanted.url;
  request.ca = wanted.ca;
  request.accept = "application/json";
  request.most_bytes = TokenAnswer::kMostBytes;
  request.form = "grant_type=client_credentials";
  if (!wanted.scope.empty()) request.form += "&scope=" + encoded(wanted.scope);
  if (!wanted.audience.empty()) request.form += "&audience=" + encoded(wanted.audience);
  // RFC 6749, 2.3.1: encoded first, so that a colon in the id is no end of it.
  request.user = encoded(wanted.client);
  request.password = encoded(wanted.secret.reveal());
  return request;
}

}  // namespace

TokenRefresher::TokenRefresher(telemetry::Metrics& metrics, telemetry::LogThread& log, const Clock& clock)
    : FetchThread("tokens", kLook, clock), metrics_(metrics), log_(log) {}

TokenRefresher::~TokenRefresher() { stop(); }

void TokenRefresher::take(std::vector<std::shared_ptr<upstream::TokenSource>> sources) {
  std::vector<std::unique_ptr<Feed>> dropped;
  {
    const std::lock_guard lock(mutex_);
    if (sources.empty() && feeds_.empty()) return;
    if (shard_ == nullptr) shard_ = &metrics_.add_shard();
    std::vector<std::unique_ptr<Feed>> taken;
    for (auto& source : sources) {
      const auto known = std::ranges::find_if(feeds_, [&](const auto& each) { return each && each->source == source; });
      taken.push_back(known != feeds_.end() ? std::move(*known) : make_feed(std::move(source)));
    }
    dropped = std::exchange(feeds_, std::move(taken));
    start();
  }
  dropped.clear();  // a scrape that asks one of them may be waited for
}

std::unique_ptr<TokenRefresher::Feed> TokenRefresher::make_feed(std::shared_ptr<upstream::TokenSource> source) {
  const std::string& cluster = source->request().cluster;
  auto feed = std::make_unique<Feed>(
      Feed{.id = next_id_++, .source = source, .schedule = FetchSchedule(kFirstRefresh), .results = {}, .left = {}});
  for (std::size_t i = 0; i < kFetchResults; ++i)
    feed->results[i] = metrics_.counter(
        "causeway_upstream_token_fetches_total", "Times that a token for a system was fetched, by what came of it.",
        {{"cluster", cluster}, {"result", std::string(name(static_cast<FetchResult>(i)))}});
  feed->left = metrics_.collect_gauge("causeway_upstream_token_seconds",
                                      "How long the token for a system still holds; 0 when there is none.",
                                      {{"cluster", cluster}}, [source, &clock = clock_] {
                                        const Duration left = source->holds(clock.steady()).value_or(Duration(0));
                                        return std::max(0.0, std::chrono::duration<double>(left).count());
                                      });
  return feed;
}

SteadyTime TokenRefresher::begin_due(SteadyTime now) {
  SteadyTime next = SteadyTime::max();
  for (const auto& feed : feeds_) {
    if (!feed->schedule.in_flight() && feed->source->take_wish()) feed->schedule.hurry(now);
    if (feed->schedule.is_due(now)) begin(*feed);
    next = std::min(next, feed->schedule.due());
  }
  return next;
}

void TokenRefresher::begin(Feed& feed) {
  feed.schedule.began();
  FetchRequest request = request_for(feed.source->request());
  fetch(feed.id, request);
  config::wipe(request.password);
}

void TokenRefresher::ended(Fetched& fetched) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(feeds_, [&](const auto& feed) { return feed->id == fetched.id; });
  if (found == feeds_.end()) return;  // of an earlier configuration
  Feed& feed = **found;
  if (fetched.result != FetchResult::kOk) {
    const std::string error = fetched.result == FetchResult::kStatus ? refusal_of(fetched.body) : "";
    return end(feed, fetched.result, fetched.problem + (error.empty() ? "" : " " + error));
  }
  TokenAnswer answer = TokenAnswer::read(fetched.body);
  if (!answer.problem.empty()) return end(feed, FetchResult::kUnusable, answer.problem);
  const SteadyTime now = clock_.steady();
  feed.source->take_wish();  // whichever token was refused, this is another
  feed.source->take(answer.token, answer.lifetime, now);
  config::wipe(answer.token);
  feed.schedule.change(renewal(answer.lifetime), now);
  end(feed, FetchResult::kOk, {});
}

void TokenRefresher::end(Feed& feed, FetchResult result, const std::string& problem) {
  shard_->add(feed.results[static_cast<std::size_t>(result)]);
  const SteadyTime now = clock_.steady();
  const std::string& cluster = feed.source->request().cluster;
  if (result == FetchResult::kOk) {
    feed.schedule.succeeded(now, random_.fraction());
    log_.write(telemetry::Level::kInfo, "token taken", {{"cluster", cluster}});
    return;
  }
  feed.schedule.failed(now, random_.fraction());
  feed.source->fail(problem);
  log_.write(telemetry::Level::kWarn, "token not fetched",
             {{"cluster", cluster}, {"reason", name(result)}, {"problem", problem}});
}

}  // namespace causeway::app
