// One route file: from its settings to the plans of its routes.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "app/chain_builder.h"
#include "app/compilation.h"
#include "app/effective_text.h"
#include "app/oauth/token_endpoint.h"

namespace causeway::app {

class RouteBuilder {
 public:
  using Clusters = std::map<std::string, std::shared_ptr<const upstream::Cluster>, std::less<>>;

  /// All references outlive the builder.
  RouteBuilder(ProcessState& state, const Settings& settings, SystemSecrets& system_secrets,
               const security::ConsumerTable& consumers, const Clusters& clusters, const events::TopicTable& topics,
               std::shared_ptr<security::ReplayTable> replays, std::shared_ptr<const plugins::OauthAuthenticator> oauth,
               std::shared_ptr<const expression::Surroundings> expressions, config::Errors& errors);

  /// Adds the file's routes; what is wrong goes to the errors.
  void add(const config::IncludedFile& file);
  /// Adds routes of the gateway itself. Before those of files: a file's route on the same path is then what is wrong.
  void add(std::vector<BuiltinRoute> routes, const config::Node& main_file);

  /// The names of secrets that routes refer to.
  const std::set<std::string, std::less<>>& used_secrets() const { return used_secrets_; }

  /// Builds the table and hands over the plans. Null table when there are errors.
  void finish(pipeline::Snapshot& snapshot);
  /// What the table is built from; until `take_record`.
  std::span<const routing::ApiSpec> apis() const { return apis_; }
  /// What became of the routes, for those who ask. After `finish`, once.
  std::shared_ptr<const EffectiveRoutes> take_record();

 private:
  /// What every route of a file starts from, read once.
  struct Start {
    const RouteFile& file;
    const config::Node& defaults;  ///< the mapping; null where the file has none
    adapters::HttpSettings http;
    security::AccessRule access;
  };

  void add_route(const Start& start, const config::Placed<RouteSettings>& route, config::Reading& reading);
  void build_chain(const BuildContext& context, const security::AccessRule& defaults_access,
                   const RouteSources& sources, RouteContext& out, ChainBuilder& chain);
  static std::vector<EffectiveKey> settings_of(const BuildContext& context, const RouteSources& sources);
  std::optional<std::string> find_secret(std::string_view name);
  std::unique_ptr<const Plugin> build_authentication(const AuthSettings& auth, RouteContext& out);
  void add_plugins(const BuildContext& context, const RouteSources& sources, ChainBuilder& chain);

  ProcessState& state_;
  const Settings& settings_;
  SystemSecrets& system_secrets_;
  const security::ConsumerTable& consumers_;
  const Clusters& clusters_;
  const events::TopicTable& topics_;
  std::shared_ptr<security::ReplayTable> replays_;
  std::shared_ptr<const plugins::OauthAuthenticator> oauth_;
  std::shared_ptr<const expression::Surroundings> expressions_;
  config::Errors& errors_;
  std::set<std::string, std::less<>> used_secrets_;
  std::vector<routing::ApiSpec> apis_;
  std::vector<routing::RouteSpec> routes_;
  std::vector<std::unique_ptr<pipeline::RoutePlan>> plans_;
  std::vector<EffectiveRoute> records_;  ///< by RouteSpec::index
  std::shared_ptr<const routing::RouteTable> table_;
};

}  // namespace causeway::app
