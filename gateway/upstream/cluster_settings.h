// `clusters:` of the operators' configuration.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "config/keys.h"
#include "config/placed.h"
#include "core/call_class.h"
#include "core/clock.h"
#include "net/address_form.h"
#include "resilience/breaker_settings.h"
#include "upstream/credentials_settings.h"
#include "upstream/health_settings.h"
#include "upstream/limits_settings.h"
#include "upstream/retry_settings.h"
#include "upstream/tls_settings.h"

namespace causeway {

/// `outcomes[].is`.
constexpr auto names(CallClass) {
  return config::table<CallClass>(
      {{"success", CallClass::kSuccess}, {"business", CallClass::kBusiness}, {"system", CallClass::kSystem}});
}

}  // namespace causeway

namespace causeway::upstream {

enum class SystemKind : std::uint8_t { kInternal, kThirdParty };
constexpr auto names(SystemKind) {
  return config::table<SystemKind>({{"internal", SystemKind::kInternal}, {"third_party", SystemKind::kThirdParty}});
}

enum class LoadBalancing : std::uint8_t { kRoundRobin, kLeastRequest };
constexpr auto names(LoadBalancing) {
  return config::table<LoadBalancing>(
      {{"round_robin", LoadBalancing::kRoundRobin}, {"least_request", LoadBalancing::kLeastRequest}});
}

/// What a system's JSON answers are.
enum class Answers : std::uint8_t {
  kRaw,       ///< what it says, as it is
  kEnvelope,  ///< `{code, message, data, details}`: it already wraps
};
constexpr auto names(Answers) {
  return config::table<Answers>({{"raw", Answers::kRaw}, {"envelope", Answers::kEnvelope}});
}

/// `{when: '.errCode == "STOCK_SHORT"', is: business, code: 40001, message: "{{ .errMsg }}", details: "{{ {skuId} }}"}`
struct OutcomeSettings {
  config::Placed<std::string> when;
  CallClass is = CallClass::kBusiness;
  config::Placed<std::uint32_t> code;  ///< 0: none is given
  config::Placed<std::string> message;
  config::Placed<std::string> details;
  static const config::Keys<OutcomeSettings>& keys();
};

/// `"10.0.0.11:8080"`, `"unix:/run/app.sock"` or `{address: "10.0.0.12:8080", weight: 2}`.
struct EndpointSettings {
  net::EndpointName address;
  std::uint32_t weight = 1;
  config::Position position{};  ///< of the whole, for what is found later
  std::string path{};
  static const config::Keys<EndpointSettings>& keys();
};

/// `idempotency: {header: Idempotency-Key, retention: 24h}`: the system does nothing twice that it gets twice under one
/// key, so that calls may be sent to it again.
struct IdempotencySettings {
  std::string header = "Idempotency-Key";
  Duration retention = std::chrono::hours(24);  ///< how long the system remembers a key
  static const config::Keys<IdempotencySettings>& keys();
};

struct ClusterSettings {
  config::Placed<std::string> name;
  std::string system;  ///< as people call it; empty: the name in capitals
  SystemKind kind = SystemKind::kInternal;
  std::vector<EndpointSettings> endpoints;
  std::optional<TlsSettings> tls;                 ///< none: plain text
  std::optional<CredentialSettings> credentials;  ///< none: the system is shown nothing
  LoadBalancing load_balancing = LoadBalancing::kRoundRobin;
  Duration connect_timeout = std::chrono::milliseconds(500);
  Duration timeout = std::chrono::seconds(3);  ///< the whole call with its retries
  std::optional<Duration> per_try_timeout;     ///< of one attempt
  std::optional<RetrySettings> retry;          ///< none: only what is lost with an idle connection is sent again
  resilience::BreakerSettings circuit_breaker;
  LimitsSettings limits;
  std::optional<HealthCheckSettings> health_check;
  std::optional<OutlierSettings> outlier_detection;
  std::optional<IdempotencySettings> idempotency;
  Answers answers = Answers::kRaw;
  std::vector<OutcomeSettings> outcomes;  ///< the first that fits decides
  static const config::Keys<ClusterSettings>& keys();
};

}  // namespace causeway::upstream

template <>
struct causeway::config::Value<causeway::upstream::EndpointSettings> {
  static bool read_into(const Node& node, Reading& reading, upstream::EndpointSettings& out, const Range*);
  static Shape shape();
  static std::string text(const upstream::EndpointSettings&) { return {}; }
};
