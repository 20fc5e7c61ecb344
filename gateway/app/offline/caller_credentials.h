// How a consumer of the configuration proves itself in a call that is tried out: real signatures and tokens, made with
// the secrets that stand in for its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/offline/offline_call.h"
#include "app/settings.h"
#include "net/peer_certificate.h"
#include "security/oauth/token_issuer.h"

namespace causeway::app {

/// One thread. `settings`, with the stand-ins of stand_ins.h, outlive it.
class CallerCredentials {
 public:
  /// Reads the key of the own token endpoint, which replace_credentials has made.
  explicit CallerCredentials(const Settings& settings);

  /// Null when there is no consumer of this name.
  const security::ConsumerSettings* find(std::string_view consumer) const;
  /// What it can prove itself with; in the order in which it is chosen.
  std::vector<CallerScheme> schemes(const security::ConsumerSettings& consumer) const;

  /// Adds the fields that prove who calls to a request that is complete otherwise. Empty, or why it cannot be.
  std::string add(const security::ConsumerSettings& consumer, CallerScheme scheme, WallTime now,
                  OfflineRequest& request) const;
  /// What its connection shows with CallerScheme::kMtls.
  static net::PeerCertificate certificate(const security::ConsumerSettings& consumer, WallTime now);

 private:
  std::string sign(const security::ConsumerSettings& consumer, WallTime now, OfflineRequest& request) const;
  std::string add_token(const security::ConsumerSettings& consumer, WallTime now, OfflineRequest& request) const;
  std::string token_of_provider(const security::ProviderSettings& provider, const std::string& client,
                                WallTime now) const;

  const Settings& settings_;
  std::unique_ptr<security::TokenIssuer> issuer_;  ///< null without a token endpoint
};

/// The fields of a partner's own signature. Empty, or why they cannot be made.
std::string add_webhook_signature(const security::WebhookSettings& webhook, WallTime now, OfflineRequest& request);

}  // namespace causeway::app
