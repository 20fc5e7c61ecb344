// What operators see of the record.
#include <algorithm>

#include "app/versions/version_ledger.h"

namespace causeway::app {
namespace {

std::optional<std::int64_t> milliseconds(const std::optional<WallTime>& time) {
  if (!time) return std::nullopt;
  return unix_milliseconds(*time);
}

admin::VersionView view_of(const CatalogueVersion& version, WallTime now) {
  admin::VersionView view;
  std::tie(view.api, view.version) = version.key;
  view.state = config::name_of(version.version->lifecycle(now));
  view.released = unix_milliseconds(version.settings.released);
  view.deprecated = milliseconds(version.settings.deprecated);
  view.sunset = milliseconds(version.settings.sunset);
  view.successor = version.settings.successor;
  view.guide = version.settings.guide;
  view.retire = config::name_of(version.settings.retire);
  view.unused_for = std::chrono::duration_cast<std::chrono::seconds>(version.unused_for());
  return view;
}

}  // namespace

Result<std::vector<admin::VersionView>> VersionLedger::versions(int days) {
  std::unique_lock lock(mutex_);
  const WallTime now = clock_.wall();
  const std::shared_ptr<const VersionCatalogue> catalogue = catalogue_;
  std::vector<admin::VersionView> views;
  for (const CatalogueVersion& version : catalogue->versions()) {
    admin::VersionView view = view_of(version, now);
    const VersionLife& life = records_.at(version.key).life;
    if (durable_) view.unused_since = life.unused_since;
    view.retired_at = life.retired_at;
    views.push_back(std::move(view));
  }
  SumUsage read;
  read.since = day_of(now) - days + 1;
  const bool durable = durable_;
  if (!durable) read.rows = sums();
  lock.unlock();
  if (durable) {
    Result<> done = store_.query_blocking(read);
    if (!done) return std::move(done.error());
  }
  for (const SumUsage::Row& row : read.rows) {
    const auto view = std::ranges::find_if(
        views, [&](const auto& each) { return each.api == row.version.first && each.version == row.version.second; });
    if (view == views.end()) continue;
    view->calls += row.calls;
    view->refused += row.refused;
    if (row.last_at == 0) continue;
    const std::string* contact = catalogue->contact_of(row.consumer);
    view->consumers.push_back({row.consumer, contact != nullptr ? *contact : "", row.calls, row.last_at});
  }
  return views;
}

/// As the store would say it.
std::vector<SumUsage::Row> VersionLedger::sums() const {
  std::vector<SumUsage::Row> rows;
  for (const auto& [key, record] : records_) {
    const auto first = static_cast<std::ptrdiff_t>(rows.size());
    for (const auto& [consumer, caller] : record.callers)
      rows.push_back({key, consumer, caller.calls, 0, caller.last_at});
    std::ranges::sort(rows.begin() + first, rows.end(), std::greater(), &SumUsage::Row::last_at);
    if (record.refused > 0) rows.push_back({key, "", 0, record.refused, 0});
  }
  return rows;
}

Result<std::vector<admin::UsageRow>> VersionLedger::usage(const admin::UsageQuestion& question) {
  {
    const std::lock_guard lock(mutex_);
    if (!durable_) return std::vector<admin::UsageRow>();
  }
  ReadUsage read(question);
  Result<> done = store_.query_blocking(read);
  if (!done) return std::move(done.error());
  return std::move(read.rows);
}

}  // namespace causeway::app
