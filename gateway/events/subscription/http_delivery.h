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
#include "expression/template.h"
#include "upstream/cluster.h"

namespace causeway::events {

using Clusters = std::map<std::string, std::shared_ptr<const upstream::Cluster>, std::less<>>;

struct HttpDeliverySettings {
  config::Placed<std::string> cluster;
  std::string method = "POST";
  config::Placed<std::string> path;  ///< empty: /
  std::map<std::string, config::Placed<std::string>> query;
  std::map<std::string, config::Placed<std::string>> headers;
  config::Placed<std::string> body;  ///< empty: what is to be sent as it is
  std::optional<Duration> timeout;
  std::string operation;
  static const config::Keys<HttpDeliverySettings>& keys();
};

/// What `deliver` may name.
const std::vector<config::Choice>& describe_deliveries();

/// The call as the configuration has it. Its templates see what is sent as `.` and the event as $event. Immutable.
struct DeliveryTarget {
  using Named = std::vector<std::pair<std::string, expression::Template>>;

  std::shared_ptr<const upstream::Cluster> cluster;
  net::Method method = net::Method::kPost;
  expression::Template path;
  Named query;  ///< names encoded
  Named headers;
  std::optional<expression::Template> body;  ///< `.` is what it would be without it
  Duration timeout{};                        ///< of one attempt, its answer included
  Duration connect_timeout{};
  std::string operation;                                        ///< what the log calls it
  std::string text;                                             ///< for people: `POST wms /outbound-orders`
  std::shared_ptr<const expression::Surroundings> expressions;  ///< of its templates; null: the defaults
};

/// Reads `deliver` and resolves its cluster. `fallback_operation` is the subscription's name. What is wrong goes to
/// `errors`; a cluster that is in the map as null was reported by whoever put it there.
DeliveryTarget build_target(const config::Deferred& deliver, const std::string& fallback_operation,
                            const Clusters& clusters, config::Errors& errors);

}  // namespace causeway::events
