#include "upstream/cluster_settings.h"

#include <algorithm>
#include <cctype>

namespace causeway::upstream {

const config::Keys<EndpointSettings>& EndpointSettings::keys() {
  static const auto keys =
      config::Keys<EndpointSettings>("endpoint")
          .required("address", &EndpointSettings::address, "host:port of the system")
          .optional("weight", &EndpointSettings::weight, "its share of the calls beside the others")
          .range(1, 1000);
  return keys;
}

const config::Keys<ClusterSettings>& ClusterSettings::keys() {
  static const auto keys =
      config::Keys<ClusterSettings>("cluster")
          .required("name", &ClusterSettings::name, "how routes name the system")
          .optional("system", &ClusterSettings::system,
                    "how people and the log call the system; default: the name in capitals")
          .optional("kind", &ClusterSettings::kind, "internal, or third_party: somebody else's")
          .required("endpoints", &ClusterSettings::endpoints, "addresses of the system")
          .optional("load_balancing", &ClusterSettings::load_balancing, "how an endpoint is chosen")
          .optional("connect_timeout", &ClusterSettings::connect_timeout, "how long a connection may take to open")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::minutes(5)))
          .optional("timeout", &ClusterSettings::timeout, "the whole call with its retries")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::hours(1)))
          .later("retry", "per_try_timeout", "circuit_breaker", "limits", "health_check", "outlier_detection",
                 "idempotency", "answers", "outcomes", "credentials", "tls")
          .check([](const ClusterSettings& cluster, const config::Node& node, config::Reading& reading) {
            if (cluster.endpoints.empty()) reading.error(node, "endpoints: a cluster needs one at least");
          });
  return keys;
}

}  // namespace causeway::upstream

namespace causeway::config {

bool Value<upstream::EndpointSettings>::read_into(const Node& node, Reading& reading, upstream::EndpointSettings& out,
                                                  const Range*) {
  if (node.is_mapping()) return upstream::EndpointSettings::keys().read_into(node, reading, out);
  return Value<net::HostPort>::read_into(node, reading, out.address, nullptr);
}

}  // namespace causeway::config
