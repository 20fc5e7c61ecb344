// What becomes of a call that a route takes, laid out once when the configuration is read.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "exchange/adapter.h"
#include "exchange/plugin.h"
#include "telemetry/metrics.h"

namespace causeway::pipeline {

/// Immutable, shared by all workers.
class RoutePlan {
 public:
  /// `plugins` in the order of the chain: on the way in from first to last, on the way out from last to first.
  RoutePlan(RouteContext context, std::vector<std::unique_ptr<const Plugin>> plugins,
            std::unique_ptr<const Adapter> adapter)
      : context(std::move(context)), adapter(std::move(adapter)), plugins_(std::move(plugins)) {
    whole_request = this->adapter->needs_whole_request();
    for (const auto& plugin : plugins_) {
      const Needs needs = plugin->needs();
      whole_request = whole_request || needs.whole_request;
      this->context.whole_answer = std::max(this->context.whole_answer, needs.whole_answer);
      this->context.plain_answers = this->context.plain_answers || needs.plain_answer;
      if (needs.head) on_head.push_back(plugin.get());
      if (needs.body) on_body.push_back(plugin.get());
      if (needs.response) on_response.insert(on_response.begin(), plugin.get());
    }
  }

  /// In the order of the chain.
  std::span<const std::unique_ptr<const Plugin>> plugins() const { return plugins_; }

  RouteContext context;
  std::unique_ptr<const Adapter> adapter;
  std::vector<const Plugin*> on_head;
  std::vector<const Plugin*> on_body;
  std::vector<const Plugin*> on_response;
  bool whole_request = false;  ///< somebody needs the request's body whole

  // For the record.
  telemetry::LabelId label{};
  std::array<telemetry::Counter, 3> outcomes{};  ///< by CallClass
  struct VersionMetrics {
    const routing::Version* version;  ///< null: a route without versions
    telemetry::LabelId label;
    telemetry::Histogram duration;
  };
  std::vector<VersionMetrics> versions;

 private:
  std::vector<std::unique_ptr<const Plugin>> plugins_;
};

}  // namespace causeway::pipeline
