#include "app/versions/version_catalogue.h"

#include <algorithm>

namespace causeway::app {

VersionCatalogue::VersionCatalogue(std::span<const routing::ApiSpec> apis, const pipeline::Snapshot& snapshot,
                                   routing::VersionStates& states, Duration notice)
    : table_(snapshot.routes), notice_(notice) {
  for (std::size_t i = 0; i < apis.size(); ++i) {
    const routing::ApiSettings& api = apis[i].settings;
    const std::span<const routing::Version> built = table_->versions(i);
    std::size_t next = 0;
    for (const auto& [name, settings] : api.versions)  // in the order of `built`
      add({{api.api, name}, settings, &built[next++], states.of(api.api, name)});
  }
  for (const auto& plan : snapshot.plans)
    routes_.emplace(plan->label, CatalogueRoute{plan->context.api, plan->context.name, !plan->context.authenticates});
  for (const security::Consumer& consumer : snapshot.consumers->all())
    contacts_.emplace(consumer.name, consumer.contact);
}

void VersionCatalogue::add(CatalogueVersion version) {
  const auto end_of = [](const CatalogueVersion& each) { return each.settings.sunset.value_or(WallTime::max()); };
  const auto at = std::ranges::lower_bound(versions_, version.key, {}, &CatalogueVersion::key);
  if (at == versions_.end() || at->key != version.key) versions_.insert(at, std::move(version));
  else if (end_of(*at) < end_of(version)) *at = std::move(version);
}

const CatalogueVersion* VersionCatalogue::find(const VersionKey& key) const {
  const auto at = std::ranges::lower_bound(versions_, key, {}, &CatalogueVersion::key);
  return at != versions_.end() && at->key == key ? &*at : nullptr;
}

const std::string* VersionCatalogue::contact_of(std::string_view consumer) const {
  const auto found = contacts_.find(consumer);
  return found == contacts_.end() ? nullptr : &found->second;
}

}  // namespace causeway::app
