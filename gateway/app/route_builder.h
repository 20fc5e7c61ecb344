// One route file: from its settings to the plans of its routes.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/compilation.h"
#include "app/oauth/token_endpoint.h"

namespace causeway::app {

class RouteBuilder {
 public:
  using Clusters = std::map<std::string, std::shared_ptr<const upstream::Cluster>, std::less<>>;

  /// All references outlive the builder.
  RouteBuilder(ProcessState& state, const Settings& settings, const security::ConsumerTable& consumers,
               const Clusters& clusters, const events::TopicTable& topics,
               std::shared_ptr<security::ReplayTable> replays, std::shared_ptr<const plugins::OauthAuthenticator> oauth,
               config::Errors& errors);

  /// Adds the file's routes; what is wrong goes to the errors.
  void add(const config::IncludedFile& file);
  /// Adds routes of the gateway itself. Before those of files: a file's route on the same path is then what is wrong.
  void add(std::vector<BuiltinRoute> routes, const config::Node& main_file);

  /// Builds the table and hands over the plans. Null table when there are errors.
  void finish(pipeline::Snapshot& snapshot);

 private:
  /// What every route of a file starts from, read once.
  struct Start {
    const RouteFile& file;
    adapters::HttpSettings http;
    security::AccessRule access;
  };

  void add_route(const Start& start, const config::Placed<RouteSettings>& route, config::Reading& reading);
  std::vector<std::unique_ptr<const Plugin>> build_chain(const BuildContext& context,
                                                         const security::AccessRule& defaults_access,
                                                         RouteContext& out);
  std::optional<std::string> find_secret(std::string_view name) const;
  std::unique_ptr<const Plugin> build_authentication(const AuthSettings& auth, RouteContext& out);
  void add_plugins(const BuildContext& context, std::vector<std::unique_ptr<const Plugin>>& chain, bool& has_envelope);

  ProcessState& state_;
  const Settings& settings_;
  const security::ConsumerTable& consumers_;
  const Clusters& clusters_;
  const events::TopicTable& topics_;
  std::shared_ptr<security::ReplayTable> replays_;
  std::shared_ptr<const plugins::OauthAuthenticator> oauth_;
  config::Errors& errors_;
  std::vector<routing::ApiSpec> apis_;
  std::vector<routing::RouteSpec> routes_;
  std::vector<std::unique_ptr<pipeline::RoutePlan>> plans_;
};

}  // namespace causeway::app
