#include "app/transaction_build.h"

#include "adapters/transaction/transaction_adapter.h"
#include "expression/configured.h"
#include "security/webhook_scheme.h"

namespace causeway::app {
namespace {

using adapters::TransactionSettings;

/// The parameter at the end of the route's path; empty where there is none, which is reported.
std::string rest_of(const config::Tagged& tagged, const BuildContext& context) {
  const routing::PathTemplate& path = context.matched;
  if (path.is_unknown()) return {};
  const auto segments = path.segments();
  if (!segments.empty() && segments.back().kind == routing::PathTemplate::Kind::kRest) return segments.back().text;
  context.reading.error(tagged.key,
                        "transaction needs a path that ends in a rest such as {rest...}, for …/{messageId}/commit; "
                        "the route's is \"" +
                            path.text() + '"',
                        "conflict");
  return {};
}

void check_route(const config::Tagged& tagged, const BuildContext& context) {
  const routing::Methods methods = context.route.match.methods;
  const auto& auth = context.route.auth ? context.route.auth : context.defaults.auth;
  if (auth && auth->any.empty())
    context.reading.error(
        tagged.key,
        "half messages belong to the consumer that prepares them, and `auth: none` lets nobody say who it is",
        "conflict");
  if (!context.route.match.sound || methods == routing::Methods::kNone) return;
  if (!contains(methods, routing::Methods::kPost))
    context.reading.error(tagged.key, "transaction needs POST among the route's methods", "conflict");
  else if (!contains(methods, routing::Methods::kGet))
    context.reading.warn(tagged.key, "without GET among the route's methods nobody can ask for a message's state",
                         "conflict");
}

/// Over the file's `defaults.http`: whom to call, and for how long.
void add_defaults(TransactionSettings& settings, const BuildContext& context) {
  adapters::CheckBackSettings& http = settings.check.value.http;
  if (http.cluster->empty()) http.cluster = context.http_defaults.cluster;
  if (!http.timeout) http.timeout = context.http_defaults.timeout;
}

std::shared_ptr<const upstream::Cluster> find_cluster(const TransactionSettings& settings,
                                                      const BuildContext& context) {
  const config::Placed<std::string>& name = settings.check->http.cluster;
  config::Reading& reading = context.reading;
  if (name->empty()) {
    auto step = reading.resume(settings.check.path);
    reading.error(settings.check.position, "http: missing \"cluster\" (the system that prepared the message)",
                  "missing");
    return nullptr;
  }
  const auto found = context.clusters.find(*name);
  if (found != context.clusters.end()) return found->second;
  if (!reading.errors().knows_all("cluster")) return nullptr;
  std::vector<std::string_view> names;
  for (const auto& [known, cluster] : context.clusters) names.push_back(known);
  auto step = reading.resume(name.path);
  reading.error(name.position, "unknown cluster " + config::quote(*name) + config::suggestion(*name, names),
                "reference");
  return nullptr;
}

/// A reference and nothing beside it: a secret does not stand in a route file.
bool is_reference(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t", 2);
  return text.starts_with("{{") && text.find("}}") == text.size() - 2 && at != std::string_view::npos &&
         text.substr(at).starts_with("secret:");
}

std::shared_ptr<const security::WebhookSigner> signer_of(const config::Placed<std::string>& written,
                                                         const BuildContext& context) {
  config::Errors& errors = context.reading.errors();
  if (!is_reference(*written)) {
    errors.add(written.position, written.path, "expected a secret that operators gave out, as {{ secret:NAME }}",
               "secret");
    return nullptr;
  }
  const expression::Template text = expression::compile_template(written, {}, errors, context.secrets);
  if (text.parts().empty()) return nullptr;  // it does not compile, which was reported
  const auto key = security::standard_webhook_key(config::Secret(text.literal()));
  if (!key)
    errors.add(written.position, written.path,
               "a secret of Standard Webhooks is base64 of 16 to 64 bytes, with or without whsec_ before it", "secret");
  if (!key) return nullptr;
  if (context.system_secrets.is_inbound(key->reveal()) || context.system_secrets.is_inbound(text.literal())) {
    errors.add(written.position, written.path,
               "callers of the gateway prove themselves with this secret: a system is shown one of its own", "secret");
    return nullptr;
  }
  return std::make_shared<const security::WebhookSigner>(*key);
}

}  // namespace

std::unique_ptr<const Adapter> build_transaction(const config::Tagged& tagged, const BuildContext& context) {
  config::Reading& reading = context.reading;
  const std::size_t before = reading.errors().error_count();
  check_route(tagged, context);
  std::string rest = rest_of(tagged, context);
  TransactionSettings settings;
  {
    auto step = reading.resume(tagged.path);
    if (!TransactionSettings::keys().read_into(tagged.settings, reading, settings)) return nullptr;
  }
  add_defaults(settings, context);
  const std::shared_ptr<const events::Topic> topic = find_topic(settings.topic, context);
  const std::shared_ptr<const upstream::Cluster> cluster = find_cluster(settings, context);
  const std::string& route = *context.route.name;
  adapters::CheckBack check(settings, cluster, route + ".check", reading.errors());
  if (settings.webhook) {
    if (auto signer = signer_of(settings.webhook->secret, context))
      context.system_secrets.signers()[route] = std::move(signer);
  } else if (cluster && !cluster->settings().credentials) {
    auto step = reading.resume(settings.check.path);
    reading.warn(settings.check.node,
                 "the system cannot know the checks as ours: say `webhook`, or give the cluster `credentials`",
                 "conflict");
  }
  if (reading.errors().error_count() != before) return nullptr;
  return std::make_unique<adapters::TransactionAdapter>(
      settings, adapters::TransactionAdapter::Parts{topic, route, std::move(rest)}, std::move(check),
      context.state.transactions);
}

}  // namespace causeway::app
