// What one configuration says about versions, in the form that their record needs: which there are, which route is
// whose, and whom to write to.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/snapshot.h"
#include "routing/route_table.h"
#include "routing/settings.h"
#include "telemetry/labels.h"

namespace causeway::app {

/// api, version.
using VersionKey = std::pair<std::string, std::string>;

struct CatalogueVersion {
  VersionKey key;
  routing::VersionSettings settings;
  const routing::Version* version = nullptr;     ///< of the catalogue's table
  std::shared_ptr<routing::VersionState> state;  ///< of the process
  Duration unused_for() const { return settings.unused_for.value_or(routing::VersionSettings::kUnusedFor); }
};

/// Of which API a route is, for the labels of causeway_requests_total.
struct CatalogueRoute {
  std::string api;
  std::string name;
  bool anonymous = false;  ///< `auth: none`: a call without a consumer is a call all the same
};

/// Immutable, thread safe.
class VersionCatalogue {
 public:
  VersionCatalogue() = default;
  /// `apis` are those that the snapshot's table was built from.
  VersionCatalogue(std::span<const routing::ApiSpec> apis, const pipeline::Snapshot& snapshot,
                   routing::VersionStates& states, Duration notice);

  /// Ascending by key. Where two files have a version of one API, it stands here once: with the later sunset.
  std::span<const CatalogueVersion> versions() const { return versions_; }
  const CatalogueVersion* find(const VersionKey& key) const;
  const std::map<telemetry::LabelId, CatalogueRoute>& routes() const { return routes_; }
  /// Null when the configuration has no such consumer.
  const std::string* contact_of(std::string_view consumer) const;
  Duration notice() const { return notice_; }

 private:
  void add(CatalogueVersion version);

  std::shared_ptr<const routing::RouteTable> table_;  ///< keeps its versions
  std::vector<CatalogueVersion> versions_;
  std::map<telemetry::LabelId, CatalogueRoute> routes_;
  std::map<std::string, std::string, std::less<>> contacts_;
  Duration notice_{};
};

}  // namespace causeway::app
