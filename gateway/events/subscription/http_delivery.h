// `deliver: {http: {…}}`: the call that tells a system about an event.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/keys.h"
#include "config/placed.h"
#include "upstream/cluster.h"

namespace causeway::events {

using Clusters = std::map<std::string, std::shared_ptr<const upstream::Cluster>, std::less<>>;

struct HttpDeliverySettings {
  config::Placed<std::string> cluster;
  std::string method = "POST";
  config::Placed<std::string> path;  ///< literal; empty: /
  std::map<std::string, config::Placed<std::string>> query;
  std::map<std::string, config::Placed<std::string>> headers;
  std::optional<Duration> timeout;
  std::string operation;
  static const config::Keys<HttpDeliverySettings>& keys();
};

/// Everything about the call that is the same for every event. Immutable; part of a configuration.
struct DeliveryTarget {
  std::shared_ptr<const upstream::Cluster> cluster;
  net::Method method = net::Method::kPost;
  std::string target;  ///< path and query, as they stand in the request line
  std::vector<std::pair<std::string, std::string>> headers;
  Duration timeout{};  ///< of one attempt, its answer included
  Duration connect_timeout{};
  std::string operation;  ///< what the log calls it
  std::string text;       ///< for people: `POST wms /outbound-orders`
};

/// Reads `deliver` and resolves its cluster. `fallback_operation` is the subscription's name. What is wrong goes to
/// `errors`; a cluster that is in the map as null was reported by whoever put it there.
DeliveryTarget build_target(const config::Deferred& deliver, const std::string& fallback_operation,
                            const Clusters& clusters, config::Errors& errors);

}  // namespace causeway::events
