// Whom operators have to write to before a version ends.
#include "app/versions/version_ledger.h"
#include "config/text_forms.h"

namespace causeway::app {
namespace {

using routing::Lifecycle;

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

}  // namespace causeway::app
