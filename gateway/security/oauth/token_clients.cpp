#include "security/oauth/token_clients.h"

#include <algorithm>

namespace causeway::security {

TokenClients::TokenClients(const ProviderSettings& own, std::span<const ConsumerSettings> consumers,
                           const ConsumerTable& table) {
  for (const ConsumerSettings& consumer : consumers)
    for (const OauthClientSettings& client : consumer.oauth_clients)
      if (client.provider.value == own.name.value && client.secret)
        clients_.push_back({client.client.value, sha256(client.secret->reveal()), table.find(consumer.name.value)});
  std::ranges::sort(clients_, {}, &Client::name);
}

const Consumer* TokenClients::authenticate(std::string_view client, std::string_view secret) const {
  static constexpr Sha256Digest kNobody{};  // no secret has this hash
  const Sha256Digest shown = sha256(secret);
  const auto found =
      std::ranges::lower_bound(clients_, client, {}, [](const Client& each) -> std::string_view { return each.name; });
  const bool known = found != clients_.end() && found->name == client;
  const bool right = equal_in_constant_time(shown, known ? found->secret : kNobody);
  return known && right ? found->consumer : nullptr;
}

}  // namespace causeway::security
