#include "app/reload/configurations.h"

#include <algorithm>

#include "app/reload/yaml_dump.h"

namespace causeway::app {
namespace {

/// Two dumps, whose secrets look alike.
Difference between_dumps(const std::string& before, const std::string& after, const Fingerprints& fingerprints) {
  const config::FilesRead none;
  const auto effective = [&](const std::string& yaml) { return Effective::of(read_dump(yaml), none, fingerprints); };
  return Difference::between(effective(before), effective(after));
}

}  // namespace

Result<std::optional<admin::ConfigVersion>> Configurations::last_stored() const {
  ReadConfig read;
  if (!store_.is_open()) return std::move(read.row);
  if (Result<> done = store_.query_blocking(read); !done) return std::move(done.error());
  return std::move(read.row);
}

Result<> Configurations::make_offer(const config::Documents& documents, const config::FilesRead& files,
                                    std::string_view author, std::string_view reason, Offer& offer) {
  offer.effective = Effective::of(documents, files, fingerprints_);
  offer.row.yaml = masked_yaml(documents);
  offer.row.hash = offer.effective.hash();
  offer.row.taken_at = unix_milliseconds(clock_.wall());
  offer.row.author = author;
  offer.row.reason = reason;
  if (effective_) {
    offer.difference = Difference::between(*effective_, offer.effective);
    offer.fresh = !offer.difference.empty();
  } else {
    Result<std::optional<admin::ConfigVersion>> stored = last_stored();
    if (!stored) return std::move(stored.error());
    const std::optional<admin::ConfigVersion> last = std::move(*stored);
    offer.fresh = !last || last->hash != offer.row.hash;
    if (!last) offer.difference = Difference::between(Effective(), offer.effective);
    else if (offer.fresh) offer.difference = between_dumps(last->yaml, offer.row.yaml, fingerprints_);
    else offer.row = *last;  // a restart is no new version
  }
  if (!offer.fresh) return {};
  const auto count = [](const auto& list) { return static_cast<std::int64_t>(list.size()); };
  offer.row.added = count(offer.difference.added);
  offer.row.removed = count(offer.difference.removed);
  offer.row.changed = count(offer.difference.changed);
  offer.row.diff = '{' + offer.difference.to_json() + '}';
  offer.record.emplace(offer.row, current().version);
  return {};
}

void Configurations::take(Offer offer) {
  const bool first = !effective_.has_value();
  effective_ = std::move(offer.effective);
  const std::lock_guard lock(mutex_);
  if (!offer.fresh && !first) return;  // when and by whom stays what it was
  const std::int64_t before = current_.version;
  current_ = std::move(offer.row);
  if (!offer.fresh) return;
  current_.version = store_.is_open() ? offer.record->version() : before + 1;
  if (store_.is_open()) return current_.diff.clear();
  remembered_.push_front(current_);
  std::int64_t size = 0;
  const auto fits = [&](const admin::ConfigVersion& each) {
    return (size += static_cast<std::int64_t>(each.yaml.size() + each.diff.size())) <= kKeptBytes;
  };
  const auto end = std::ranges::find_if_not(remembered_.begin() + 1, remembered_.end(), fits);
  remembered_.erase(end, remembered_.end());
  if (remembered_.size() > static_cast<std::size_t>(kKeptVersions)) remembered_.resize(kKeptVersions);
}

admin::ConfigVersion Configurations::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

Result<std::vector<admin::ConfigVersion>> Configurations::history(std::int64_t before, std::size_t limit) const {
  if (store_.is_open()) {
    ReadConfigs read;
    read.before = before;
    read.limit = limit;
    if (Result<> done = store_.query_blocking(read); !done) return std::move(done.error());
    return std::move(read.rows);
  }
  const std::lock_guard lock(mutex_);
  std::vector<admin::ConfigVersion> found;
  for (const admin::ConfigVersion& each : remembered_)
    if ((before == 0 || each.version < before) && found.size() < limit) found.push_back(each);
  return found;
}

Result<admin::ConfigVersion> Configurations::version(std::int64_t number) const {
  if (store_.is_open()) {
    ReadConfig read;
    read.version = number;
    if (Result<> done = store_.query_blocking(read); !done) return std::move(done.error());
    if (!read.row) return Error(Code::kNoSuchThing);
    return std::move(*read.row);
  }
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(remembered_, number, &admin::ConfigVersion::version);
  if (found == remembered_.end()) return Error(Code::kNoSuchThing);
  return *found;
}

}  // namespace causeway::app
