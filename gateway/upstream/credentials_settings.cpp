#include "upstream/credentials_settings.h"

#include <algorithm>

#include "net/characters.h"
#include "net/header_rules.h"
#include "security/oauth/url_rules.h"
#include "security/signature.h"

namespace causeway::upstream {
namespace {

using config::Node;
using config::Reading;

/// At the value of `key`; `code` as in Errors.
void blame(const Node& node, std::string_view key, Reading& reading, std::string message, std::string_view code) {
  const Node* const value = node.find(key);
  auto step = reading.enter(key);
  reading.error(value != nullptr ? *value : node, std::move(message), code);
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

void check_basic(const BasicCredentialSettings& basic, const Node& node, Reading& reading) {
  const bool plain =
      std::ranges::none_of(basic.user, [](unsigned char c) { return c == ':' || c < 0x20 || c == 0x7f; });
  if (basic.user.empty() || !plain)
    blame(node, "user", reading, "a user's name is not empty and has no colon", "invalid");
}

void check_header(const HeaderCredentialSettings& header, const Node& node, Reading& reading) {
  if (header.name.empty() || !net::all_of(header.name, net::kToken))
    return blame(node, "name", reading, "expected the name of a field such as X-Api-Key", "expected");
  if (!net::is_configurable(header.name))
    blame(node, "name", reading, "the gateway writes this field itself, or never sends it", "conflict");
}

void check_signature(const SignatureCredentialSettings& signature, const Node& node, Reading& reading) {
  if (!security::is_key_id(signature.key))
    blame(node, "key", reading, "expected a key id of 1 to 128 letters, digits and !#$%&'*+-.^_`|~", "expected");
  if (signature.audience.empty() || !is_printable(signature.audience))
    blame(node, "audience", reading, "an audience is not empty and has no blanks", "invalid");
  if (signature.version == security::SignatureVersion::kV1 && node.find("audience") != nullptr)
    blame(node, "audience", reading, "a signature of version v1 covers no audience", "conflict");
}

void check_oauth(const OauthCredentialSettings& oauth, const Node& node, Reading& reading) {
  if (oauth.client.empty()) blame(node, "client", reading, "the client is empty", "invalid");
  switch (security::safety_of(oauth.token_url.value)) {
    case security::UrlSafety::kMalformed:
      return blame(node, "token_url", reading, "expected a URL such as https://idp.example.com/token", "expected");
    case security::UrlSafety::kPlain:
      return blame(node, "token_url", reading,
                   "the client's secret would be read on the way: https, or http on the loopback", "invalid");
    case security::UrlSafety::kLoopbackHttp:
      if (oauth.ca) blame(node, "ca", reading, "ca is for an https url", "invalid");
      return;
    case security::UrlSafety::kHttps:
      return;
  }
}

void check_one(const CredentialSettings& credentials, const Node& node, Reading& reading) {
  const int given = int{credentials.bearer.has_value()} + int{credentials.basic.has_value()} +
                    int{credentials.header.has_value()} + int{credentials.signature.has_value()} +
                    int{credentials.oauth.has_value()};
  if (given != 1)
    reading.error(node, R"(credentials are exactly one of "bearer", "basic", "header", "signature" and "oauth")",
                  "invalid");
}

}  // namespace

const config::Keys<BasicCredentialSettings>& BasicCredentialSettings::keys() {
  static const auto keys = config::Keys<BasicCredentialSettings>("user and password")
                               .required("user", &BasicCredentialSettings::user, "the gateway's name at the system")
                               .required("password", &BasicCredentialSettings::password, "its password")
                               .check(check_basic);
  return keys;
}

const config::Keys<HeaderCredentialSettings>& HeaderCredentialSettings::keys() {
  static const auto keys = config::Keys<HeaderCredentialSettings>("credentials in a field of their own")
                               .required("name", &HeaderCredentialSettings::name, "the field, such as X-Api-Key")
                               .required("value", &HeaderCredentialSettings::value, "what it says")
                               .check(check_header);
  return keys;
}

const config::Keys<SignatureCredentialSettings>& SignatureCredentialSettings::keys() {
  static const auto keys =
      config::Keys<SignatureCredentialSettings>("signature",
                                                "Each attempt is signed anew, as callers of the gateway sign theirs.")
          .required("key", &SignatureCredentialSettings::key, "the id of the gateway's key at the system")
          .required("secret", &SignatureCredentialSettings::secret, "its secret")
          .optional("audience", &SignatureCredentialSettings::audience, "`signing.audience` of the other side (v2)")
          .optional("version", &SignatureCredentialSettings::version, "of the signature")
          .check(check_signature);
  return keys;
}

const config::Keys<OauthCredentialSettings>& OauthCredentialSettings::keys() {
  static const auto keys =
      config::Keys<OauthCredentialSettings>(
          "OAuth of a system", "A token is fetched beside the calls, used by all of them, and renewed before it ends.")
          .optional("grant", &OauthCredentialSettings::grant, "how a token is come by")
          .required("token_url", &OauthCredentialSettings::token_url,
                    "the token endpoint: https, or http on the loopback")
          .required("client", &OauthCredentialSettings::client, "the gateway's client id there")
          .required("secret", &OauthCredentialSettings::secret, "the client's secret")
          .optional("scope", &OauthCredentialSettings::scope, "scopes to ask for, separated by blanks")
          .by_default("what the endpoint gives")
          .optional("audience", &OauthCredentialSettings::audience,
                    "whom the token is for, where the endpoint asks for it")
          .by_default("not said")
          .optional("ca", &OauthCredentialSettings::ca, "PEM file that the endpoint's certificate is checked against")
          .by_default("the machine's")
          .check(check_oauth);
  return keys;
}

const config::Keys<CredentialSettings>& CredentialSettings::keys() {
  static const auto keys =
      config::Keys<CredentialSettings>(
          "credentials for a system",
          "What the system is shown by the gateway; a caller's own never reach it. They must not be a consumer's.")
          .optional("bearer", &CredentialSettings::bearer, "Authorization: Bearer with this token")
          .optional("basic", &CredentialSettings::basic, "Authorization: Basic")
          .optional("header", &CredentialSettings::header, "a field of the system's own")
          .optional("signature", &CredentialSettings::signature, "a signature, for another Causeway")
          .optional("oauth", &CredentialSettings::oauth, "a token of an OAuth provider")
          .exactly_one("bearer", "basic", "header", "signature", "oauth")
          .check(check_one);
  return keys;
}

}  // namespace causeway::upstream
