#include "upstream/cluster_settings.h"

#include <algorithm>
#include <cctype>

#include "net/characters.h"
#include "net/header_rules.h"
#include "net/tls_client.h"

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

/// The attempts and the waits between them must fit into the call's time, or the last of them are never made.
void check_retry_fits(const ClusterSettings& cluster, const config::Node& node, config::Reading& reading) {
  if (!cluster.retry || cluster.retry->max_attempts < 2) return;
  const RetrySettings& retry = *cluster.retry;
  Duration needed = cluster.per_try_timeout.value_or(Duration(0)) * retry.max_attempts;
  for (std::uint32_t failures = 1; failures < retry.max_attempts; ++failures) needed += backoff(retry, failures, 0);
  if (needed <= cluster.timeout) return;
  const config::Node* const at = node.find("retry");
  auto step = reading.enter("retry");
  reading.warn(at != nullptr ? *at : node,
               "max_attempts (" + std::to_string(retry.max_attempts) + ") with their waits need " +
                   config::TextForm<Duration>::format(needed) + ", and `timeout` is " +
                   config::TextForm<Duration>::format(cluster.timeout) + ": the last are never made",
               "conflict");
}

/// What a certificate must be for is the endpoint's host, unless it is said.
void check_tls_fits(const ClusterSettings& cluster, const config::Node& node, config::Reading& reading) {
  const config::Node* const at = node.find("tls");
  auto step = reading.enter("tls");
  if (at != nullptr && at->is_null())
    reading.warn(*at,
                 "nothing is said, so the system is called in plain text; {} is TLS with the machine's authorities",
                 "conflict");
  if (!cluster.tls || !cluster.tls->server_name.empty()) return;
  for (const EndpointSettings& endpoint : cluster.endpoints) {
    if (endpoint.address.local())
      return reading.error(*at, "a unix socket has no host name: needs `server_name`", "missing");
    if (!net::is_server_name(endpoint.address.host))
      return reading.error(*at, "no certificate can be for " + config::quote(endpoint.address.host), "invalid");
  }
}

}  // namespace

const config::Keys<IdempotencySettings>& IdempotencySettings::keys() {
  static const auto keys =
      config::Keys<IdempotencySettings>("idempotency of a system")
          .optional("header", &IdempotencySettings::header,
                    "the field that carries the key, the same over all attempts")
          .optional("retention", &IdempotencySettings::retention, "how long the system remembers a key")
          .range(Duration(std::chrono::seconds(1)), Duration(std::chrono::hours(24 * 365)))
          .check([](const IdempotencySettings& idempotency, const config::Node& node, config::Reading& reading) {
            auto step = reading.enter("header");
            const config::Node* const at = node.find("header");
            if (idempotency.header.empty() || !net::all_of(idempotency.header, net::kToken))
              reading.expected(*at, "the name of a field such as Idempotency-Key");
            else if (at != nullptr && !net::is_configurable(idempotency.header))
              reading.error(*at, "the field " + idempotency.header + " is the gateway's own, or the connection's",
                            "conflict");
          });
  return keys;
}

const config::Keys<EndpointSettings>& EndpointSettings::keys() {
  static const auto keys =
      config::Keys<EndpointSettings>("endpoint")
          .required("address", &EndpointSettings::address, "host:port of the system, or unix:/path")
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
          .optional("tls", &ClusterSettings::tls, "the system is called over TLS; {} where nothing more is to be said")
          .by_default("off")
          .optional("credentials", &ClusterSettings::credentials, "what the system is shown")
          .by_default("nothing")
          .optional(
              "load_balancing", &ClusterSettings::load_balancing,
              "how an endpoint is chosen; round_robin: one after the other, by weight; least_request: the one with the "
              "fewest calls in flight for its weight")
          .optional("connect_timeout", &ClusterSettings::connect_timeout, "how long a connection may take to open")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::minutes(5)))
          .optional("timeout", &ClusterSettings::timeout, "the whole call with its retries")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::hours(1)))
          .optional("per_try_timeout", &ClusterSettings::per_try_timeout, "one attempt")
          .by_default("what is left of `timeout`")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::hours(1)))
          .optional("retry", &ClusterSettings::retry, "when a call is tried again")
          .by_default("not at all, but for what is lost with an idle connection or never left")
          .optional("circuit_breaker", &ClusterSettings::circuit_breaker,
                    "when callers are turned away at once (50390), so that a system that fails can recover")
          .optional("limits", &ClusterSettings::limits, "what the system can bear")
          .optional("health_check", &ClusterSettings::health_check, "a question that each endpoint is asked regularly")
          .by_default("none")
          .optional("outlier_detection", &ClusterSettings::outlier_detection,
                    "when an endpoint whose calls fail gets no more of them for a while")
          .by_default("off")
          .optional("idempotency", &ClusterSettings::idempotency,
                    "the system does once what it gets twice under one key, so that calls may be sent to it again")
          .by_default("it does not")
          .optional("answers", &ClusterSettings::answers,
                    "raw, or envelope: this system wraps its answers in {code, message, data, details} itself")
          .optional("outcomes", &ClusterSettings::outcomes, "what an answer means; the first that fits decides")
          .check([](const ClusterSettings& cluster, const config::Node& node, config::Reading& reading) {
            if (cluster.connect_timeout > cluster.timeout && node.find("connect_timeout") != nullptr) {
              auto step = reading.enter("connect_timeout");
              reading.warn(*node.find("connect_timeout"), "longer than `timeout`, within which the whole call must fit",
                           "conflict");
            }
            check_retry_fits(cluster, node, reading);
            check_tls_fits(cluster, node, reading);
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
  return Value<net::EndpointName>::read_into(node, reading, out.address, nullptr);
}

Shape Value<upstream::EndpointSettings>::shape() {
  return either("address, or mapping",
                {Value<net::EndpointName>::shape(), struct_of(&view_of<upstream::EndpointSettings>)});
}

}  // namespace causeway::config
