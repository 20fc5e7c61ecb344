// One call that must be neither lost nor doubled, on its way through the pipeline: the machine of call_flow.h driven by
// coroutines. A plugin begins it, the adapter around the route's own tells what the system said, `publish` gives it the
// event, and it ends before the first byte of the answer (correctness.md, "A call, its key, its half message").
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "events/event_log.h"
#include "events/intake/acknowledge.h"
#include "exchange/exchange.h"
#include "exchange/plugin.h"
#include "transactions/begin_call.h"
#include "transactions/call_flow.h"
#include "transactions/end_call.h"
#include "transactions/route_rules.h"
#include "transactions/transactions.h"

namespace causeway::transactions {

/// Lives in its exchange, on its worker.
class GuardedCall final : public CallGuard {
 public:
  static constexpr std::uint64_t kKeptAnswer = 1 << 20;                 ///< bytes; longer ones keep their status
  static constexpr Duration kReserve = std::chrono::milliseconds(100);  ///< of the deadline of a caller that waits

  GuardedCall(const RouteRules& rules, Exchange& exchange);

  /// Null where the exchange has none.
  static GuardedCall* of(const Exchange& exchange) { return static_cast<GuardedCall*>(exchange.guard); }

  /// The one change before the call. kContinue: the call is ours to forward. kAnswered: what its key stands for is the
  /// answer. Errors: 40990, 40991, 40992, 42290; 50392 while the store takes nothing; what cannot be rendered. `rules`
  /// outlive the exchange.
  static Task<Result<Flow>> begin(Exchange& exchange, const RouteRules& rules, std::optional<CallKey> key);

  /// It is forwarded, and not answered out of a record.
  bool forwards() const { return flow_.forwards() && !over_; }
  /// Why it is not begun after all, where no later step has said what is wrong with the request: asked by the adapter.
  std::optional<Error>& refusal() { return refusal_; }
  /// The adapter is about to be called.
  void calling() { called_ = true; }
  /// What the adapter has brought. Asks what became of a call without an outcome while its caller may wait; the answer,
  /// or the error, that the caller is to get.
  Task<Result<>> called(Exchange& exchange, Result<> outcome);

  /// What the event says settled the call; empty where nobody asked for it.
  std::string_view resolved_by() const { return rules_.transaction ? word_of(flow_.decided_by()) : std::string_view(); }
  struct Acknowledgement {
    events::Acknowledge what = events::Acknowledge::kStored;
    Duration timeout{};
  };
  /// The event of a success: stored with the end.
  void publish(events::Append event, Acknowledgement acknowledgement);
  /// The event cannot be made: a person sees to it.
  void event_failed(std::string why);

  // CallGuard
  std::string_view txid() const override { return txid_; }
  Task<> finish(Exchange& exchange) override;

 private:
  BeginCall::Call begin_change(Exchange& exchange, bool resume);
  Result<tables::Half> make_half(Exchange& exchange) const;
  Task<CallFlow::Step> check_before(Exchange& exchange, BeginCall::Begun& begun);
  Task<CallFlow::Step> check_after(Exchange& exchange);
  Result<Flow> answer_of_key(Exchange& exchange, BeginCall::Begun& begun);
  void give_result(Exchange& exchange, std::string_view result);
  Task<std::unique_ptr<EndCall>> make_end(Exchange& exchange);
  Task<> end(Exchange& exchange);
  Task<> keep(Exchange& exchange);
  SteadyTime patience_ends(const Exchange& exchange) const;

  const RouteRules& rules_;
  CallFlow flow_;
  std::optional<CallKey> key_;
  std::string txid_;
  std::optional<tables::Half> half_;  ///< as it was begun
  std::int64_t record_ = 0;
  std::int64_t half_id_ = 0;
  std::uint32_t attempt_ = 1;
  std::optional<Error> refusal_;
  std::string result_;      ///< of a check
  std::string unresolved_;  ///< why the event cannot be made
  std::optional<events::Append> event_;
  Acknowledgement acknowledgement_;
  bool called_ = false;
  bool told_ = false;   ///< what the adapter has brought is known
  bool over_ = false;   ///< answered out of a record
  bool keeps_ = false;  ///< the answer of a record gets its final form now
};

/// What became of a call by what its adapter has brought, as far as its effects go. `with`: the method that the system
/// was called with; kOther: the caller's. `full_answer`: the system did answer.
Outcome outcome_of(const Exchange& exchange, const Result<>& called, net::Method with, bool& full_answer);

/// Errors of calls with a key: code, and `details` with what is known.
Error outcome_error(Code code, std::string_view outcome, std::string_view txid);

}  // namespace causeway::transactions
