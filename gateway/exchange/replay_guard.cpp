#include "exchange/replay_guard.h"

#include "security/credentials.h"

namespace causeway {
namespace {

using security::Admit;
using Repeat = ReplayGuard::Repeat;

bool may_be_answered(const Exchange& exchange, Admit verdict, Repeat repeat) {
  if (repeat != Repeat::kMayBeAnswered || exchange.route == nullptr || !exchange.route->guards_replays) return false;
  return verdict == Admit::kReplayed || verdict == Admit::kBeforeStart || verdict == Admit::kForgotten;
}

Result<Flow> conclude(Exchange& exchange, const security::Consumer& caller, Admit verdict, Repeat repeat) {
  Result<> result = security::result_of(verdict);
  if (!result) {
    if (!may_be_answered(exchange, verdict, repeat)) return std::move(result.error());
    exchange.seen_before = std::move(result.error());
  }
  exchange.consumer = &caller;
  exchange.authenticated = true;
  return Flow::kContinue;
}

}  // namespace

Step ReplayGuard::admit(Exchange& exchange, const security::Consumer& caller, const security::SignatureUse& use,
                        WallTime now, Repeat repeat) const {
  if (use.works_once() && use.timestamp > now && journal_->is_durable())
    return admit_durably(exchange, caller, use, repeat);
  Result<Flow> result = conclude(exchange, caller, table_->admit(use), repeat);
  if (!result) return std::move(result.error());
  return Step::next();
}

Task<Result<Flow>> ReplayGuard::admit_durably(Exchange& exchange, const security::Consumer& caller,
                                              security::SignatureUse use, Repeat repeat) const {
  // First in memory: of those who come with it meanwhile nobody is admitted, and nothing is written for them.
  Admit verdict = table_->admit(use);
  if (verdict == Admit::kAccepted) {
    const WallTime keep_until = table_->remembers_until(use.timestamp);
    Result<bool> written = co_await journal_->record(exchange.worker, use, keep_until);
    if (!written) {
      table_->give_back(use);
      written.error().info().reason = "not_recorded";
      co_return std::move(written.error());
    }
    if (!*written) verdict = Admit::kReplayed;
  }
  co_return conclude(exchange, caller, verdict, repeat);
}

}  // namespace causeway
