#include "alerts/alert_book.h"

#include <algorithm>
#include <set>

#include "core/json_object.h"
#include "core/json_scan.h"

namespace causeway::alerts {
namespace {

using telemetry::Labels;
using telemetry::Level;

std::string to_json(const Labels& labels) {
  JsonObject object;
  for (const auto& [name, value] : labels) object.text(name, value);
  return object.done();
}

Labels from_json(Bytes json) {
  Labels labels;
  for (JsonMembers members(json); members.next();)
    labels.emplace_back(members.key(), json_string_value(members.value()).value_or(""));
  return labels;
}

}  // namespace

class AlertBook::Save final : public store::Change {
 public:
  Save(AlertBook& book, Alerts alerts) : book_(book), alerts_(std::move(alerts)) {}
  Kind kind() const override { return Kind::kUpkeep; }

  Result<> apply(store::Session& session) override {
    for (const auto& [key, alert] : alerts_) {
      const auto& [name, labels] = key;
      tables::fire(session, name, labels, alert.since, alert.updated_at, alert.message);
      if (alert.ended) tables::resolve(session, name, labels, alert.updated_at);
    }
    const WallTime now = book_.clock_.wall();
    tables::forget_resolved(
        session, unix_milliseconds(now - std::chrono::duration_cast<std::chrono::milliseconds>(tables::kMemory)));
    return {};
  }

  void settled(Result<> result) noexcept override {
    if (result) return;
    const std::lock_guard lock(book_.mutex_);
    for (auto& [key, alert] : alerts_) {  // as they are by now
      const auto fires = book_.firing_.find(key);
      book_.unsaved_.try_emplace(key, fires != book_.firing_.end() ? fires->second : alert);
    }
  }

 private:
  AlertBook& book_;
  const Alerts alerts_;
};

AlertBook::AlertBook(store::Store& store, const Clock& clock, telemetry::Metrics& metrics, telemetry::LogThread& log)
    : store_(store), clock_(clock), metrics_(metrics), log_(log) {}

Result<> AlertBook::open() {
  {
    const std::lock_guard lock(mutex_);
    if (durable_) return {};
  }
  ReadFiring read;
  Result<> done = store_.query_blocking(read);
  if (!done) return done;
  std::set<std::string> names;
  {
    const std::lock_guard lock(mutex_);
    durable_ = true;
    unsaved_ = firing_;
    for (const Alert& alert : read.alerts) {
      firing_.try_emplace({alert.name, alert.labels},
                          Firing{from_json(alert.labels), alert.since, alert.updated_at, alert.message, false, 0});
      names.insert(alert.name);
    }
  }
  for (const std::string& name : names) show(name);
  save();
  return {};
}

Result<> AlertBook::list(ReadAlerts& read) const {
  {
    const std::lock_guard lock(mutex_);
    if (!durable_) {
      list_kept(read);
      return {};
    }
  }
  return store_.query_blocking(read);
}

void AlertBook::list_kept(ReadAlerts& read) const {
  const auto place = [](const Alert& alert) { return std::pair(alert.since, alert.id); };
  read.alerts.clear();
  for (const auto& [key, each] : unsaved_) {
    Alert alert{each.id, key.first, key.second, !each.ended, each.since, each.updated_at, each.message, std::nullopt};
    if (read.firing && *read.firing != alert.firing) continue;
    if (!read.name.empty() && read.name != alert.name) continue;
    if (read.after && place(alert) >= std::pair(read.after->since, read.after->id)) continue;
    read.alerts.push_back(std::move(alert));
  }
  std::ranges::sort(read.alerts, std::greater(), place);
  if (read.alerts.size() > read.limit) read.alerts.resize(read.limit);
}

void AlertBook::raise(std::string_view name, Labels labels, std::string message) {
  std::ranges::sort(labels);
  Key key{std::string(name), to_json(labels)};
  const std::int64_t now = unix_milliseconds(clock_.wall());
  bool is_new = false;
  {
    const std::lock_guard lock(mutex_);
    auto found = firing_.find(key);
    is_new = found == firing_.end();
    if (is_new) found = firing_.emplace(key, Firing{std::move(labels), now, now, message, false, ++last_id_}).first;
    const bool reworded = found->second.message != message;
    if (reworded) found->second.updated_at = now;
    found->second.message = message;
    if (is_new || reworded) unsaved_.insert_or_assign(key, found->second);
  }
  if (is_new) {
    show(key.first);
    log_.write(Level::kWarn, "alert", {{"name", name}, {"labels", key.second}, {"message", message}});
  }
  save();
}

void AlertBook::resolve(std::string_view name, Labels labels) {
  std::ranges::sort(labels);
  Key key{std::string(name), to_json(labels)};
  bool ended = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = firing_.find(key);
    ended = found != firing_.end();
    if (ended) {
      found->second.ended = true;
      found->second.updated_at = unix_milliseconds(clock_.wall());
      unsaved_.insert_or_assign(key, std::move(found->second));
      firing_.erase(found);
    }
  }
  if (ended) log_.write(Level::kInfo, "alert resolved", {{"name", name}, {"labels", key.second}});
  save();
}

std::vector<Labels> AlertBook::firing(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  std::vector<Labels> all;
  for (const auto& [key, each] : firing_)
    if (key.first == name) all.push_back(each.labels);
  return all;
}

void AlertBook::save() {
  const std::lock_guard order(saving_);
  Alerts alerts;
  {
    const std::lock_guard lock(mutex_);
    if (!durable_) return;
    alerts.swap(unsaved_);
  }
  if (!alerts.empty()) store_.commit_later(std::make_unique<Save>(*this, std::move(alerts)));
}

void AlertBook::show(const std::string& name) {
  const std::lock_guard lock(gauges_mutex_);
  if (gauges_.contains(name)) return;
  gauges_.emplace(name, metrics_.collect_gauge("causeway_alerts_firing", "Alerts that fire, by name.", {{"name", name}},
                                               [this, name] { return count(name); }));
}

double AlertBook::count(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return static_cast<double>(
      std::ranges::count_if(firing_, [&](const auto& entry) { return entry.first.first == name; }));
}

}  // namespace causeway::alerts
