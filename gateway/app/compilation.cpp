#include "app/compilation.h"

#include <algorithm>

#include "app/oauth/oauth_parts.h"
#include "app/oauth/token_endpoint.h"
#include "app/operator_checks.h"
#include "app/route_builder.h"
#include "app/system_secrets.h"
#include "app/versions/version_checks.h"

namespace causeway::app {
namespace {

void report(config::Errors& errors, const auto& placed, std::string message, std::string_view code = "invalid") {
  errors.add(placed.position, placed.path, std::move(message), code);
}

void warn_of_unresolved(const upstream::Cluster& built, const upstream::ClusterSettings& settings,
                        config::Errors& errors) {
  const std::vector<std::string> unresolved = built.unresolved();
  if (unresolved.empty()) return;
  for (const upstream::EndpointSettings& endpoint : settings.endpoints) {
    const std::string name = endpoint.address.text();
    if (std::ranges::find(unresolved, name) != unresolved.end())
      errors.warn(endpoint.position, endpoint.path, "the endpoint " + name + " has no address at present", "reference");
  }
}

/// All names at once: one that nobody can look up should not make the others wait.
void look_up_names(const Settings& settings, ProcessState& state) {
  std::vector<net::EndpointName> names;
  for (const upstream::ClusterSettings& cluster : settings.clusters)
    for (const upstream::EndpointSettings& endpoint : cluster.endpoints)
      if (!endpoint.address.empty()) names.push_back(endpoint.address);
  state.endpoints.prepare(names);
}

RouteBuilder::Clusters build_clusters(const Settings& settings, ProcessState& state, SystemSecrets& secrets,
                                      const std::shared_ptr<const expression::Surroundings>& expressions,
                                      config::Errors& errors) {
  look_up_names(settings, state);
  RouteBuilder::Clusters clusters;
  for (const upstream::ClusterSettings& each : settings.clusters) {
    upstream::ClusterSettings cluster = each;
    if (cluster.endpoints.empty()) {  // already reported; routes that name it are right
      clusters.emplace(*each.name, nullptr);
      continue;
    }
    if (cluster.system.empty()) {
      cluster.system = *cluster.name;
      for (char& c : cluster.system) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    }
    std::erase_if(cluster.endpoints, [](const auto& endpoint) { return endpoint.address.empty(); });
    if (cluster.endpoints.size() != each.endpoints.size()) {
      clusters.emplace(*each.name, nullptr);
      continue;
    }
    upstream::Reach reach = secrets.reach_of(cluster, errors);
    const upstream::ClusterWorld world{state.endpoints, state.clusters, state.metrics, state.labels, expressions};
    auto built = std::make_shared<const upstream::Cluster>(std::move(cluster), world, errors, std::move(reach));
    warn_of_unresolved(*built, each, errors);
    clusters.emplace(*each.name, std::move(built));
  }
  return clusters;
}

/// Callers refuse such a certificate, but a gateway that does not start would not serve them either.
void warn_of_validity(const net::TlsContext& tls, const server::TlsSettings& settings, WallTime now,
                      config::Errors& errors) {
  const auto date = [](WallTime time) { return config::TextForm<WallTime>::format(time); };
  const config::Position& at = settings.certificate.position;
  if (tls.valid_until() < now)
    errors.warn(at, settings.certificate.path, "the certificate expired at " + date(tls.valid_until()), "reference");
  if (tls.valid_from() > now)
    errors.warn(at, settings.certificate.path, "the certificate is not valid before " + date(tls.valid_from()),
                "reference");
}

/// Null when `errors` says why.
std::shared_ptr<const net::TlsContext> load_tls(const server::TlsSettings& tls, WallTime now, config::Errors& errors) {
  if (tls.certificate->empty() || tls.private_key->empty()) return nullptr;  // which has been reported
  auto loaded = net::TlsContext::load(*tls.certificate, *tls.private_key, tls.clients());
  if (auto* problem = std::get_if<net::TlsProblem>(&loaded)) {
    const auto& named = problem->file == net::TlsProblem::File::kAuthorities  ? *tls.client_ca
                        : problem->file == net::TlsProblem::File::kPrivateKey ? tls.private_key
                                                                              : tls.certificate;
    report(errors, named, std::move(problem->text), "reference");
    return nullptr;
  }
  warn_of_validity(*std::get<0>(loaded), tls, now, errors);
  return std::get<0>(std::move(loaded));
}

std::shared_ptr<const server::ListenerView> build_listener(const server::ListenerSettings& settings, WallTime now,
                                                           config::Errors& errors) {
  auto view = std::make_shared<server::ListenerView>();
  view->limits = settings.limits;
  view->trusted_proxies = AddressSet(settings.trusted_proxies);
  if (settings.tls) view->tls = load_tls(*settings.tls, now, errors);
  return view;
}

/// Partners may allow older timestamps than signatures; the memory for replays lasts for all of them.
security::SigningSettings remembered_window(security::SigningSettings signing,
                                            const security::ConsumerTable& consumers) {
  const Duration tolerance = security::longest_tolerance(consumers.webhooks().groups());
  signing.window = std::max(signing.window, tolerance);
  signing.future_skew = std::max(signing.future_skew, tolerance);
  return signing;
}

}  // namespace

Files read_files(const ConfigFiles& files, config::Errors& errors) {
  Files read;
  read.documents = config::load(files, errors);
  config::Reading reading(errors, config::FileKind::kOperator);
  // A main file that could not be read has already been reported; reading nothing would only add "missing" to it.
  if (read.documents.main.is_mapping()) read.settings = config::read<Settings>(read.documents.main, reading);
  return read;
}

std::optional<Compiled> compile(Files files, ProcessState& state, config::Errors& errors) {
  Compiled compiled;
  compiled.settings = std::move(files.settings);
  note_incomplete(compiled.settings, files.documents, errors);
  check_codes(compiled.settings, errors);
  check_addresses(compiled.settings, files.documents.main, errors);
  check_replays(compiled.settings, files.documents.main, errors);
  auto snapshot = std::make_shared<pipeline::Snapshot>();
  snapshot->consumers =
      std::make_shared<const security::ConsumerTable>(compiled.settings.consumers, compiled.settings.signing, errors);
  for (const security::Consumer& consumer : snapshot->consumers->all())
    snapshot->consumer_labels.push_back(state.metrics.intern(consumer.name));
  const auto expressions =
      std::make_shared<const expression::Surroundings>(surroundings_of(compiled.settings, &state.clock));
  SystemSecrets secrets(compiled.settings, state);
  const RouteBuilder::Clusters clusters = build_clusters(compiled.settings, state, secrets, expressions, errors);
  compiled.tokens = secrets.take_tokens();
  for (const server::ListenerSettings& listener : compiled.settings.listeners)
    compiled.listeners.push_back(build_listener(listener, state.clock.wall(), errors));
  auto admin = std::make_shared<server::ListenerView>();
  if (compiled.settings.admin.tls) admin->tls = load_tls(*compiled.settings.admin.tls, state.clock.wall(), errors);
  compiled.admin = std::move(admin);
  compiled.replays = state.replay_table(remembered_window(compiled.settings.signing, *snapshot->consumers));
  events::check_topics(compiled.settings.topics, errors);
  compiled.topics = std::make_shared<const events::TopicTable>(
      compiled.settings.topics, state.metrics, compiled.settings.bus.kind(), &state.topic_limits, expressions);
  compiled.subscriptions =
      events::build_subscriptions(compiled.settings.subscriptions, *compiled.topics, clusters, errors, expressions);
  const OauthParts oauth = compile_oauth(compiled.settings, *snapshot->consumers, state, errors);
  compiled.key_feeds = oauth.feeds;
  RouteBuilder routes(state, compiled.settings, secrets, *snapshot->consumers, clusters, *compiled.topics,
                      compiled.replays, oauth.authenticator, expressions, errors);
  routes.add(token_routes(compiled.settings, oauth, *snapshot->consumers, state, errors), files.documents.main);
  for (const config::IncludedFile& included : files.documents.routes) routes.add(included);
  check_versions(routes.apis(), compiled.settings, errors);
  routes.finish(*snapshot);
  if (errors.failed()) return std::nullopt;
  std::set<std::string, std::less<>> used = routes.used_secrets();
  used.insert(secrets.used().begin(), secrets.used().end());
  check_secrets_used(files.documents.main, used, errors);
  compiled.versions = std::make_shared<const VersionCatalogue>(routes.apis(), *snapshot, state.versions,
                                                               compiled.settings.versioning.notice);
  for (const auto& [name, cluster] : clusters) compiled.clusters.push_back(cluster);
  compiled.check_signers = std::move(secrets.signers());
  compiled.routes = routes.take_record();
  compiled.snapshot = std::move(snapshot);
  return compiled;
}

std::shared_ptr<const events::Topic> find_topic(const config::Placed<std::string>& name, const BuildContext& context) {
  auto topic = context.topics.find(*name);
  if (topic || name.path.empty()) return topic;  // a missing key has been reported
  if (!context.reading.errors().knows_all("topic")) return nullptr;
  std::vector<std::string_view> names;
  for (const auto& [known, ignored] : context.topics.all()) names.push_back(known);
  auto step = context.reading.resume(name.path);
  context.reading.error(name.position, "unknown topic " + config::quote(*name) + config::suggestion(*name, names),
                        "reference");
  return nullptr;
}

}  // namespace causeway::app
