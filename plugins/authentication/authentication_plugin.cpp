#include "plugins/authentication/authentication_plugin.h"

#include <algorithm>

namespace causeway::plugins {
namespace {

constexpr net::HeaderId kCredentialHeaders[] = {net::HeaderId::kAuthorization, net::HeaderId::kXApiKey,
                                                net::HeaderId::kXSignature,    net::HeaderId::kXTimestamp,
                                                net::HeaderId::kXNonce,        net::HeaderId::kXContentSha256};

/// Two kinds of credentials, or one header twice: whoever reads it could pick either.
const char* ambiguous(const net::Headers& headers) {
  for (const net::HeaderId id : kCredentialHeaders)
    if (headers.count(id) > 1) return "doubled_credentials";
  const bool authorization =
      headers.contains(net::HeaderId::kAuthorization) || headers.contains(net::HeaderId::kXSignature);
  if (authorization && headers.contains(net::HeaderId::kXApiKey)) return "two_kinds_of_credentials";
  return nullptr;
}

bool shows_anything(const net::Headers& headers) {
  return headers.contains(net::HeaderId::kAuthorization) || headers.contains(net::HeaderId::kXApiKey) ||
         headers.contains(net::HeaderId::kXSignature);
}

Error refusal(Code code, const char* reason) {
  Error error(code);
  error.info().reason = reason;
  return error;
}

}  // namespace

AuthenticationMetrics::AuthenticationMetrics(telemetry::Metrics& metrics)
    : failures(metrics.counter_table("causeway_auth_failures_total",
                                     "Calls that could not prove who they are, by reason.", {"scheme", "reason"})),
      no_scheme(metrics.intern("none")) {
  for (const char* text :
       {"doubled_credentials", "two_kinds_of_credentials", "no_credentials", "scheme_not_allowed", "missing_key",
        "missing_timestamp", "missing_signature", "bad_key_form", "bad_timestamp_form", "bad_signature_form",
        "unknown_key", "version_not_allowed", "wrong_signature", "too_old", "in_future", "before_start", "replayed",
        "replay_memory_full", "unknown_token"})
    reasons.emplace_back(text, metrics.intern(text));
}

telemetry::LabelId AuthenticationMetrics::reason(std::string_view text) const {
  const auto row = std::find_if(reasons.begin(), reasons.end(), [&](const auto& each) { return each.first == text; });
  return row == reasons.end() ? telemetry::LabelId::kOther : row->second;
}

AuthenticationPlugin::AuthenticationPlugin(std::vector<Scheme> schemes,
                                           std::shared_ptr<const AuthenticationMetrics> metrics)
    : schemes_(std::move(schemes)), metrics_(std::move(metrics)) {
  for (const Scheme& scheme : schemes_) whole_request_ = whole_request_ || scheme.authenticator->needs_whole_request();
}

Error AuthenticationPlugin::failed(Exchange& exchange, telemetry::LabelId scheme, Error error) const {
  const std::string_view reason = error.info_if() != nullptr ? std::string_view(error.info_if()->reason) : "";
  exchange.context.shard.add(metrics_->failures, {scheme, metrics_->reason(reason)});
  return error;
}

const AuthenticationPlugin::Scheme* AuthenticationPlugin::presented(const Request& request) const {
  for (const Scheme& scheme : schemes_)
    if (scheme.authenticator->presented(request)) return &scheme;
  return nullptr;
}

Step AuthenticationPlugin::on_head(Exchange& exchange) const {
  const net::Headers& headers = exchange.request.head->headers;
  if (const char* reason = ambiguous(headers))
    return failed(exchange, metrics_->no_scheme, refusal(Code::kMalformedHttp, reason));
  const Scheme* scheme = presented(exchange.request);
  if (scheme == nullptr) {
    const bool other = shows_anything(headers);
    return failed(exchange, metrics_->no_scheme,
                  refusal(other ? Code::kWrongCredentials : Code::kNoCredentials,
                          other ? "scheme_not_allowed" : "no_credentials"));
  }
  Result<> verdict = scheme->authenticator->on_head(exchange);
  if (!verdict) return failed(exchange, scheme->label, std::move(verdict.error()));
  if (exchange.scopes.empty() && !exchange.scopes_narrowed && exchange.consumer != nullptr)
    exchange.scopes = exchange.consumer->scope_views;
  return Step::next();
}

Step AuthenticationPlugin::on_body(Exchange& exchange) const {
  if (exchange.authenticated) return Step::next();
  const Scheme* scheme = presented(exchange.request);  // the same as at the head: headers do not change
  Result<> verdict = scheme->authenticator->on_body(exchange);
  if (!verdict) return failed(exchange, scheme->label, std::move(verdict.error()));
  return Step::next();
}

}  // namespace causeway::plugins
