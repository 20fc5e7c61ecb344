#include "upstream/health_settings.h"

#include <string_view>

#include "net/characters.h"

namespace causeway::upstream {
namespace {

constexpr Duration kShortest = std::chrono::milliseconds(1);

void check_health(const HealthCheckSettings& health, const config::Node& node, config::Reading& reading) {
  const std::size_t query = health.path->find('?');
  const std::string_view path = std::string_view(*health.path).substr(0, query);
  const bool sendable = net::all_of(path, net::kPathByte) && net::all_of(*health.path, net::kQueryByte);
  if (!path.starts_with('/') || !sendable) {
    auto step = reading.enter("path");
    reading.expected(*node.find("path"), "a path such as /health");
  }
  if (health.timeout > health.interval && node.find("timeout") != nullptr) {
    auto step = reading.enter("timeout");
    reading.warn(*node.find("timeout"), "longer than `interval`: a check that hangs delays the next", "conflict");
  }
}

}  // namespace

const config::Keys<HealthCheckSettings>& HealthCheckSettings::keys() {
  static const auto keys =
      config::Keys<HealthCheckSettings>("health check",
                                        "A GET of each endpoint; one that does not answer 2xx gets no calls.")
          .required("path", &HealthCheckSettings::path, "what is asked, such as /health")
          .optional("interval", &HealthCheckSettings::interval, "from one check to the next")
          .range(kShortest, Duration(std::chrono::hours(1)))
          .optional("timeout", &HealthCheckSettings::timeout, "how long an answer may take")
          .range(kShortest, Duration(std::chrono::minutes(5)))
          .optional("healthy", &HealthCheckSettings::healthy, "successes in a row until an endpoint is used again")
          .range(1, 100)
          .optional("unhealthy", &HealthCheckSettings::unhealthy, "failures in a row until an endpoint is left alone")
          .range(1, 100)
          .check(check_health);
  return keys;
}

const config::Keys<OutlierSettings>& OutlierSettings::keys() {
  static const auto keys =
      config::Keys<OutlierSettings>("outlier detection",
                                    "An endpoint whose calls fail again and again gets none for a while.")
          .optional("consecutive_failures", &OutlierSettings::consecutive_failures,
                    "failures of the system in a row until an endpoint is ejected")
          .range(1, 10000)
          .optional("ejection", &OutlierSettings::ejection, "for how long")
          .range(kShortest, Duration(std::chrono::hours(24)))
          .optional("max_ejected", &OutlierSettings::max_ejected,
                    "at most this share of the endpoints at a time; one may always be where there are others");
  return keys;
}

}  // namespace causeway::upstream
