#include "adapters/guarded/guarded_adapter.h"

#include "transactions/guarded_call.h"

namespace causeway::adapters {

Task<Result<>> GuardedAdapter::call(Exchange& exchange) const {
  auto* const guard = transactions::GuardedCall::of(exchange);
  if (guard == nullptr && needs_key_) {
    Error error(Code::kBadIdempotencyKey);
    error.info().public_message = "there is no Idempotency-Key, and the request has nothing to make one of";
    co_return error;
  }
  if (guard == nullptr) {  // without a key
    Result<> unguarded = co_await inner_->call(exchange);
    co_return unguarded;
  }
  if (guard->refusal()) co_return std::move(*guard->refusal());
  guard->calling();
  Result<> outcome = co_await inner_->call(exchange);
  Result<> answer = co_await guard->called(exchange, std::move(outcome));
  co_return answer;
}

}  // namespace causeway::adapters
