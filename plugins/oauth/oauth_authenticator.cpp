#include "plugins/oauth/oauth_authenticator.h"

#include <algorithm>
#include <optional>

#include "net/characters.h"

namespace causeway::plugins {
namespace {

constexpr std::string_view kScheme = "Bearer";

/// What follows `Bearer`; nothing when the field says something else.
std::optional<std::string_view> bearer_token(const Request& request) {
  const auto value = request.head->headers.get(net::HeaderId::kAuthorization);
  if (!value || !net::equals_ignoring_case(value->substr(0, kScheme.size()), kScheme)) return std::nullopt;
  const std::string_view rest = value->substr(kScheme.size());
  if (!rest.empty() && rest.front() != ' ' && rest.front() != '\t') return std::nullopt;
  return net::trim_blanks(rest);
}

}  // namespace

OauthAuthenticator::OauthAuthenticator(security::TokenVerifier verifier, std::size_t workers)
    : verifier_(std::move(verifier)) {
  for (std::size_t i = 0; i < workers; ++i) caches_.push_back(std::make_unique<security::TokenCache>());
}

bool OauthAuthenticator::presented(const Request& request) const { return bearer_token(request).has_value(); }

Result<> OauthAuthenticator::on_head(Exchange& exchange) const {
  const std::string_view token = *bearer_token(exchange.request);
  const WallTime now = exchange.worker.clock().wall();
  const std::size_t worker = exchange.worker.index();
  // What is too long for a token is not worth a hash.
  security::TokenCache* const cache =
      worker < caches_.size() && token.size() <= security::TokenVerifier::kMostTokenBytes ? caches_[worker].get()
                                                                                          : nullptr;
  security::Sha256Digest digest{};
  if (cache != nullptr) {
    digest = security::TokenCache::digest(token);
    if (const security::VerifiedToken* known = cache->find(digest, now)) {
      accept(exchange, *known);
      return {};
    }
  }
  Result<security::VerifiedToken> verified = verifier_.verify(token, now);
  if (!verified) return std::move(verified.error());
  if (cache != nullptr) accept(exchange, cache->put(digest, std::move(*verified)));
  else accept(exchange, *verified);
  return {};
}

void OauthAuthenticator::accept(Exchange& exchange, const security::VerifiedToken& token) {
  exchange.consumer = token.consumer;
  exchange.authenticated = true;
  exchange.token_subject = token.subject;
  exchange.scopes_narrowed = token.narrowed;
  if (!token.narrowed) {
    exchange.scopes = token.consumer->scope_views;
    return;
  }
  // The cache may drop the token before the call ends; the texts are the consumer's and stay.
  using Scope = std::string_view;
  const std::size_t count = token.scopes.size();
  auto* const scopes = static_cast<Scope*>(exchange.arena.allocate(count * sizeof(Scope), alignof(Scope)));
  std::uninitialized_copy(token.scopes.begin(), token.scopes.end(), scopes);
  exchange.scopes = {scopes, count};
}

}  // namespace causeway::plugins
