// The adapter `http`: forwards the call to a cluster and brings back its answer, streaming whatever nobody needs whole.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "config/keys.h"
#include "exchange/adapter.h"
#include "routing/path_template.h"
#include "upstream/cluster.h"

namespace causeway::adapters {

struct HttpSettings {
  config::Placed<std::string> cluster;
  std::string method;                               ///< empty: the caller's
  std::optional<config::Placed<std::string>> path;  ///< a path template; absent: the caller's path
  std::optional<std::map<std::string, config::Placed<std::string>>> query;  ///< absent: the caller's query
  std::string operation;  ///< what the log calls it; empty: the route's name
  std::optional<Duration> timeout;
  std::optional<Duration> connect_timeout;
  static const config::Keys<HttpSettings>& keys();
};

class HttpAdapter final : public Adapter {
 public:
  /// Errors (an unknown parameter, a bad template) go to `reading`.
  static std::unique_ptr<HttpAdapter> build(const HttpSettings& settings,
                                            std::shared_ptr<const upstream::Cluster> cluster,
                                            const routing::PathTemplate& matched, config::Reading& reading);

  bool needs_whole_request() const override { return false; }
  Task<Result<>> call(Exchange& exchange) const override;

 private:
  HttpAdapter() = default;

  bool render_target(Exchange& exchange, std::pmr::string& target) const;
  void fill_response(Exchange& exchange, upstream::CallResponse& answer) const;

  /// `order={id}`: a query value is literal text and parameters.
  struct QueryPart {
    std::string name;
    std::string literal;
    std::string parameter;  ///< when not empty, the value is this parameter
  };

  std::shared_ptr<const upstream::Cluster> cluster_;
  net::Method method_ = net::Method::kOther;  ///< kOther: the caller's
  std::string method_name_;
  std::optional<routing::PathTemplate> path_;
  bool own_query_ = false;
  std::vector<QueryPart> query_;
  std::string operation_;
  Duration timeout_{};
  Duration connect_timeout_{};
};

/// The fields that go to the system: the caller's that may pass, then ours.
void forward_headers(Exchange& exchange, net::Headers& out);

}  // namespace causeway::adapters
