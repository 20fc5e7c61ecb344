// The visible list of schemes by which callers prove who they are: what `auth: {any: […]}` may name.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "app/settings.h"
#include "exchange/authenticator.h"

namespace causeway::plugins {
class OauthAuthenticator;
}
namespace causeway::security {
class ReplayTable;
}

namespace causeway::app {

struct ProcessState;

/// What schemes are built from. All of it outlives the configuration that is being compiled, or is shared.
struct AuthenticatorContext {
  const Settings& settings;
  ProcessState& state;
  const security::ConsumerTable& consumers;
  std::shared_ptr<security::ReplayTable> replays;
  std::shared_ptr<const plugins::OauthAuthenticator> oauth;  ///< null without providers
};

std::vector<std::string_view> authenticator_names();

/// Null for a name that is not in the list, which was reported when it was read, and for `oauth` without a provider.
std::shared_ptr<const Authenticator> build_authenticator(std::string_view name, const AuthenticatorContext& context);

}  // namespace causeway::app
