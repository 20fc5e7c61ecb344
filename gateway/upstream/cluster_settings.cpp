#include "upstream/cluster_settings.h"

#include <algorithm>
#include <cctype>

namespace causeway::upstream {
namespace {

void check_outcome(const OutcomeSettings& outcome, const config::Node& node, config::Reading& reading) {
  const std::uint32_t code = *outcome.code;
  const config::Node* at = node.find("code");
  auto step = reading.enter("code");
  if (outcome.is == CallClass::kSuccess) {
    if (at != nullptr) reading.error(*at, "a success has no code of its own: it is 0");
    return;
  }
  if (at == nullptr) {
    if (outcome.is == CallClass::kBusiness) reading.error(node, "missing \"code\": what callers get", "missing");
    return;
  }
  const bool business = outcome.is == CallClass::kBusiness;
  const std::uint32_t first = business ? 40000 : 50000;
  if (code < first || code >= first + 10000)
    reading.expected(*at, business ? "a code from 40000 to 49989: a business failure is the caller's"
                                   : "a code from 50000 to 59989: a failure of the system");
  else if (code % 100 >= 90)
    reading.error(*at, "codes that end in 90 to 99 are the gateway's own; a system's end in 00 to 89", "conflict");
}

}  // namespace

const config::Keys<EndpointSettings>& EndpointSettings::keys() {
  static const auto keys =
      config::Keys<EndpointSettings>("endpoint")
          .required("address", &EndpointSettings::address, "host:port of the system")
          .optional("weight", &EndpointSettings::weight, "its share of the calls beside the others")
          .range(1, 1000);
  return keys;
}

const config::Keys<OutcomeSettings>& OutcomeSettings::keys() {
  static const auto keys =
      config::Keys<OutcomeSettings>("outcome")
          .required("when", &OutcomeSettings::when,
                    "over the answer's body (`.`) and $status: true where this outcome fits")
          .expression()
          .required("is", &OutcomeSettings::is, "what such an answer is, whatever its HTTP status")
          .optional("code", &OutcomeSettings::code,
                    "what callers get: 4xxxx for a business failure, 5xxxx for one of the system; the first three "
                    "digits are the "
                    "HTTP status, and the last two are 00 to 89")
          .by_default("for system failures the gateway's own code")
          .optional("message", &OutcomeSettings::message, "what callers read; made from the answer's body (`.`)")
          .text_template()
          .optional("details", &OutcomeSettings::details,
                    "further members of the answer's `details`: one {{ expression }} that gives an object")
          .text_template()
          .check(check_outcome);
  return keys;
}

const config::Keys<ClusterSettings>& ClusterSettings::keys() {
  static const auto keys =
      config::Keys<ClusterSettings>("cluster")
          .required("name", &ClusterSettings::name, "how routes name the system")
          .optional("system", &ClusterSettings::system, "how people and the log call the system")
          .by_default("the name in capitals")
          .optional("kind", &ClusterSettings::kind, "internal: one of the company's own; third_party: somebody else's")
          .required("endpoints", &ClusterSettings::endpoints, "addresses of the system")
          .not_empty()
          .optional("load_balancing", &ClusterSettings::load_balancing,
                    "how an endpoint is chosen; round_robin: one after the other, by weight")
          .optional("connect_timeout", &ClusterSettings::connect_timeout, "how long a connection may take to open")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::minutes(5)))
          .optional("timeout", &ClusterSettings::timeout, "the whole call with its retries")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::hours(1)))
          .optional("answers", &ClusterSettings::answers,
                    "raw, or envelope: this system wraps its answers in {code, message, data, details} itself")
          .optional("outcomes", &ClusterSettings::outcomes, "what an answer means; the first that fits decides")
          .later("retry", "per_try_timeout", "circuit_breaker", "limits", "health_check", "outlier_detection",
                 "idempotency", "credentials", "tls")
          .check([](const ClusterSettings& cluster, const config::Node& node, config::Reading& reading) {
            if (cluster.connect_timeout > cluster.timeout && node.find("connect_timeout") != nullptr) {
              auto step = reading.enter("connect_timeout");
              reading.warn(*node.find("connect_timeout"), "longer than `timeout`, within which the whole call must fit",
                           "conflict");
            }
            if (!cluster.endpoints.empty()) return;
            auto step = reading.enter("endpoints");
            reading.error(*node.find("endpoints"), "a cluster needs at least one endpoint");
          });
  return keys;
}

}  // namespace causeway::upstream

namespace causeway::config {

bool Value<upstream::EndpointSettings>::read_into(const Node& node, Reading& reading, upstream::EndpointSettings& out,
                                                  const Range*) {
  out.position = node.position();
  out.path = reading.path();
  if (node.is_mapping()) return upstream::EndpointSettings::keys().read_into(node, reading, out);
  return Value<net::HostPort>::read_into(node, reading, out.address, nullptr);
}

Shape Value<upstream::EndpointSettings>::shape() {
  return either("address, or mapping",
                {Value<net::HostPort>::shape(), struct_of(&view_of<upstream::EndpointSettings>)});
}

}  // namespace causeway::config
