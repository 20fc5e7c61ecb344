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

class HttpAdapter final : public Adapter {
 public:
  /// Errors (an unknown parameter, a bad template) go to `reading`. `secrets`: what `{{ secret:NAME }}` names.
  static std::unique_ptr<HttpAdapter> build(const HttpSettings& settings,
                                            std::shared_ptr<const upstream::Cluster> cluster,
                                            const routing::PathTemplate& matched, config::Reading& reading,
                                            const expression::Template::FindSecret& secrets = {});

  bool needs_whole_request() const override { return asks_input_ || asks_.has(expression::Variable::kRequest); }
  Task<Result<>> call(Exchange& exchange) const override;

  /// Fills in what `call` sends, without sending it. All of it lives as long as the exchange.
  Result<> prepare(Exchange& exchange, upstream::CallRequest& request) const;

 private:
  HttpAdapter() = default;

  /// What goes to the system: target, fields and body.
  Result<> render(Exchange& exchange, net::Method method, std::pmr::string& target, net::Headers& headers) const;
  void fill_response(Exchange& exchange, upstream::CallResponse& answer) const;

  std::shared_ptr<const upstream::Cluster> cluster_;
  net::Method method_ = net::Method::kOther;  ///< kOther: the caller's
  std::string method_name_;
  TargetTemplate target_;
  HeaderTemplates headers_;
  std::optional<JsonTemplate> body_;
  expression::VariableSet asks_;  ///< what the templates look at
  bool asks_input_ = false;
  std::string operation_;
  Duration timeout_{};
  Duration connect_timeout_{};
};

/// The fields that go to the system: the caller's that may pass, as steps have changed them, then ours.
void forward_headers(Exchange& exchange, net::Headers& out);

}  // namespace causeway::adapters
