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

telemetry::Labels labels_of(const VersionKey& version, const std::string& consumer) {
  return {{"api", version.first}, {"consumer", consumer}, {"version", version.second}};
}

std::string notice(const CatalogueVersion& version, const std::string& consumer, const std::string& contact) {
  std::string text = consumer.empty() ? "callers without credentials" : consumer;
  text += consumer.empty() ? " call " : " calls ";
  text += version.key.first + ' ' + version.key.second + ", whose sunset is " + date(*version.settings.sunset);
  if (!version.settings.successor.empty()) text += "; successor: " + version.settings.successor;
  if (!consumer.empty()) text += "; contact: " + (contact.empty() ? "none is configured" : contact);
  return text;
}

}  // namespace

/// What one look has found out.
class VersionLedger::Write final : public store::Change {
 public:
  Write(const std::vector<Usage>& usage, std::vector<VersionLife> lives, const std::set<VersionKey>& left, WallTime now,
        bool forget)
      : usage_(usage), lives_(std::move(lives)), left_(left), now_(now), forget_(forget) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override {
    for (const Usage& usage : usage_) tables::add_usage(session, usage, day_of(now_), unix_milliseconds(now_));
    for (const VersionKey& version : left_) tables::drop_life(session, version);
    for (const VersionLife& life : lives_) tables::put_life(session, life);
    tables::put_watched(session, unix_milliseconds(now_));
    if (forget_) tables::forget_usage(session, day_of(now_) - static_cast<Day>(kUsageMemory.count()));
    return {};
  }

 private:
  const std::vector<Usage>& usage_;
  const std::vector<VersionLife> lives_;
  const std::set<VersionKey>& left_;
  const WallTime now_;
  const bool forget_;
};

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
  if (durable && !durable_) {
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
  watch(now);
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
  const std::lock_guard lock(mutex_);
  const WallTime now = clock_.wall();
  watch(now);
  const std::vector<Usage> usage = counter_.collect();
  note(usage, unix_milliseconds(now));
  const Result<> written = write(usage, now);
  if (written) counter_.settle();
  if (!written && !failing_)
    log_.write(Level::kWarn, "version usage is not written down", {{"until", "the store takes it"}});
  failing_ = !written;
  if (written && durable_) retire_unused(now);
  raise_notices(now);
}

void VersionLedger::watch(WallTime now) {
  const SteadyTime steady = clock_.steady();
  const WallTime expected =
      watched_until_ + std::chrono::duration_cast<std::chrono::milliseconds>(steady - watched_steady_);
  if (now - expected > kJump) skip(expected, now);
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

void VersionLedger::note(const std::vector<Usage>& usage, std::int64_t now) {
  for (const Usage& each : usage) {
    const auto record = records_.find(each.version);
    if (record == records_.end()) continue;
    record->second.refused += each.refused;
    if (each.calls == 0) continue;
    Caller& caller = record->second.callers[each.consumer];
    caller.last_at = now;
    caller.calls += each.calls;
    record->second.life.unused_since = now;
    record->second.is_new = true;
  }
}

Result<> VersionLedger::write(const std::vector<Usage>& usage, WallTime now) {
  if (!durable_) return {};
  std::vector<VersionLife> lives;
  for (const auto& [key, record] : records_)
    if (record.is_new) lives.push_back(record.life);
  const bool forget = forgotten_on_ != day_of(now);
  if (usage.empty() && lives.empty() && left_.empty() && !forget && now - written_until_ < kWatchPeriod) return {};
  Write change(usage, std::move(lives), left_, now, forget);
  Result<> done = store_.commit_blocking(change);
  if (!done) return done;
  for (auto& [key, record] : records_) record.is_new = false;
  left_.clear();
  written_until_ = now;
  forgotten_on_ = day_of(now);
  return {};
}

void VersionLedger::retire_unused(WallTime now) {
  std::vector<const CatalogueVersion*> retired;
  for (const CatalogueVersion& version : catalogue_->versions()) {
    if (version.version->lifecycle(now) != Lifecycle::kSunset) continue;
    Record& record = records_.at(version.key);
    const WallTime since = std::max(wall(record.life.unused_since), *version.settings.sunset);
    if (now - since < version.unused_for()) continue;
    record.life.retired_at = unix_milliseconds(now);
    record.is_new = true;
    retired.push_back(&version);
  }
  if (retired.empty()) return;
  const bool written = write({}, now).ok();
  for (const CatalogueVersion* version : retired) {
    if (!written) {  // not for a moment only: it is tried again
      records_.at(version->key).life.retired_at.reset();
      continue;
    }
    version->state->retire(now);
    log_.write(Level::kInfo, "version retired",
               {{"api", version->key.first},
                {"version", version->key.second},
                {"sunset", date(*version->settings.sunset)},
                {"unused_for", config::TextForm<Duration>::format(version->unused_for())}});
  }
}

void VersionLedger::raise_notices(WallTime now) {
  std::set<telemetry::Labels> wanted;
  for (const CatalogueVersion& version : catalogue_->versions()) {
    if (!version.settings.sunset ||
        now + std::chrono::duration_cast<std::chrono::milliseconds>(catalogue_->notice()) < *version.settings.sunset)
      continue;
    if (version.version->lifecycle(now) == Lifecycle::kRetired) continue;
    for (const auto& [consumer, caller] : records_.at(version.key).callers) {
      if (!keeps_calling(consumer, caller, now)) continue;
      const std::string* contact = catalogue_->contact_of(consumer);
      const telemetry::Labels& labels = *wanted.insert(labels_of(version.key, consumer)).first;
      alerts_.raise(kAlert, labels, notice(version, consumer, contact != nullptr ? *contact : ""));
    }
  }
  for (const telemetry::Labels& labels : alerts_.firing(kAlert))
    if (!wanted.contains(labels)) alerts_.resolve(kAlert, labels);
}

bool VersionLedger::keeps_calling(const std::string& consumer, const Caller& caller, WallTime now) const {
  const bool can_call = consumer.empty() || catalogue_->contact_of(consumer) != nullptr;
  return can_call && caller.last_at > 0 && now - wall(caller.last_at) <= kCallerMemory;
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
    look();
    lock.lock();
  }
}

}  // namespace causeway::app
