#include "app/builtin_authenticators.h"

#include "app/process_state.h"
#include "plugins/api_key/api_key_authenticator.h"
#include "plugins/mtls/mtls_authenticator.h"
#include "plugins/oauth/oauth_authenticator.h"
#include "plugins/signature/signature_authenticator.h"
#include "plugins/webhook/webhook_authenticator.h"

namespace causeway::app {
namespace {

std::shared_ptr<const Authenticator> build_signature(const AuthenticatorContext& context) {
  return std::make_shared<plugins::SignatureAuthenticator>(context.consumers, context.settings.signing,
                                                           ReplayGuard(context.replays, context.state.replay_journal));
}

std::shared_ptr<const Authenticator> build_api_key(const AuthenticatorContext& context) {
  return std::make_shared<plugins::ApiKeyAuthenticator>(context.consumers);
}

std::shared_ptr<const Authenticator> build_mtls(const AuthenticatorContext& context) {
  return std::make_shared<plugins::MtlsAuthenticator>(context.consumers);
}

std::shared_ptr<const Authenticator> build_webhook(const AuthenticatorContext& context) {
  return std::make_shared<plugins::WebhookAuthenticator>(context.consumers,
                                                         ReplayGuard(context.replays, context.state.replay_journal));
}

std::shared_ptr<const Authenticator> build_oauth(const AuthenticatorContext& context) { return context.oauth; }

struct Row {
  std::string_view name;
  std::shared_ptr<const Authenticator> (*build)(const AuthenticatorContext&);
};

constexpr Row kAuthenticators[] = {
    {"signature", build_signature}, {"api_key", build_api_key}, {"oauth", build_oauth},
    {"mtls", build_mtls},           {"webhook", build_webhook},
};

}  // namespace

std::vector<std::string_view> authenticator_names() {
  std::vector<std::string_view> names;
  for (const Row& row : kAuthenticators) names.push_back(row.name);
  return names;
}

std::shared_ptr<const Authenticator> build_authenticator(std::string_view name, const AuthenticatorContext& context) {
  for (const Row& row : kAuthenticators)
    if (row.name == name) return row.build(context);
  return nullptr;
}

}  // namespace causeway::app
