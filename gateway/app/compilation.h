// From files to what workers serve from: reads the configuration, resolves every reference, builds every plugin and
// adapter, and collects all that is wrong. Nothing that is running is touched.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/http/http_adapter.h"
#include "app/config_files.h"
#include "app/effective_route.h"
#include "app/oauth/jwks_feed.h"
#include "app/process_state.h"
#include "app/settings.h"
#include "app/system_secrets.h"
#include "app/versions/version_catalogue.h"
#include "config/document.h"
#include "config/errors.h"
#include "events/subscription/subscription_table.h"
#include "events/topic.h"
#include "expression/template.h"
#include "pipeline/snapshot.h"
#include "server/listener.h"
#include "transactions/route_rules.h"
#include "upstream/cluster.h"

namespace causeway::app {

struct Compiled {
  Settings settings;
  std::shared_ptr<const pipeline::Snapshot> snapshot;
  std::shared_ptr<const EffectiveRoutes> routes;  ///< what `snapshot` was made of, for those who ask
  std::shared_ptr<const VersionCatalogue> versions;
  std::shared_ptr<security::ReplayTable> replays;
  std::vector<std::shared_ptr<const server::ListenerView>> listeners;  ///< as settings.listeners
  std::shared_ptr<const server::ListenerView> admin;
  std::shared_ptr<const events::TopicTable> topics;
  std::shared_ptr<const events::SubscriptionTable> subscriptions;
  std::vector<JwksFeed> key_feeds;
  std::vector<std::shared_ptr<upstream::TokenSource>> tokens;  ///< that systems are shown, to be fetched
  std::vector<std::shared_ptr<const upstream::Cluster>> clusters;
  CheckSigners check_signers;  ///< of half messages
};

/// What the files say, before anything is resolved.
struct Files {
  config::Documents documents;
  Settings settings;
};

/// Blocks on files. Secrets come from the environment of the process.
Files read_files(const ConfigFiles& files, config::Errors& errors);

/// Empty when `errors` says why; warnings may be there in any case. Goes on over errors of `read_files`, so that all
/// are found at once. Blocks on files and names.
std::optional<Compiled> compile(Files files, ProcessState& state, config::Errors& errors);

class ChainBuilder;

/// What the builders of plugins and adapters may refer to.
struct BuildContext {
  ProcessState& state;
  config::Reading& reading;  ///< of the route file
  const security::ConsumerTable& consumers;
  const std::map<std::string, std::shared_ptr<const upstream::Cluster>, std::less<>>& clusters;
  const events::TopicTable& topics;
  const DefaultSettings& defaults;
  const adapters::HttpSettings& http_defaults;  ///< `defaults.http`, read
  const RouteSettings& route;
  const config::Position& position;                 ///< of the route
  const routing::PathTemplate& matched;             ///< base and path of the route
  const routing::ApiSettings& api;                  ///< of the file
  expression::Template::FindSecret secrets;         ///< those that operators gave out
  std::shared_ptr<transactions::RouteRules> rules;  ///< of the route's calls, completed once its chain is known
  const ChainBuilder& chain;                        ///< the steps that stand before the one that is built
  SystemSecrets& system_secrets;                    ///< what systems are shown
  std::shared_ptr<const expression::Surroundings> expressions;
};

/// Null when there is no topic of this name, which is reported then.
std::shared_ptr<const events::Topic> find_topic(const config::Placed<std::string>& name, const BuildContext& context);

}  // namespace causeway::app
