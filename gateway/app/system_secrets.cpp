#include "app/system_secrets.h"

#include <algorithm>

#include "security/webhook_scheme.h"

namespace causeway::app {
namespace {

/// Digests, so that no secret is copied for this.
class Inbound {
 public:
  void add(const config::Secret& secret) { add(secret.reveal()); }
  void add(std::string_view secret) {
    if (!secret.empty()) digests_.push_back(security::sha256(secret));
  }
  void add(const security::Sha256Digest& digest) { digests_.push_back(digest); }
  std::vector<security::Sha256Digest> take() { return std::move(digests_); }

 private:
  std::vector<security::Sha256Digest> digests_;
};

void add_consumer(const security::ConsumerSettings& consumer, Inbound& inbound) {
  for (const security::KeySettings& key : consumer.signing_keys)
    for (const config::Secret& secret : key.secrets) inbound.add(secret);
  for (const security::TokenSettings& token : consumer.api_tokens) inbound.add(*token.sha256);
  for (const security::OauthClientSettings& client : consumer.oauth_clients)
    if (client.secret) inbound.add(*client.secret);
  if (!consumer.webhook) return;
  for (const config::Secret& secret : security::webhook_secrets(**consumer.webhook)) inbound.add(secret);
}

}  // namespace

SystemSecrets::SystemSecrets(const Settings& settings, ProcessState& state) : settings_(settings), state_(state) {
  Inbound inbound;
  for (const security::ConsumerSettings& consumer : settings.consumers) add_consumer(consumer, inbound);
  for (const security::ProviderSettings& provider : settings.oauth.providers)
    for (const security::ProviderKeySettings& key : provider.given_keys)
      if (key.secret) inbound.add(*key.secret);
  for (const admin::UserSettings& user : settings.admin.users) inbound.add(*user.token);
  inbound_ = inbound.take();
}

upstream::Reach SystemSecrets::reach_of(const upstream::ClusterSettings& cluster, config::Errors& errors) {
  const expression::Template::FindSecret find = [this](std::string_view name) { return this->find(name); };
  const std::function<bool(std::string_view)> inbound = [this](std::string_view text) { return is_inbound(text); };
  upstream::Reach reach =
      upstream::build_reach(cluster, {find, inbound, state_.tokens, state_.worker_count, state_.clock.wall()}, errors);
  if (reach.token) tokens_.push_back(reach.token);
  return reach;
}

std::optional<std::string> SystemSecrets::find(std::string_view name) {
  used_.emplace(name);
  const auto found = settings_.secrets.find(std::string(name));
  if (found == settings_.secrets.end()) return std::nullopt;
  return std::string(found->second.reveal());
}

bool SystemSecrets::is_inbound(std::string_view secret) const {
  const security::Sha256Digest digest = security::sha256(secret);
  return std::ranges::any_of(
      inbound_, [&](const security::Sha256Digest& each) { return security::equal_in_constant_time(each, digest); });
}

}  // namespace causeway::app
