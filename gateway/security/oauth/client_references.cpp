#include "security/oauth/client_references.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "config/reading.h"

namespace causeway::security {
namespace {

void check_secret(const OauthClientSettings& client, const ProviderSettings& provider, config::Errors& errors) {
  if (provider.token_endpoint && !client.secret)
    errors.add(client.client.position, client.client.path,
               fmt::format("missing \"secret\": {} gets its tokens from the gateway's own endpoint",
                           config::quote(client.client.value)),
               "missing");
  if (!provider.token_endpoint && client.secret)
    errors.add(
        client.provider.position, client.provider.path,
        fmt::format("{} has no token endpoint here, so a \"secret\" is of no use", config::quote(provider.name.value)));
}

}  // namespace

void check_client_references(const OauthSettings& settings, std::span<const ConsumerSettings> consumers,
                             config::Errors& errors) {
  std::vector<std::string_view> names;
  for (const ProviderSettings& provider : settings.providers) names.push_back(provider.name.value);
  std::map<std::pair<std::string_view, std::string_view>, config::Position> seen;

  for (const ConsumerSettings& consumer : consumers) {
    for (const OauthClientSettings& client : consumer.oauth_clients) {
      if (client.provider.path.empty() || client.client.path.empty()) continue;  // a missing key has been reported
      const auto provider = std::ranges::find_if(
          settings.providers, [&](const auto& each) { return each.name.value == client.provider.value; });
      if (provider == settings.providers.end()) {
        if (!errors.knows_all("provider")) continue;
        errors.add(client.provider.position, client.provider.path,
                   fmt::format("unknown provider {}{}", config::quote(client.provider.value),
                               config::suggestion(client.provider.value, names)),
                   "reference");
        continue;
      }
      check_secret(client, *provider, errors);
      if (client.client.value.empty()) errors.add(client.client.position, client.client.path, "the client is empty");
      const auto [earlier, first] =
          seen.try_emplace({client.provider.value, client.client.value}, client.client.position);
      if (!first)
        errors.add(client.client.position, client.client.path,
                   fmt::format("the client {} of {} is used twice; first at {}", config::quote(client.client.value),
                               config::quote(client.provider.value), earlier->second.to_text()),
                   "conflict");
    }
  }
}

}  // namespace causeway::security
