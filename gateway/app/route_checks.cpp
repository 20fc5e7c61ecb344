#include "app/route_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "app/builtin_authenticators.h"
#include "core/ascii.h"

namespace causeway::app {
namespace {

using Place = config::Placed<std::string>;
using security::Consumer;
using security::ConsumerSettings;

bool has_role(const Consumer& consumer, std::string_view role) {
  return std::ranges::find(consumer.roles, role) != consumer.roles.end();
}

/// By name and role alone.
bool admits(const security::AccessSettings& access, const Consumer& consumer) {
  const bool by_role = std::ranges::any_of(access.roles, [&](const Place& role) { return has_role(consumer, *role); });
  const bool by_name = std::ranges::any_of(access.consumers, [&](const Place& name) { return *name == consumer.name; });
  return (access.roles.empty() || by_role) && (access.consumers.empty() || by_name);
}

std::string place_of(const security::AccessSettings& access) {
  const config::Position& at = !access.roles.empty()       ? access.roles.front().position
                               : !access.consumers.empty() ? access.consumers.front().position
                                                           : access.addresses.front().position;
  return at.to_text();
}

/// Who has a credential that the scheme asks for.
bool can_present(const ConsumerSettings& consumer, std::string_view scheme) {
  if (scheme == "signature") return !consumer.signing_keys.empty();
  if (scheme == "api_key") return !consumer.api_tokens.empty();
  if (scheme == "oauth") return !consumer.oauth_clients.empty();
  if (scheme == "webhook") return consumer.webhook.has_value();
  if (scheme == "mtls") return !consumer.certificates.empty();
  return true;
}

/// Whether two values are written alike, anchors resolved.
bool same(const config::Node& a, const config::Node& b) {
  if (a.kind() != b.kind() || a.text() != b.text()) return false;
  const auto same_entry = [](const config::Node::Entry& x, const config::Node::Entry& y) {
    return x.key.text() == y.key.text() && same(x.value, y.value);
  };
  return std::ranges::equal(a.items(), b.items(), same) && std::ranges::equal(a.entries(), b.entries(), same_entry);
}

std::string_view credential_of(std::string_view scheme) {
  if (scheme == "signature") return "`keys`";
  if (scheme == "api_key") return "`api_tokens`";
  if (scheme == "oauth") return "`oauth`";
  if (scheme == "webhook") return "a `webhook`";
  return "`certificates`";
}

/// What is no scheme, and `oauth` without a provider, is an error already.
bool known_scheme(std::string_view scheme, const Settings& settings) {
  const std::vector<std::string_view> known = authenticator_names();
  if (std::ranges::find(known, scheme) == known.end()) return false;
  return scheme != "oauth" || !settings.oauth.providers.empty();
}

constexpr std::string_view kParams = "$params.";

bool is_of_name(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

bool mentions_parameters(const config::Node& node) {
  return node.text().find(kParams) != std::string::npos || std::ranges::any_of(node.items(), mentions_parameters) ||
         std::ranges::any_of(node.entries(), [](const auto& entry) { return mentions_parameters(entry.value); });
}

/// Null is what is asked for: the text goes on with `//`, what holds otherwise.
bool has_alternative(std::string_view rest) {
  const std::size_t next = rest.find_first_not_of(" \t\n)?");
  return next != std::string_view::npos && rest.substr(next).starts_with("//");
}

void find_parameters_in(const config::Node& text, const std::string& path, const routing::PathTemplate& matched,
                        config::Errors& errors) {
  const std::string_view whole = text.text();
  for (std::size_t at = whole.find(kParams); at != std::string_view::npos; at = whole.find(kParams, at)) {
    const std::size_t begin = at;
    at += kParams.size();
    std::size_t end = at;
    while (end < whole.size() && is_of_name(whole[end])) ++end;
    const std::string_view name = whole.substr(at, end - at);
    if (name.empty() || matched.uses(name) || has_alternative(whole.substr(end))) continue;
    const std::vector<std::string> known = matched.parameters();
    errors.add(text.position_within(begin).value_or(text.position()), path,
               fmt::format("{{{}}} is not a parameter of {}{}", name, config::quote(matched.text()),
                           config::suggestion(name, {known.begin(), known.end()})),
               "reference");
  }
}

void find_parameters(const config::Node& node, const std::string& path, const routing::PathTemplate& matched,
                     config::Errors& errors) {
  if (node.is_scalar()) find_parameters_in(node, path, matched, errors);
  for (std::size_t i = 0; i < node.items().size(); ++i)
    find_parameters(node.items()[i], config::extend_path(path, i), matched, errors);
  for (const config::Node::Entry& entry : node.entries())
    find_parameters(entry.value, config::extend_path(path, entry.key.text()), matched, errors);
}

bool asks_for_certificates(const Settings& settings) {
  return std::ranges::any_of(settings.listeners, [](const server::ListenerSettings& listener) {
    return listener.tls && listener.tls->client_ca;
  });
}

}  // namespace

bool check_narrows(const security::AccessSettings& defaults, const security::AccessSettings& route,
                   const security::ConsumerTable& consumers, config::Errors& errors) {
  const std::size_t before = errors.error_count();
  const auto refuse = [&](const auto& item, std::string_view whom) {
    errors.add(item.position, item.path,
               fmt::format("a route only narrows the access of its defaults ({}), which do not admit {}",
                           place_of(defaults), whom),
               "conflict");
  };
  for (const Place& role : route.roles) {
    bool any = false;
    bool admitted = false;
    for (const Consumer& consumer : consumers.all()) {
      if (!has_role(consumer, *role)) continue;
      any = true;
      admitted = admitted || admits(defaults, consumer);
    }
    if (any && !admitted) refuse(role, fmt::format("any consumer with the role {}", config::quote(*role)));
  }
  for (const Place& name : route.consumers) {
    const Consumer* const consumer = consumers.find(*name);
    if (consumer != nullptr && !admits(defaults, *consumer)) refuse(name, config::quote(*name));
  }
  if (defaults.addresses.empty()) return errors.error_count() == before;
  for (const auto& range : route.addresses) {
    const bool within = std::ranges::any_of(defaults.addresses, [&range](const auto& each) {
      return each->contains(range->first()) && each->contains(range->last());
    });
    if (!within) refuse(range, "all of " + range->to_string());
  }
  return errors.error_count() == before;
}

void check_limits(const RouteLimitSettings& defaults, const config::Placed<RouteSettings>& route,
                  config::Errors& errors) {
  const auto check = [&](std::string_view key, const auto& widest, const auto& own) {
    if (!widest || !own || *own <= *widest) return;
    const config::Node* const limits = route.node.find("limits");
    const config::Node* const value = limits != nullptr ? limits->find(key) : nullptr;
    using Form = config::TextForm<std::remove_cvref_t<decltype(*own)>>;
    errors.add(value != nullptr ? value->position() : route.position, fmt::format("{}.limits.{}", route.path, key),
               fmt::format("a route only narrows the limits of its defaults, which are {}", Form::format(*widest)),
               "conflict");
  };
  check("request_body", defaults.request_body, route->limits.request_body);
  check("body_timeout", defaults.body_timeout, route->limits.body_timeout);
}

void check_schemes(const AuthSettings& auth, const security::AccessRule& rule, const config::Placed<std::string>& name,
                   const Settings& settings, const security::ConsumerTable& consumers, config::Errors& errors) {
  if (!errors.knows_all("consumer")) return;
  bool useful = false;  // somebody can use one of the schemes, whether or not the rule admits them
  bool admitted = false;
  for (const Place& scheme : auth.any) {
    bool anybody = false;
    for (const ConsumerSettings& consumer : settings.consumers) {
      if (!can_present(consumer, *scheme)) continue;
      anybody = true;
      const Consumer* const known = consumers.find(*consumer.name);
      admitted = admitted || (known != nullptr && rule.check_consumer(*known).ok());
    }
    useful = useful || anybody;
    if (*scheme == "mtls" && !asks_for_certificates(settings))
      errors.warn(scheme.position, scheme.path, "no listener asks for client certificates: set `tls.client_ca`",
                  "reference");
    else if (!anybody && known_scheme(*scheme, settings))
      errors.warn(scheme.position, scheme.path, fmt::format("no consumer has {}", credential_of(*scheme)), "reference");
  }
  if (!useful || admitted || rule.admits_nobody()) return;
  std::string schemes;
  for (const Place& scheme : auth.any) schemes += (schemes.empty() ? "" : ", ") + *scheme;
  errors.warn(
      name.position, name.path,
      fmt::format("nobody can call this route: no consumer that `access` admits has a credential for {}", schemes),
      "conflict");
}

void StepChecks::add(const config::Tagged& step) {
  const config::Position& at = step.key.position();
  const std::string path = step.path.substr(0, step.path.size() - step.name.size() - 1);  // of the item
  const auto twin = std::ranges::find_if(steps_, [&](const config::Tagged& other) {
    return other.name == step.name && (step.name == "envelope" || same(other.settings, step.settings));
  });
  if (step.name == "envelope" && !wrapped_)
    errors_.add(at, path, "`reply: as_is` sends the answer without an envelope; say one or the other", "conflict");
  else if (step.name == "envelope" && twin != steps_.end())
    errors_.add(at, path,
                fmt::format("a second envelope, the first at {}; `without: [envelope]` leaves out that of the defaults",
                            twin->key.position().to_text()),
                "conflict");
  else if (twin != steps_.end())
    errors_.warn(at, path, fmt::format("the same step stands at {} already", twin->key.position().to_text()),
                 "conflict");
  steps_.push_back(step);
}

void check_without(const std::vector<Place>& without, const std::vector<std::string>& dropped,
                   const std::vector<config::Deferred>& defaults, config::Errors& errors) {
  for (const Place& name : without) {
    if (std::ranges::find(dropped, *name) != dropped.end()) continue;
    std::vector<std::string_view> known;
    for (const config::Deferred& item : defaults) {
      const auto& entries = item.node.entries();
      known.push_back(entries.empty() ? item.node.text() : entries.front().key.text());
    }
    errors.add(name.position, name.path,
               fmt::format("the defaults have no plugin {}{}", config::quote(*name), config::suggestion(*name, known)),
               "reference");
  }
}

void check_opened(const DefaultSettings& defaults, const RouteSettings& route, const config::Position& auth,
                  config::Errors& errors) {
  const bool opens = route.auth && route.auth->any.empty();
  if (!opens || !defaults.auth || defaults.auth->any.empty()) return;
  errors.warn(auth, route.name.path.substr(0, route.name.path.rfind('.')) + ".auth",
              fmt::format("the defaults ask for credentials ({}), and this route takes calls from anybody",
                          defaults.auth->any.front().position.to_text()),
              "conflict");
}

void check_parameters(const config::Placed<RouteSettings>& route, const routing::PathTemplate& matched,
                      config::Errors& errors) {
  if (mentions_parameters(route.node)) find_parameters(route.node, route.path, matched, errors);
}

void check_auth_said(const RouteFile& file, config::Errors& errors) {
  if (file.defaults.auth) return;
  const config::Placed<RouteSettings>* first = nullptr;
  std::size_t more = 0;
  for (const auto& route : file.routes) {
    if (route->auth) continue;
    if (first == nullptr) first = &route;
    else ++more;
  }
  if (first == nullptr) return;
  std::string message = "missing \"auth\": say who may call, or `auth: none`";
  if (more > 0) message += fmt::format("; {} more of this file lack it, `defaults` would serve them all", more);
  errors.add(first->position, first->path, std::move(message), "missing");
}

}  // namespace causeway::app
