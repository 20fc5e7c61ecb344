// Who may ask the gateway's own token endpoint: the clients of `consumers[].oauth` with a secret.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "security/consumer.h"
#include "security/oauth/settings.h"
#include "security/sha256.h"

namespace causeway::security {

/// Immutable, thread safe; the table outlives it. Keeps hashes of the secrets only.
class TokenClients {
 public:
  /// Those of the provider `own`.
  TokenClients(const ProviderSettings& own, std::span<const ConsumerSettings> consumers, const ConsumerTable& table);

  /// The consumer whose client and secret these are; null otherwise, after the same work whether or not the client is
  /// known.
  const Consumer* authenticate(std::string_view client, std::string_view secret) const;

 private:
  struct Client {
    std::string name;
    Sha256Digest secret;
    const Consumer* consumer;
  };
  std::vector<Client> clients_;  // ascending by name
};

}  // namespace causeway::security
