#include "security/consumer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "security/certificate_name.h"

namespace causeway::security {
namespace {

// Longer ones are not tokens, so that nobody makes us hash megabytes.
constexpr std::size_t kMostTokenCharacters = 512;

/// Finds the second use of what may be used once.
template <class T>
class Uses {
 public:
  Uses(std::string_view what, config::Errors& errors) : what_(what), errors_(errors) {}

  bool first(const config::Placed<T>& use, const std::string& shown) {
    if (use.path.empty()) return true;  // a missing key has been reported
    const auto [earlier, inserted] = places_.try_emplace(use.value, use.position);
    if (inserted) return true;
    errors_.add(use.position, use.path,
                fmt::format("{}{} is used twice; first at {}", what_, shown, earlier->second.to_text()), "conflict");
    return false;
  }

 private:
  std::string_view what_;
  config::Errors& errors_;
  std::map<T, config::Position> places_;
};

bool contains(const std::vector<SignatureVersion>& versions, SignatureVersion version) {
  return std::find(versions.begin(), versions.end(), version) != versions.end();
}

std::vector<config::Secret> cloned(const std::vector<config::Secret>& secrets) {
  std::vector<config::Secret> copies;
  for (const auto& secret : secrets) copies.push_back(secret.clone());
  return copies;
}

SigningKey make_key(const KeySettings& settings, const SigningSettings& signing, const Consumer& consumer) {
  const auto& versions = settings.versions.value_or(signing.versions);
  SigningKey key;
  key.id = settings.id.value;
  key.secrets = cloned(settings.secrets);
  key.takes_v1 = contains(versions, SignatureVersion::kV1);
  key.takes_v2 = contains(versions, SignatureVersion::kV2);
  if (key.takes_v2)
    for (const auto& secret : key.secrets) key.hmac_keys.emplace_back(HmacHash::kSha256, secret.reveal());
  key.consumer = &consumer;
  return key;
}

Consumer make_consumer(const ConsumerSettings& settings, std::size_t index) {
  Consumer consumer{.name = settings.name.value,
                    .roles = {},
                    .scopes = {},
                    .scope_views = {},
                    .roles_text = {},
                    .contact = settings.contact,
                    .index = index};
  for (const auto& role : settings.roles) {
    if (std::find(consumer.roles.begin(), consumer.roles.end(), role.value) != consumer.roles.end()) continue;
    if (!consumer.roles.empty()) consumer.roles_text += ',';
    consumer.roles_text += role.value;
    consumer.roles.push_back(role.value);
  }
  for (const auto& scope : settings.scopes) consumer.scopes.push_back(scope.value);
  std::ranges::sort(consumer.scopes);
  const auto repeated = std::ranges::unique(consumer.scopes);
  consumer.scopes.erase(repeated.begin(), repeated.end());
  consumer.scope_views.assign(consumer.scopes.begin(), consumer.scopes.end());
  return consumer;
}

}  // namespace

ConsumerTable::ConsumerTable(std::span<const ConsumerSettings> consumers, const SigningSettings& signing,
                             config::Errors& errors) {
  Uses<std::string> names("the consumer name ", errors);
  Uses<std::string> ids("the key id ", errors);
  Uses<Sha256Digest> tokens("this API token", errors);
  Uses<std::string> certificates("the certificate name ", errors);
  std::map<Sha256Digest, std::string_view> hashes_of_keys;

  consumers_.reserve(consumers.size());  // the addresses are handed out
  for (const auto& settings : consumers) {
    const Consumer* const consumer = &consumers_.emplace_back(make_consumer(settings, consumers_.size()));
    if (names.first(settings.name, config::quote(settings.name.value))) by_name_.emplace(consumer->name, consumer);

    for (const auto& key : settings.signing_keys) {
      if (!ids.first(key.id, config::quote(key.id.value))) continue;
      hashes_of_keys.emplace(sha256(key.id.value), "id");
      for (const auto& secret : key.secrets) hashes_of_keys.emplace(sha256(secret.reveal()), "secret");
      keys_.emplace(key.id.value, make_key(key, signing, *consumer));
    }
    for (const auto& token : settings.api_tokens) {
      if (tokens.first(token.sha256, "")) tokens_.push_back({token.sha256.value, consumer});
    }
    for (const auto& written : settings.certificates) {
      config::Placed<std::string> name = written;
      name.value = certificate_name(*written).value_or("");
      if (name->empty()) continue;  // reported when it was read
      if (certificates.first(name, config::quote(*written))) certificates_.emplace(*name, consumer);
    }
    if (settings.webhook) webhooks_.add(*settings.webhook, *consumer, errors);
    if (settings.signing_keys.empty() && settings.api_tokens.empty() && settings.oauth_clients.empty() &&
        !settings.webhook && settings.certificates.empty() && settings.sound) {
      errors.warn(settings.name.position, settings.name.path, "this consumer has no credentials, so it can never call");
    }
  }

  for (const auto& settings : consumers) {
    for (const auto& token : settings.api_tokens) {
      const auto key = hashes_of_keys.find(token.sha256.value);
      if (key == hashes_of_keys.end()) continue;
      errors.add(token.sha256.position, token.sha256.path,
                 fmt::format("this API token is the {} of a signing key; a token must be a random text of its own",
                             key->second),
                 "conflict");
    }
  }
  std::sort(tokens_.begin(), tokens_.end(), [](const Token& a, const Token& b) { return a.sha256 < b.sha256; });
}

const Consumer* ConsumerTable::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const SigningKey* ConsumerTable::find_key(std::string_view id) const {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : &found->second;
}

const Consumer* ConsumerTable::find_certificate(std::string_view name) const {
  const auto found = certificates_.find(name);
  return found == certificates_.end() ? nullptr : found->second;
}

const Consumer* ConsumerTable::find_token(std::string_view token) const {
  if (token.empty() || token.size() > kMostTokenCharacters) return nullptr;
  const Sha256Digest digest = sha256(token);
  // The way of the search tells something of the hash, which is of no use: nobody can make tokens to a hash.
  const auto found = std::lower_bound(tokens_.begin(), tokens_.end(), digest,
                                      [](const Token& row, const Sha256Digest& wanted) { return row.sha256 < wanted; });
  if (found == tokens_.end() || !equal_in_constant_time(found->sha256, digest)) return nullptr;
  return found->consumer;
}

}  // namespace causeway::security
