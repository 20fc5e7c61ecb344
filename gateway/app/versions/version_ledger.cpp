#include "app/versions/version_ledger.h"

#include <pthread.h>

#include <algorithm>

#include "config/text_forms.h"
#include "pipeline/recorder.h"

namespace causeway::app {
namespace {

using routing::Lifecycle;
using telemetry::Level;

/// A wall clock that goes ahead of the steady one by more was set.
constexpr Duration kJump = std::chrono::minutes(1);

WallTime wall(std::int64_t milliseconds) { return WallTime(std::chrono::milliseconds(milliseconds)); }
std::string date(WallTime time) { return config::TextForm<WallTime>::format(time); }

}  // namespace

VersionLedger::VersionLedger(store::Store& store, const Clock& clock, telemetry::Metrics& metrics,
                             telemetry::LogThread& log, telemetry::AlertSink& alerts)
    : store_(store),
      clock_(clock),
      metrics_(metrics),
      log_(log),
      alerts_(alerts),
      counter_(metrics, pipeline::requests_table(metrics)),
      watched_until_(clock.wall()),
      watched_steady_(clock.steady()) {}

VersionLedger::~VersionLedger() { stop(); }

Result<> VersionLedger::take(std::shared_ptr<const VersionCatalogue> catalogue, bool durable) {
  std::vector<telemetry::Collected> gauges;
  for (const CatalogueVersion& version : catalogue->versions())
    if (version.settings.sunset)
      gauges.push_back(metrics_.collect_gauge(
          "causeway_version_sunset_timestamp_seconds", "When a version's sunset is, in seconds since 1970.",
          {{"api", version.key.first}, {"version", version.key.second}},
          [at = std::chrono::duration<double>(version.settings.sunset->time_since_epoch()).count()] { return at; }));
  const std::lock_guard lock(mutex_);
  const bool begins = durable && !durable_;
  if (begins) {
    Result<> loaded = load();
    if (!loaded) return loaded;
  }
  catalogue_ = std::move(catalogue);
  counter_.take(*catalogue_);
  // One that leaves and comes back begins anew; what was retired stays so.
  std::erase_if(records_, [&](const auto& entry) {
    const bool left = !entry.second.life.retired_at && !catalogue_->find(entry.first);
    if (left) left_.insert(entry.first);
    return left;
  });
  const WallTime now = clock_.wall();
  for (const CatalogueVersion& version : catalogue_->versions()) begin(version, unix_milliseconds(now));
  if (begins) watch(now, false);  // else the next look does, which knows whether calls were missed
  gauges_ = std::move(gauges);
  return {};
}

Result<> VersionLedger::load() {
  ReadLives read;
  Result<> done = store_.query_blocking(read);
  if (!done) return done;
  durable_ = true;
  for (VersionLife& life : read.lives) {
    Record& record = records_[life.version];
    record.life = std::move(life);
    record.is_new = false;
  }
  for (const ReadLives::LastCall& call : read.last_calls) {
    const auto record = records_.find(call.version);
    if (record != records_.end()) record->second.callers[call.consumer].last_at = call.at;
  }
  if (read.watched_until > 0) watched_until_ = wall(read.watched_until);
  written_until_ = watched_until_;
  watched_steady_ = clock_.steady();
  return {};
}

void VersionLedger::begin(const CatalogueVersion& version, std::int64_t now) {
  const auto [found, is_first] = records_.try_emplace(version.key);
  Record& record = found->second;
  if (is_first) record.life = {version.key, now, now, std::nullopt};
  // A sunset that was moved behind the retirement takes it back.
  const bool moved =
      record.life.retired_at && version.settings.sunset.value_or(WallTime::max()) > wall(*record.life.retired_at);
  if (moved) {
    record.life.retired_at.reset();
    version.state->bring_back();
    record.life.unused_since = now;
    record.is_new = true;
  }
  if (record.life.retired_at) version.state->retire(wall(*record.life.retired_at));
}

void VersionLedger::look() {
  const std::lock_guard one(looking_);
  const WallTime now = clock_.wall();
  const bool saw_all = count(now);
  const bool written = write(now);
  if (written && saw_all) retire_unused(now);
  const std::lock_guard lock(mutex_);
  raise_notices(now);
}

bool VersionLedger::count(WallTime now) {
  const std::lock_guard lock(mutex_);
  const bool missed = std::exchange(blind_, true);  // what is thrown here leaves it so
  note(counter_.collect(), now);
  if (counter_.lost() && !told_lost_) {
    log_.write(Level::kWarn, "version usage is not known in full",
               {{"reason", "causeway_requests_total has more combinations of labels than rows"},
                {"meanwhile", "no version is retired for lack of calls"}});
    told_lost_ = true;
  }
  const bool blind = missed || counter_.lost();
  watch(now, blind);
  blind_ = false;
  return !blind;
}

void VersionLedger::watch(WallTime now, bool blind) {
  const SteadyTime steady = clock_.steady();
  WallTime expected = watched_until_;
  if (!blind) expected += std::chrono::duration_cast<std::chrono::milliseconds>(steady - watched_steady_);
  if (blind || now - expected > kJump) skip(expected, now);
  watched_until_ = now;
  watched_steady_ = steady;
}

void VersionLedger::skip(WallTime from, WallTime to) {
  for (auto& [key, record] : records_) {
    const CatalogueVersion* version = catalogue_->find(key);
    const WallTime sunset = version != nullptr ? version->settings.sunset.value_or(WallTime::max()) : WallTime::min();
    const WallTime since = std::max(wall(record.life.unused_since), sunset);
    if (record.life.retired_at || since >= to) continue;
    record.life.unused_since = unix_milliseconds(since + (to - std::max(from, since)));
    record.is_new = true;
  }
}

void VersionLedger::note(const std::vector<Usage>& usage, WallTime now) {
  const std::int64_t at = unix_milliseconds(now);
  for (const Usage& each : usage) {
    if (durable_) {
      DatedUsage& sum = unwritten_[{day_of(now), each.version, each.route, each.consumer}];
      const std::int64_t calls = sum.usage.calls + each.calls;
      const std::int64_t refused = sum.usage.refused + each.refused;
      sum = {{each.version, each.route, each.consumer, calls, refused}, day_of(now), each.calls > 0 ? at : sum.at};
    }
    const auto record = records_.find(each.version);
    if (record == records_.end()) continue;
    record->second.refused += each.refused;
    if (each.calls == 0) continue;
    Caller& caller = record->second.callers[each.consumer];
    caller.last_at = at;
    caller.calls += each.calls;
    record->second.life.unused_since = at;
    record->second.is_new = true;
  }
}

bool VersionLedger::write(WallTime now) {
  std::unique_lock lock(mutex_);
  if (!durable_) return false;
  WriteLook change(now);
  for (const auto& [key, dated] : unwritten_) change.usage.push_back(dated);
  for (const auto& [key, record] : records_)
    if (record.is_new) change.lives.push_back(record.life);
  change.left = left_;
  change.forget = forgotten_on_ != day_of(now);
  const bool is_news = !change.usage.empty() || !change.lives.empty() || !change.left.empty() || change.forget;
  if (!is_news && now - written_until_ < kWatchPeriod) return true;
  if (!commit(change, lock)) return false;
  settle(change);
  return true;
}

bool VersionLedger::commit(WriteLook& change, std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  const Result<> done = store_.commit_blocking(change);
  lock.lock();
  if (!done && !failing_)
    log_.write(Level::kWarn, "version usage is not written down", {{"until", "the store takes it"}});
  failing_ = !done;
  return done.ok();
}

void VersionLedger::settle(const WriteLook& change) {
  unwritten_.clear();  // only looks add to it, and this one wrote it
  for (const VersionKey& version : change.left) left_.erase(version);
  for (const VersionLife& life : change.lives) {
    const auto record = records_.find(life.version);
    if (record == records_.end()) left_.insert(life.version);  // since it was collected
    else if (record->second.life == life) record->second.is_new = false;
  }
  written_until_ = change.now;
  forgotten_on_ = day_of(change.now);
}

bool VersionLedger::is_unused(const CatalogueVersion& version, WallTime now) const {
  if (version.version->lifecycle(now) != Lifecycle::kSunset) return false;
  const WallTime since = std::max(wall(records_.at(version.key).life.unused_since), *version.settings.sunset);
  return now - since >= version.unused_for();
}

void VersionLedger::retire_unused(WallTime now) {
  std::unique_lock lock(mutex_);
  WriteLook change(now);
  for (const CatalogueVersion& version : catalogue_->versions()) {
    if (!is_unused(version, now)) continue;
    change.lives.push_back(records_.at(version.key).life);
    change.lives.back().retired_at = unix_milliseconds(now);
  }
  if (change.lives.empty() || !commit(change, lock)) return;  // not for a moment only: it is tried again
  for (const VersionLife& life : change.lives) retire(life, now);
}

/// It stands in the store; a configuration that was taken meanwhile may see it otherwise.
void VersionLedger::retire(const VersionLife& life, WallTime now) {
  const CatalogueVersion* version = catalogue_->find(life.version);
  if (version == nullptr) {
    left_.insert(life.version);
    return;
  }
  Record& record = records_.at(life.version);
  if (!is_unused(*version, now)) {
    record.is_new = true;
    return;
  }
  record.life.retired_at = life.retired_at;
  version->state->retire(now);
  log_.write(Level::kInfo, "version retired",
             {{"api", version->key.first},
              {"version", version->key.second},
              {"sunset", date(*version->settings.sunset)},
              {"unused_for", config::TextForm<Duration>::format(version->unused_for())}});
}

void VersionLedger::start() {
  if (thread_.joinable()) return;
  thread_ = std::thread([this] { run(); });
}

void VersionLedger::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(thread_mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void VersionLedger::run() {
  pthread_setname_np(pthread_self(), "versions");
  std::unique_lock lock(thread_mutex_);
  for (bool last = false; !last;) {
    last = wake_.wait_for(lock, kPeriod, [&] { return stopping_; });
    lock.unlock();
    look_safely();
    lock.lock();
  }
}

void VersionLedger::look_safely() {
  std::string problem = "unknown";
  try {
    return look();
  } catch (const std::exception& thrown) {
    problem = thrown.what();
  } catch (...) {
  }
  log_.write(Level::kError, "thread goes on", {{"thread", "versions"}, {"problem", problem}});
}

}  // namespace causeway::app
