// How a guarded call ends: one change with its record, its half message and its event, before the first byte of the
// answer.
#include <utility>

#include "core/crash_point.h"
#include "exchange/reply.h"
#include "transactions/guarded_call.h"
#include "transactions/stored_answer.h"

namespace causeway::transactions {

void GuardedCall::publish(events::Append event, Acknowledgement acknowledgement) {
  event_.emplace(std::move(event));
  acknowledgement_ = acknowledgement;
}

void GuardedCall::event_failed(std::string why) {
  unresolved_ = std::move(why);
  flow_.event_failed();
}

Task<> GuardedCall::finish(Exchange& exchange) {
  if (keeps_) co_await keep(exchange);
  else if (forwards()) co_await end(exchange);
  CAUSEWAY_CRASH_POINT("before-answer");
}

/// What a check has found becomes an answer once: whoever comes first gives it its form.
Task<> GuardedCall::keep(Exchange& exchange) {
  if (record_ == 0 || exchange.refused) co_return;
  TakenAnswer taken = co_await take_answer(exchange, kKeptAnswer);
  if (!taken.kept) co_return;
  KeepAnswer change(record_, txid_, std::move(taken.answer));
  Result<> kept = co_await rules_.transactions->store().commit(exchange.worker, change);
  if (!kept) reply_error(exchange, kept.error());  // the next reader would get other bytes
  else if (change.kept_before()) give_answer(exchange, *change.kept_before(), true);
}

Task<std::unique_ptr<EndCall>> GuardedCall::make_end(Exchange& exchange) {
  EndCall::End end;
  end.boot_id = rules_.transactions->store().boot_id();
  end.route = rules_.route;
  end.record = record_;
  end.half = half_id_;
  end.attempt = attempt_;
  end.ending = flow_.ending();
  end.by = flow_.decided_by();
  end.never_called = !called_;
  end.now = exchange.worker.clock().wall();
  if (end.ending.half == HalfEnd::kUnresolved) {
    end.reason = unresolved_;
    if (half_) end.document = half_->document;
  } else if (end.ending.half == HalfEnd::kStay && half_ && !half_->check_request.empty()) {
    end.next = end.now + std::chrono::duration_cast<WallTime::duration>(rules_.check_rules.first);
  } else if (end.ending.record == RecordEnd::kUnknown || end.ending.half == HalfEnd::kStay) {
    end.reason = "the outcome of the call is unknown, and the route has no on_unknown to ask by";
  }
  if (end.ending.record == RecordEnd::kDone && record_ != 0) {
    TakenAnswer taken = co_await take_answer(exchange, kKeptAnswer);
    end.answer = std::move(taken.answer);
    end.answer_kept = taken.kept;
  }
  if (event_) end.event.emplace(std::move(*event_));
  co_return std::make_unique<EndCall>(std::move(end));
}

Task<> GuardedCall::end(Exchange& exchange) {
  Transactions& transactions = *rules_.transactions;
  if (!told_) flow_.forwarded(called_ ? Outcome::kUnknown : Outcome::kUnsent, false);
  const bool succeeded = flow_.outcome() == Outcome::kSucceeded;
  if (!succeeded) event_.reset();
  if (succeeded && half_ && !half_->topic.empty() && !event_ && unresolved_.empty())
    event_failed("no event was made of the answer: " + std::string(exchange.failure));
  const std::string event_id = event_ ? event_->drafts()[0].event_id : std::string();
  if (event_) show_event(exchange, event_id, false);
  std::unique_ptr<EndCall> change = co_await make_end(exchange);
  CAUSEWAY_CRASH_POINT("before-end");
  Result<> committed = co_await transactions.commit(exchange.context, *change);
  CAUSEWAY_CRASH_POINT("after-end-commit");
  if (!committed) {
    if (!event_id.empty()) exchange.response.headers.remove(net::HeaderId::kXCausewayEvent);
    if (!event_id.empty() && !rules_.transaction) {
      Error error(Code::kStoreRefused, "the system succeeded, its event is missing");
      error.info().details = R"("outcome":"done_unpublished")";
      error.info().reason = "done_unpublished";
      reply_error(exchange, error);
    }
    transactions.insist(std::move(change));
    co_return;
  }
  flow_.ended(change->overtaken());
  if (change->overtaken() || !change->end().event) co_return;
  if (event_id.empty() || acknowledgement_.what != events::Acknowledge::kBroker) co_return;
  const events::Append& append = *change->end().event;
  std::shared_ptr<const events::Topic> topic = append.shared_topic();
  const auto places =
      co_await transactions.log().published(exchange.worker, topic, append.receipts(), acknowledgement_.timeout);
  if (places[0]) show_event(exchange, event_id, true);
}

}  // namespace causeway::transactions
