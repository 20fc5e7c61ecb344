#include "app/oauth/token_endpoint.h"

#include <set>

#include "adapters/token/document_adapter.h"
#include "adapters/token/token_adapter.h"
#include "core/json_object.h"

namespace causeway::app {
namespace {

constexpr std::string_view kJwksPath = "/.well-known/jwks.json";
constexpr std::string_view kMetadataPath = "/.well-known/oauth-authorization-server";
constexpr std::size_t kAttemptPlaces = 4096;

/// `https://gateway.example.com` of an issuer, whose own path is not part of it; empty when it is no address.
std::string_view origin_of(std::string_view issuer) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!issuer.starts_with(scheme)) continue;
    const std::size_t end = issuer.find_first_of("/?#", scheme.size());
    const std::string_view origin = issuer.substr(0, end);
    return origin.size() > scheme.size() ? origin : std::string_view();
  }
  return {};
}

/// RFC 8414, 2.
std::string metadata(const security::ProviderSettings& own, const Settings& settings, const std::string& origin) {
  std::set<std::string> scopes;
  for (const auto& consumer : settings.consumers) {
    const bool is_client =
        std::ranges::any_of(consumer.oauth_clients, [&](const auto& client) { return *client.provider == *own.name; });
    if (is_client)
      for (const auto& scope : consumer.scopes) scopes.insert(*scope);
  }
  JsonArray listed;
  for (const std::string& scope : scopes) {
    std::string text;
    append_json_string(text, scope);
    listed.raw(text);
  }
  return JsonObject()
      .text("issuer", *own.issuer)
      .text("token_endpoint", origin + *own.token_endpoint->path)
      .text("jwks_uri", origin + std::string(kJwksPath))
      .raw("scopes_supported", listed.done())
      .raw("response_types_supported", "[]")
      .raw("grant_types_supported", R"(["client_credentials"])")
      .raw("token_endpoint_auth_methods_supported", R"(["client_secret_basic","client_secret_post"])")
      .done();
}

std::unique_ptr<const Adapter> document(std::string json) {
  return std::make_unique<adapters::DocumentAdapter>(std::move(json));
}

}  // namespace

std::vector<BuiltinRoute> token_routes(const Settings& settings, const OauthParts& parts,
                                       const security::ConsumerTable& consumers, ProcessState& state,
                                       config::Errors& errors) {
  std::vector<BuiltinRoute> routes;
  const security::ProviderSettings* const own = settings.oauth.own();
  if (own == nullptr || parts.issuer == nullptr) return routes;  // what is wrong with it has been reported
  const security::TokenEndpointSettings& endpoint = *own->token_endpoint;
  // The path may be the default one, which stands nowhere.
  const bool written = !endpoint.path.path.empty();
  const config::Position& position = written ? endpoint.path.position : endpoint.key.position;
  const std::string& origin_path = written ? endpoint.path.path : endpoint.key.path;
  const auto add = [&](std::string name, routing::Methods methods, std::string_view where,
                       std::unique_ptr<const Adapter> adapter) {
    routing::TemplateError problem;
    auto parsed = routing::PathTemplate::parse(where, problem);
    if (!parsed) return errors.add(position, origin_path, problem.message);
    routes.push_back({std::move(name), methods, std::move(*parsed), std::move(adapter), position, origin_path});
  };
  if (!state.token_attempts) state.token_attempts = std::make_shared<adapters::TokenAttempts>(kAttemptPlaces);
  add("oauth-token", routing::Methods::kPost, *endpoint.path,
      std::make_unique<adapters::TokenAdapter>(
          parts.issuer, security::TokenClients(*own, settings.consumers, consumers), state.token_attempts));
  add("oauth-jwks", routing::Methods::kGet, kJwksPath, document(parts.issuer->jwks()));
  const std::string origin(origin_of(*own->issuer));
  if (!origin.empty())
    add("oauth-metadata", routing::Methods::kGet, kMetadataPath, document(metadata(*own, settings, origin)));
  return routes;
}

}  // namespace causeway::app
