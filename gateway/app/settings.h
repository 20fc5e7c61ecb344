// What the files say, as values: the operators' files as one Settings, each route file as one RouteFile. Every other
// room describes its own keys; this is only how they are put together.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "admin/settings.h"
#include "app/bus_settings.h"
#include "app/reload/settings.h"
#include "config/keys.h"
#include "config/placed.h"
#include "events/subscription/settings.h"
#include "events/topic_settings.h"
#include "expression/limit_settings.h"
#include "routing/settings.h"
#include "security/access.h"
#include "security/consumer_settings.h"
#include "security/oauth/settings.h"
#include "server/listener_settings.h"
#include "store/settings.h"
#include "telemetry/settings.h"
#include "upstream/cluster_settings.h"

namespace causeway::app {

struct NodeSettings {
  std::string id = "causeway";
  static const config::Keys<NodeSettings>& keys();
};

/// Of the process as a whole; a listener has limits of its own.
struct ProcessLimitSettings {
  expression::LimitSettings expressions;
  static const config::Keys<ProcessLimitSettings>& keys();
};

struct ServerSettings {
  ProcessLimitSettings limits;
  static const config::Keys<ServerSettings>& keys();
};

struct Settings {
  NodeSettings node;
  ServerSettings server;
  std::vector<server::ListenerSettings> listeners;
  admin::AdminSettings admin;
  config::OrAuto<std::uint32_t> workers;
  Duration drain_timeout = std::chrono::seconds(30);
  security::SigningSettings signing;
  routing::VersioningSettings versioning;
  std::map<std::string, config::Secret> secrets;
  std::vector<security::ConsumerSettings> consumers;
  security::OauthSettings oauth;
  std::vector<upstream::ClusterSettings> clusters;
  std::optional<store::StoreSettings> store;  ///< absent: the default one
  BusSettings bus;
  std::vector<events::TopicSettings> topics;
  std::vector<events::SubscriptionSettings> subscriptions;
  telemetry::TelemetrySettings telemetry;
  ReloadSettings reload;
  /// Of the store, open or not: where the admin token is, too.
  std::string data_folder() const;
  bool wants_store() const { return !store || !store->none; }
  static const config::Keys<Settings>& keys();
};

/// What the programs of a configuration run within. `clock`: null is the system's.
expression::Surroundings surroundings_of(const Settings& settings, const Clock* clock = nullptr);

/// `auth: none` or `auth: {any: [signature, api_key]}`.
struct AuthSettings {
  std::vector<config::Placed<std::string>> any;  ///< empty: none
};

struct RouteLimitSettings {
  std::optional<ByteSize> request_body;
  std::optional<Duration> body_timeout;
  static const config::Keys<RouteLimitSettings>& keys();
};

enum class Reply : std::uint8_t { kEnvelope, kAsIs };
constexpr auto names(Reply) { return config::table<Reply>({{"envelope", Reply::kEnvelope}, {"as_is", Reply::kAsIs}}); }

/// What a route and its file's `defaults` have in common.
struct RouteBaseSettings {
  std::optional<AuthSettings> auth;
  std::optional<security::AccessSettings> access;
  RouteLimitSettings limits;
  std::vector<config::Deferred> plugins;
  std::optional<Reply> reply;
};

struct DefaultSettings : RouteBaseSettings {
  std::optional<config::Deferred> http;  ///< every http adapter of the file starts from it
  static const config::Keys<DefaultSettings>& keys();
};

struct RouteSettings : RouteBaseSettings {
  config::Placed<std::string> name;
  routing::MatchSettings match;
  std::vector<std::string> versions;
  std::vector<config::Placed<std::string>> without;
  std::optional<config::Deferred> from;  ///< shapes of older versions
  config::Deferred adapter;
  std::vector<config::Deferred> fallback;      ///< what answers when the system does not, in this order
  std::optional<config::Deferred> publish;     ///< what has happened when the call succeeds
  std::optional<config::Deferred> on_unknown;  ///< whom to ask when it has no outcome
  static const config::Keys<RouteSettings>& keys();
};

struct RouteFile : routing::ApiSettings {
  DefaultSettings defaults;
  std::vector<config::Placed<RouteSettings>> routes;
  static const config::Keys<RouteFile>& keys();
};

}  // namespace causeway::app

template <>
struct causeway::config::Value<causeway::app::AuthSettings> {
  static bool read_into(const Node& node, Reading& reading, app::AuthSettings& out, const Range*);
  static Shape shape();
  static std::string text(const app::AuthSettings&) { return {}; }
};
