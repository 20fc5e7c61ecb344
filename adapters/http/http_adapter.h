// The adapter `http`: forwards the call to a cluster and brings back its answer, streaming whatever nobody needs whole.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "adapters/http/target_template.h"
#include "config/keys.h"
#include "exchange/adapter.h"
#include "exchange/header_templates.h"
#include "exchange/json_template.h"
#include "routing/path_template.h"
#include "upstream/cluster.h"

namespace causeway::adapters {

struct HttpSettings {
  config::Placed<std::string> cluster;
  std::string method;                               ///< empty: the caller's
  std::optional<config::Placed<std::string>> path;  ///< with `{id}` and `{{ }}`; absent: the caller's path
  std::optional<std::map<std::string, config::Placed<std::string>>> query;  ///< absent: the caller's query
  HeaderSettings headers;                                                   ///< over those of the caller
  std::optional<config::Deferred> body;  ///< one `{{ }}`, or a mapping or list of templates; absent: the caller's
  std::string operation;                 ///< what the log calls it; empty: the route's name
  std::optional<Duration> timeout;
  std::optional<Duration> connect_timeout;
  static const config::Keys<HttpSettings>& keys();
};

/// What an adapter is for.
struct HttpUse {
  expression::VariableSet variables = CallValues::kOnTheWayIn;  ///< those that its templates may have
  /// One call among several of an adapter that puts an answer together: GET unless a method is said, and no body but
  /// its own.
  bool part = false;
  bool plain = false;       ///< nothing that the caller has sent goes along but what its templates say
  std::string operation{};  ///< what the log calls it where the settings do not say; of a part its name, unlike others
};

class HttpAdapter final : public Adapter {
 public:
  /// Errors (an unknown parameter, a bad template) go to `reading`. `secrets`: what `{{ secret:NAME }}` names.
  static std::unique_ptr<HttpAdapter> build(const HttpSettings& settings,
                                            std::shared_ptr<const upstream::Cluster> cluster,
                                            const routing::PathTemplate& matched, config::Reading& reading,
                                            const expression::Template::FindSecret& secrets = {},
                                            const HttpUse& use = {});

  /// What its templates look at.
  expression::VariableSet asks() const { return asks_; }
  bool asks_input() const { return asks_input_; }
  /// kOther: the caller's.
  net::Method method() const { return method_; }
  /// Its name.
  std::string_view cluster() const { return *cluster_->settings().name; }
  /// The whole call with its retries.
  Duration timeout() const { return timeout_; }
  std::string_view operation() const { return operation_; }
  /// The system takes a call with our key twice as one.
  bool honours_key() const { return cluster_ && cluster_->settings().idempotency.has_value(); }

  bool needs_whole_request() const override {
    return asks_input_ || asks_.has(expression::Variable::kRequest) || (cluster_ && cluster_->needs_body());
  }
  Task<Result<>> call(Exchange& exchange) const override;

  /// Fills in what `call` sends, without sending it. All of it lives as long as the exchange.
  Result<> prepare(Exchange& exchange, upstream::CallRequest& request) const;

 private:
  class Reader;
  HttpAdapter() = default;

  /// What goes to the system: target, fields and body.
  Result<> render(Exchange& exchange, net::Method method, std::pmr::string& target, net::Headers& headers) const;
  std::string_view key_of(Exchange& exchange) const;
  void fill_response(Exchange& exchange, upstream::CallResponse& answer) const;

  std::shared_ptr<const upstream::Cluster> cluster_;
  net::Method method_ = net::Method::kOther;  ///< kOther: the caller's
  std::string method_name_;
  TargetTemplate target_;
  HeaderTemplates headers_;
  std::optional<JsonTemplate> body_;
  expression::VariableSet asks_;  ///< what the templates look at
  bool asks_input_ = false;
  bool part_ = false;
  bool plain_ = false;
  std::string operation_;
  std::string part_name_;  ///< of one call among several: unlike any other's, whatever the log calls it
  Duration timeout_{};
  Duration connect_timeout_{};
};

/// The fields that go to the system: the caller's that may pass, as steps have changed them, then ours.
void forward_headers(Exchange& exchange, net::Headers& out);
/// Only ours: who calls, where from, in which trace.
void own_headers(Exchange& exchange, net::Headers& out);
/// Without those that make an answer depend on what the caller has: they are about the whole, not about a part of it.
void drop_conditions(net::Headers& headers);
/// Without those that are about a body that does not go along.
void drop_body_fields(net::Headers& headers);

}  // namespace causeway::adapters
