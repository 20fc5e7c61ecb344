#include "plugins/authentication/authentication_plugin.h"

#include <algorithm>

#include "net/characters.h"

namespace causeway::plugins {
namespace {

constexpr net::HeaderId kCredentialHeaders[] = {net::HeaderId::kAuthorization, net::HeaderId::kXApiKey,
                                                net::HeaderId::kXSignature,    net::HeaderId::kXTimestamp,
                                                net::HeaderId::kXNonce,        net::HeaderId::kXContentSha256};

bool is_bearer(const net::Headers& headers) {
  const auto value = headers.get(net::HeaderId::kAuthorization);
  return value && net::equals_ignoring_case(value->substr(0, value->find(' ')), "bearer");
}

/// Two kinds of credentials, or one header twice: whoever reads it could pick either.
const char* ambiguous(const net::Headers& headers) {
  for (const net::HeaderId id : kCredentialHeaders)
    if (headers.count(id) > 1) return "doubled_credentials";
  const bool authorization =
      headers.contains(net::HeaderId::kAuthorization) || headers.contains(net::HeaderId::kXSignature);
  if (authorization && headers.contains(net::HeaderId::kXApiKey)) return "two_kinds_of_credentials";
  if (is_bearer(headers) && headers.contains(net::HeaderId::kXSignature)) return "two_kinds_of_credentials";
  return nullptr;
}

bool shows_anything(const net::Headers& headers) {
  return headers.contains(net::HeaderId::kAuthorization) || headers.contains(net::HeaderId::kXApiKey) ||
         headers.contains(net::HeaderId::kXSignature);
}

Error refusal(Code code, std::string_view reason) {
  Error error(code);
  error.info().reason = reason;
  return error;
}

/// Without a token that says less, the caller may do what its consumer may.
void settle_scopes(Exchange& exchange) {
  if (exchange.scopes.empty() && !exchange.scopes_narrowed && exchange.consumer != nullptr)
    exchange.scopes = exchange.consumer->scope_views;
}

}  // namespace

AuthenticationMetrics::AuthenticationMetrics(telemetry::Metrics& metrics)
    : failures(metrics.counter_table("causeway_auth_failures_total",
                                     "Calls that could not prove who they are, by reason.", {"scheme", "reason"})),
      no_scheme(metrics.intern("none")) {
  for (const char* text : {"doubled_credentials",
                           "two_kinds_of_credentials",
                           "no_credentials",
                           "scheme_not_allowed",
                           "missing_key",
                           "missing_timestamp",
                           "missing_signature",
                           "bad_key_form",
                           "bad_timestamp_form",
                           "bad_signature_form",
                           "missing_nonce",
                           "bad_nonce_form",
                           "bad_content_hash_form",
                           "doubled_signed_header",
                           "wrong_content_hash",
                           "unknown_key",
                           "version_not_allowed",
                           "wrong_signature",
                           "too_old",
                           "in_future",
                           "before_start",
                           "replayed",
                           "replay_memory_full",
                           "not_recorded",
                           "unknown_token",
                           "token_too_long",
                           "bad_token_form",
                           "wrong_token_type",
                           "critical_header",
                           "key_in_header",
                           "algorithm_not_allowed",
                           "unknown_issuer",
                           "unknown_key_id",
                           "keys_unavailable",
                           "wrong_audience",
                           "bad_claims",
                           "not_yet_valid",
                           "unknown_client",
                           "token_expired",
                           "missing_message_id",
                           "bad_message_id",
                           "unknown_certificate",
                           "ambiguous_certificate",
                           "expired_certificate"})
    reasons.emplace_back(text, metrics.intern(text));
}

telemetry::LabelId AuthenticationMetrics::reason(std::string_view text) const {
  const auto row = std::find_if(reasons.begin(), reasons.end(), [&](const auto& each) { return each.first == text; });
  return row == reasons.end() ? telemetry::LabelId::kOther : row->second;
}

AuthenticationPlugin::AuthenticationPlugin(std::vector<Scheme> schemes,
                                           std::shared_ptr<const AuthenticationMetrics> metrics)
    : schemes_(std::move(schemes)), metrics_(std::move(metrics)) {}

Error AuthenticationPlugin::failed(Exchange& exchange, telemetry::LabelId scheme, Error error) const {
  const std::string_view reason = error.info_if() != nullptr ? std::string_view(error.info_if()->reason) : "";
  exchange.context.shard.add(metrics_->failures, {scheme, metrics_->reason(reason)});
  return error;
}

/// A credential of the connection counts only where the call shows none.
const AuthenticationPlugin::Scheme* AuthenticationPlugin::presented(const Request& request) const {
  for (const Scheme& scheme : schemes_)
    if (!scheme.authenticator->of_connection() && scheme.authenticator->presented(request)) return &scheme;
  if (shows_anything(request.head->headers)) return nullptr;
  for (const Scheme& scheme : schemes_)
    if (scheme.authenticator->of_connection() && scheme.authenticator->presented(request)) return &scheme;
  return nullptr;
}

std::string_view AuthenticationPlugin::why_ambiguous(const Request& request) const {
  if (const char* reason = ambiguous(request.head->headers)) return reason;
  for (const Scheme& scheme : schemes_) {
    const std::string_view reason = scheme.authenticator->ambiguous(request);
    if (!reason.empty()) return reason;
  }
  return {};
}

Step AuthenticationPlugin::on_head(Exchange& exchange) const {
  const std::string_view twofold = why_ambiguous(exchange.request);
  if (!twofold.empty()) return failed(exchange, metrics_->no_scheme, refusal(Code::kMalformedHttp, twofold));
  const Scheme* scheme = presented(exchange.request);
  if (scheme == nullptr) {
    const bool other = shows_anything(exchange.request.head->headers);
    return failed(exchange, metrics_->no_scheme,
                  refusal(other ? Code::kWrongCredentials : Code::kNoCredentials,
                          other ? "scheme_not_allowed" : "no_credentials"));
  }
  Result<> verdict = scheme->authenticator->on_head(exchange);
  if (!verdict) return failed(exchange, scheme->label, std::move(verdict.error()));
  if (scheme->authenticator->needs_whole_request()) exchange.request.gather = true;
  settle_scopes(exchange);
  return Step::next();
}

Step AuthenticationPlugin::on_body(Exchange& exchange) const {
  if (exchange.authenticated) return Step::next();
  const Scheme* scheme = presented(exchange.request);  // the same as at the head: headers do not change
  Step proof = scheme->authenticator->on_body(exchange);
  Result<Flow>* const verdict = proof.verdict();
  if (verdict == nullptr) return finish(exchange, scheme->label, std::move(proof.task()));
  if (!*verdict) return failed(exchange, scheme->label, std::move(verdict->error()));
  settle_scopes(exchange);
  return Step::next();
}

Task<Result<Flow>> AuthenticationPlugin::finish(Exchange& exchange, telemetry::LabelId scheme,
                                                Task<Result<Flow>> proof) const {
  Result<Flow> verdict = co_await std::move(proof);
  if (!verdict) co_return failed(exchange, scheme, std::move(verdict.error()));
  settle_scopes(exchange);
  co_return Flow::kContinue;
}

}  // namespace causeway::plugins
