#include "security/consumer_settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "security/certificate_name.h"
#include "security/scopes.h"
#include "security/signature.h"

namespace causeway::security {
namespace {

void check_versions(const std::vector<SignatureVersion>& versions, const config::Node& node, config::Reading& reading) {
  const config::Node* const list = node.find("versions");
  if (!versions.empty() || list == nullptr) return;
  auto step = reading.enter("versions");
  reading.error(*list, "an empty list would refuse every signature; leave the key out for the default");
}

// Stands in a line of what is signed, and in shells and configurations of callers.
bool is_audience(std::string_view text) {
  return !text.empty() && text.size() <= 256 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

void check_name(std::string_view what, const config::Placed<std::string>& name, config::Reading& reading) {
  if (is_name(name.value)) return;
  reading.errors().add(
      name.position, name.path,
      fmt::format("{} is 1 to 64 of the characters A-Z a-z 0-9 . _ -, got {}", what, config::quote(name.value)));
}

void check_certificate(const config::Placed<std::string>& name, config::Reading& reading) {
  if (certificate_name(*name)) return;
  reading.errors().add(name.position, name.path,
                       fmt::format("expected a name such as dns:oms.internal, uri:spiffe://example.com/oms or "
                                   "email:oms@example.com, compared whole; got {}",
                                   config::quote(*name)),
                       "expected");
}

}  // namespace

bool is_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
           c == '-';
  };
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), allowed);
}

const config::Keys<SigningSettings>& SigningSettings::keys() {
  static const auto keys =
      config::Keys<SigningSettings>("signing")
          .optional("audience", &SigningSettings::audience, "this gateway's name within signatures of version 2")
          .optional("versions", &SigningSettings::versions,
                    "versions of the signature that keys may use unless they say otherwise; v1 is the handbook's")
          .optional("window", &SigningSettings::window, "how old a timestamp may be")
          .range(std::chrono::seconds(1), std::chrono::hours(24))
          .optional("future_skew", &SigningSettings::future_skew, "how far ahead a caller's clock may be")
          .range(std::chrono::seconds(0), std::chrono::hours(1))
          .optional(
              "replay_memory", &SigningSettings::replay_memory,
              "memory for signatures that were seen; when it is full, signed calls get 503. The default lasts for "
              "some 7,000 calls a second that must not repeat (unsafe ones, and all of version 2)")
          .range(ByteSize{64 << 10}, ByteSize{std::uint64_t{64} << 30})
          .check([](const SigningSettings& settings, const config::Node& node, config::Reading& reading) {
            check_versions(settings.versions, node, reading);
            if (is_audience(settings.audience)) return;
            auto step = reading.enter("audience");
            reading.error(*node.find("audience"), "an audience is 1 to 256 visible ASCII characters without blanks");
          });
  return keys;
}

const config::Keys<KeySettings>& KeySettings::keys() {
  static const auto keys =
      config::Keys<KeySettings>("signing key")
          .required("id", &KeySettings::id, "public id, sent as `Authorization: ApiKey <id>`")
          .required("secrets", &KeySettings::secrets,
                    "secrets that never travel; several are active at once, for rotation")
          .not_empty()
          .optional("versions", &KeySettings::versions, "versions of the signature")
          .by_default("those of `signing`")
          .check([](const KeySettings& settings, const config::Node& node, config::Reading& reading) {
            if (!is_key_id(settings.id.value)) {
              reading.errors().add(settings.id.position, settings.id.path,
                                   fmt::format("a key id is 1 to 128 letters, digits and !#$%&'*+-.^_`|~, got {}",
                                               config::quote(settings.id.value)));
            }
            if (settings.secrets.empty()) {
              auto step = reading.enter("secrets");
              reading.error(*node.find("secrets"), "a signing key needs at least one secret");
            }
            if (settings.versions) check_versions(*settings.versions, node, reading);
          });
  return keys;
}

const config::Keys<TokenSettings>& TokenSettings::keys() {
  static const auto keys = config::Keys<TokenSettings>("API token")
                               .required("sha256", &TokenSettings::sha256,
                                         "SHA-256 of a random token of at least 128 bits; the token is not stored")
                               .hidden();
  return keys;
}

const config::Keys<ConsumerSettings>& ConsumerSettings::keys() {
  static const auto keys =
      config::Keys<ConsumerSettings>("consumer")
          .required("name", &ConsumerSettings::name, "what systems, logs and metrics call it")
          .optional("roles", &ConsumerSettings::roles, "what it is to routes: their `access` says which roles may call")
          .optional("contact", &ConsumerSettings::contact, "whom to tell, such as a mail address")
          .optional("keys", &ConsumerSettings::signing_keys, "keys that it signs its calls with")
          .optional("api_tokens", &ConsumerSettings::api_tokens, "tokens for routes that allow `api_key`")
          .optional("scopes", &ConsumerSettings::scopes, "what it may do, where a route's `access` asks for scopes")
          .optional("oauth", &ConsumerSettings::oauth_clients, "who it is at the providers of `oauth`")
          .optional("webhook", &ConsumerSettings::webhook, "how it signs, for a partner with a signature of its own")
          .optional("certificates", &ConsumerSettings::certificates,
                    "subject alternative names of its client certificates, for routes that allow `mtls`")
          .later("limits")
          .sound(&ConsumerSettings::sound)
          .check([](const ConsumerSettings& settings, const config::Node&, config::Reading& reading) {
            check_name("a consumer's name", settings.name, reading);
            for (const auto& role : settings.roles) check_name("a role", role, reading);
            for (const auto& scope : settings.scopes) check_scope(scope, reading);
            for (const auto& certificate : settings.certificates) check_certificate(certificate, reading);
          });
  return keys;
}

}  // namespace causeway::security
