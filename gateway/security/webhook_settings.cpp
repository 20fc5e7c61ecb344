#include "security/webhook_settings.h"

#include <fmt/format.h>

#include "security/signed_text.h"
#include "security/webhook_scheme.h"

namespace causeway::security {
namespace {

constexpr Duration kLongestTolerance = std::chrono::hours(24);

template <class T>
config::Keys<T>& add_secrets(config::Keys<T>& keys) {
  return keys.optional("secret", &T::secret, "what the partner signs with")
      .optional("secrets", &T::secrets, "instead of `secret`: several are active at once, for rotation")
      .exactly_one("secret", "secrets")
      .check([](const T& settings, const config::Node& node, config::Reading& reading) {
        if (settings.secret.has_value() == !settings.secrets.empty())
          reading.error(node, "needs `secret`, or `secrets` with at least one, and not both", "missing");
      });
}

void check_header(const config::Placed<std::string>& header, config::Reading& reading) {
  const std::string problem = webhook_header_problem(header.value);
  if (!problem.empty()) reading.errors().add(header.position, header.path, problem);
}

void check_standard_secrets(const TimedWebhookSettings& settings, const config::Node& node, config::Reading& reading) {
  const auto check = [&](const config::Secret& secret, const config::Node& at) {
    if (!standard_webhook_key(secret)) {
      reading.error(at, "expected whsec_ and base64 of 16 to 64 bytes, as Standard Webhooks writes secrets", "secret");
    }
  };
  if (settings.secret) {
    auto step = reading.enter("secret");
    check(*settings.secret, *node.find("secret"));
  }
  // An empty default was dropped, so items and secrets need not pair up: the list is blamed as a whole.
  auto step = reading.enter("secrets");
  for (const auto& secret : settings.secrets) check(secret, *node.find("secrets"));
}

template <class T, std::size_t N>
int count_of(const WebhookSettings& settings, std::optional<T> WebhookSettings::*const (&members)[N]) {
  int count = 0;
  for (const auto member : members) count += (settings.*member).has_value() ? 1 : 0;
  return count;
}

}  // namespace

const config::Keys<WebhookSecretSettings>& WebhookSecretSettings::keys() {
  static const auto keys = [] {
    config::Keys<WebhookSecretSettings> made("webhook secrets");
    add_secrets(made);
    return made;
  }();
  return keys;
}

const config::Keys<TimedWebhookSettings>& TimedWebhookSettings::keys() {
  static const auto keys = [] {
    config::Keys<TimedWebhookSettings> made("webhook secrets with a time");
    add_secrets(made)
        .optional("tolerance", &TimedWebhookSettings::tolerance, "how old, and how far ahead, a message may be")
        .range(std::chrono::seconds(1), kLongestTolerance);
    return made;
  }();
  return keys;
}

const config::Keys<WebhookTimestampSettings>& WebhookTimestampSettings::keys() {
  static const auto keys =
      config::Keys<WebhookTimestampSettings>("webhook timestamp")
          .required("header", &WebhookTimestampSettings::header,
                    "header with the time, in seconds (10 digits) or milliseconds (13) since 1970")
          .optional("tolerance", &WebhookTimestampSettings::tolerance, "how old, and how far ahead, a message may be")
          .range(std::chrono::seconds(1), kLongestTolerance)
          .check([](const WebhookTimestampSettings& settings, const config::Node&, config::Reading& reading) {
            check_header(settings.header, reading);
          });
  return keys;
}

const config::Keys<HmacWebhookSettings>& HmacWebhookSettings::keys() {
  static const auto keys = [] {
    config::Keys<HmacWebhookSettings> made("webhook HMAC");
    made.required("header", &HmacWebhookSettings::header, "header with the code, such as X-Shopify-Hmac-Sha256")
        .required("encoding", &HmacWebhookSettings::encoding, "how the code is written")
        .optional("prefix", &HmacWebhookSettings::prefix, "stands before the code, such as sha256=");
    add_secrets(made)
        .optional("timestamp", &HmacWebhookSettings::timestamp,
                  "the signed time of a message; without it an old message may be sent again")
        .optional("id", &HmacWebhookSettings::id, "header with the id of a message, where that is signed")
        .optional("signed", &HmacWebhookSettings::signed_text, "what is signed, out of {body}, {timestamp} and {id}")
        .check([](const HmacWebhookSettings& settings, const config::Node& node, config::Reading& reading) {
          check_header(settings.header, reading);
          if (!settings.id.path.empty()) check_header(settings.id, reading);
          const std::string problem =
              signed_text_problem(*settings.signed_text, settings.timestamp.has_value(), !settings.id.path.empty());
          if (problem.empty()) return;
          const config::Node* const text = node.find("signed");
          auto step = reading.enter("signed");
          reading.error(text != nullptr ? *text : node, problem);
        });
    return made;
  }();
  return keys;
}

const config::Keys<WebhookSettings>& WebhookSettings::keys() {
  static const auto keys =
      config::Keys<WebhookSettings>("webhook")
          .optional("hmac_sha256", &WebhookSettings::hmac_sha256, "a partner that signs with HMAC-SHA256")
          .optional("hmac_sha1", &WebhookSettings::hmac_sha1, "the same with HMAC-SHA1, for partners with nothing else")
          .optional("hmac_sha512", &WebhookSettings::hmac_sha512, "the same with HMAC-SHA512")
          .optional("standard_webhooks", &WebhookSettings::standard_webhooks,
                    "a partner that follows standardwebhooks.com; secrets are written whsec_…")
          .optional("stripe", &WebhookSettings::stripe,
                    "a partner that signs as Stripe does: Stripe-Signature: t=…,v1=…")
          .optional("github", &WebhookSettings::github,
                    "a partner that signs as GitHub does: X-Hub-Signature-256: sha256=…")
          .optional("shopify", &WebhookSettings::shopify, "a partner that signs as Shopify does: X-Shopify-Hmac-Sha256")
          .exactly_one("hmac_sha256", "hmac_sha1", "hmac_sha512", "standard_webhooks", "stripe", "github", "shopify")
          .check([](const WebhookSettings& settings, const config::Node& node, config::Reading& reading) {
            using S = WebhookSettings;
            const int count = count_of(settings, {&S::hmac_sha256, &S::hmac_sha1, &S::hmac_sha512}) +
                              count_of(settings, {&S::standard_webhooks, &S::stripe}) +
                              count_of(settings, {&S::github, &S::shopify});
            if (count != 1) {
              reading.error(node,
                            "needs exactly one of hmac_sha256, hmac_sha1, hmac_sha512, standard_webhooks, stripe, "
                            "github, shopify",
                            "missing");
              return;
            }
            if (settings.hmac_sha1) {
              reading.warn(node,
                           "SHA-1 is for partners that offer nothing else; prefer hmac_sha256 where there is one");
            }
            if (settings.standard_webhooks) {
              auto step = reading.enter("standard_webhooks");
              check_standard_secrets(*settings.standard_webhooks, *node.find("standard_webhooks"), reading);
            }
          });
  return keys;
}

}  // namespace causeway::security
