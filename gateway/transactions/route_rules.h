// What a route says about its calls: whether they are kept, who can be asked about them, what they publish. Made once a
// configuration; immutable, thread safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "exchange/exchange.h"
#include "expression/variables.h"
#include "net/method.h"
#include "telemetry/metrics.h"
#include "transactions/call_flow.h"
#include "transactions/decision.h"
#include "transactions/stored_request.h"

namespace causeway::transactions {

class Transactions;

/// Renders `on_unknown.check` for one call, while what it needs of the call is there.
class CheckRequest {
 public:
  virtual ~CheckRequest() = default;
  /// Errors: kTransformRefused and the like, where an expression has nothing to put in.
  virtual Result<StoredRequest> render(Exchange& exchange) const = 0;
};

struct RouteRules {
  Transactions* transactions = nullptr;  ///< the process's
  std::string route;
  bool half = false;         ///< a half message goes before the call: `on_unknown`, or `publish.when: transaction`
  bool transaction = false;  ///< `publish.when: transaction`
  bool makes_key = false;    ///< callers without an Idempotency-Key have one, too: of their request
  bool can_resend = false;   ///< the system honours our key
  net::Method method = net::Method::kOther;  ///< that the system is called with; kOther: the caller's
  std::string topic;                         ///< of the event that settles with the half; empty: none
  std::string programs;                      ///< ProgramTexts as JSON
  CheckRules check_rules;
  std::unique_ptr<const CheckRequest> check;                 ///< null: nobody can be asked
  expression::VariableSet kept;                              ///< what the programs see of the request
  Duration patience{};                                       ///< how long a caller waits for all of it
  telemetry::Counter replayed, running, conflicts, unknown;  ///< causeway_idempotency_total{route,result}
};

}  // namespace causeway::transactions
