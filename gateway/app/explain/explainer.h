// Thinks a call through on a compiled configuration, with the server's own code: parser, path, table, plugins, adapter.
// Nothing is sent, counted or logged.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/compilation.h"
#include "app/explain/call_text.h"
#include "app/explain/explanation.h"
#include "app/explain/inspection.h"
#include "exchange/exchange.h"

namespace causeway::app {

struct ExplainOptions {
  WallTime at{};                      ///< what time it is
  std::string as;                     ///< a consumer who has proved itself; empty: what the call shows decides
  std::string address = "127.0.0.1";  ///< from where the call comes
};

/// Not thread safe.
class Explainer {
 public:
  /// `inspection` outlives this. `options.as` is a consumer of it or empty, `options.address` an address.
  Explainer(Inspection& inspection, ExplainOptions options);

  /// `call.problem()` is empty.
  Explanation explain(const CallText& call);

 private:
  void match(const CallText& call, Exchange& exchange, Explanation& out) const;
  void describe_route(const Exchange& exchange, const routing::MatchRequest& request, Explanation& out) const;
  void add_others(const routing::MatchRequest& request, Explanation& out) const;

  const Compiled& compiled_;
  const ExplainOptions options_;
  const FixedClock clock_;
  telemetry::CallLog log_{4096};
  runtime::Worker worker_;
  WorkerContext context_;
};

}  // namespace causeway::app
