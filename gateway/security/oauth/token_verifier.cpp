#include "security/oauth/token_verifier.h"

#include <algorithm>
#include <utility>

#include "security/oauth/client_references.h"
#include "security/oauth/compact_jws.h"
#include "security/oauth/provider_keys.h"
#include "security/oauth/token_claims.h"
#include "security/refusal.h"

namespace causeway::security {
namespace {

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// The consumer's scopes that the token names too, in the consumer's (ascending) order.
std::vector<std::string_view> common(const Consumer& consumer, const std::vector<std::string>& named) {
  std::vector<std::string_view> both;
  for (const std::string_view scope : consumer.scope_views)
    if (std::ranges::find(named, scope) != named.end()) both.push_back(scope);
  return both;
}

/// `subject` as it is written, which no byte 0 is in: the two cannot run together.
Sha256Digest subject_of(const std::string& issuer, std::string_view subject) {
  return sha256(std::string(issuer).append(1, '\0').append(subject));
}

}  // namespace

struct TokenVerifier::Provider {
  std::string issuer;
  std::vector<std::string> audiences;
  std::string client_claim;
  KeySet keys;                        // of the configuration
  std::shared_ptr<KeySource> source;  // instead of them, where they are published
  std::unordered_map<std::string, const Consumer*, Hash, std::equal_to<>> clients;

  /// Is the signature that of the key that the token names? Where the keys come from is noted in `verified`.
  Result<> check_signature(const CompactJws& jws, VerifiedToken& verified) const;
};

namespace {

Result<> check_with(const KeySet& keys, const CompactJws& jws) {
  const VerificationKey* const key = jws.kid ? keys.find(*jws.kid) : keys.only();
  if (key == nullptr) return refuse(Refusal::kUnknownKeyId);
  if (key->algorithm() != jws.algorithm)
    return refuse(Refusal::kAlgorithmNotAllowed, "the key is for another algorithm");
  if (!key->verify(jws.signing_input, jws.signature)) return refuse(Refusal::kWrongSignature);
  return {};
}

}  // namespace

Result<> TokenVerifier::Provider::check_signature(const CompactJws& jws, VerifiedToken& verified) const {
  if (!source) return check_with(keys, jws);
  verified.source = source.get();
  verified.key_version = source->version();
  const KeySource::Pin set = source->current();
  if (!set) {
    source->ask();
    return refuse(Refusal::kKeysUnavailable, "the keys of this provider have not been fetched yet");
  }
  if (jws.kid && set->find(*jws.kid) == nullptr) source->ask();
  return check_with(*set, jws);
}

TokenVerifier::TokenVerifier() = default;
TokenVerifier::TokenVerifier(TokenVerifier&&) noexcept = default;
TokenVerifier& TokenVerifier::operator=(TokenVerifier&&) noexcept = default;
TokenVerifier::~TokenVerifier() = default;

TokenVerifier::TokenVerifier(const OauthSettings& settings, std::span<const ConsumerSettings> consumers,
                             const ConsumerTable& table, const TokenSigningKey* own, KeySources& sources,
                             config::Errors& errors) {
  check_client_references(settings, consumers, errors);
  for (const ProviderSettings& each : settings.providers) {
    auto provider = std::make_unique<Provider>();
    provider->issuer = each.issuer.value;
    provider->audiences = each.accepted_audiences();
    provider->client_claim = each.client_claim;
    if (each.jwks) {
      provider->source = sources.obtain(each);
      sources_.push_back(provider->source);
    } else {
      provider->keys = each.token_endpoint ? own_keys(own) : given_keys(each, errors);
    }
    for (const ConsumerSettings& consumer : consumers)
      for (const OauthClientSettings& client : consumer.oauth_clients)
        if (client.provider.value == each.name.value)
          provider->clients.emplace(client.client.value, table.find(consumer.name.value));
    providers_.push_back(std::move(provider));
  }
}

const TokenVerifier::Provider* TokenVerifier::find(std::string_view issuer) const {
  const auto found = std::ranges::find_if(providers_, [&](const auto& each) { return each->issuer == issuer; });
  return found == providers_.end() ? nullptr : found->get();
}

Result<VerifiedToken> TokenVerifier::verify(std::string_view token, WallTime now) const {
  TokenScratch scratch;
  auto jws = CompactJws::parse(token, scratch);
  if (!jws) return std::move(jws.error());
  const auto claims = TokenClaims::parse(jws->payload, scratch);
  if (!claims) return refuse(Refusal::kBadTokenForm, claims.error().info_if()->internal);

  const auto issuer = claims->text("iss");
  const Provider* const provider = issuer ? find(*issuer) : nullptr;
  if (provider == nullptr) return refuse(Refusal::kUnknownIssuer);
  VerifiedToken verified;
  Result<> signature = provider->check_signature(*jws, verified);
  if (!signature) return std::move(signature.error());

  if (!claims->is_for(provider->audiences)) return refuse(Refusal::kWrongAudience);
  auto expires = claims->check_times(now);
  if (!expires) return std::move(expires.error());
  verified.expires = *expires;

  const auto name = claims->text(provider->client_claim);
  const auto client = name ? provider->clients.find(*name) : provider->clients.end();
  if (client == provider->clients.end()) return refuse(Refusal::kUnknownClient);
  verified.consumer = client->second;
  verified.subject = subject_of(*issuer, claims->raw("sub"));

  auto scopes = claims->scopes();
  if (!scopes) return std::move(scopes.error());
  if (scopes->has_value()) {
    verified.narrowed = true;
    verified.scopes = common(*verified.consumer, **scopes);
  }
  return verified;
}

}  // namespace causeway::security
