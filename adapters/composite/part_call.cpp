#include "adapters/composite/part_call.h"

#include <exception>

#include "core/json_scan.h"
#include "core/json_text.h"
#include "exchange/call_record.h"
#include "exchange/call_values.h"
#include "exchange/part_exchange.h"
#include "exchange/reply.h"

namespace causeway::adapters {
namespace {

Error nonsense(std::string why) { return Error(Code::kUpstreamNonsense, std::move(why)); }

}  // namespace

PartCall::PartCall(const CompositePart& part, Exchange& whole, const RouteContext& route)
    : part_(part), exchange_(whole.context) {
  begin_part(exchange_, whole, route);
}

void PartCall::set_calls(Bytes json) {
  CallValues::of(exchange_).set_calls(json);
  sees_calls_ = true;
}

std::size_t PartCall::depth() const {
  return exchange_.values != nullptr ? exchange_.values->depth_of(answer_) : expression::Document::kUnknown;
}

void PartCall::cancel(std::string_view why) {
  if (state_ != State::kRunning || !cancelled_.empty()) return;
  cancelled_ = why;
  exchange_.cancel.request();
}

Task<> PartCall::run(Result<> ready) {
  state_ = State::kRunning;
  Result<> outcome = std::move(ready);
  try {
    if (outcome) {
      Result<> called = co_await call();
      outcome = std::move(called);
    }
  } catch (const std::exception& exception) {
    outcome = Error(Code::kInternal, exception.what());
  }
  conclude(std::move(outcome));
}

Task<Result<>> PartCall::call() {
  if (exchange_.worker.now() >= exchange_.deadline)
    co_return Error(Code::kUpstreamTimeout, "no time was left to call it");
  Result<> called = co_await part_.adapter->call(exchange_);
  if (!called) {
    // What another call has said does not fit: the caller can do nothing about it.
    if (sees_calls_ && called.error().code() == Code::kTransformRefused)
      co_return answer_fault(called.error(), "the answer of another call does not fit");
    co_return called;
  }
  if (exchange_.refused) co_return Result<>();
  Result<> read = co_await read_answer();
  co_return read;
}

Task<Result<>> PartCall::read_answer() {
  const int status = exchange_.response.status;
  if (status >= 300 && status < 400) co_return nonsense("answered with a redirect, " + std::to_string(status));
  Result<CallValues::Answer> answer = co_await CallValues::of(exchange_).answer();
  if (status >= 400) {
    if (!answer && exchange_.response.body.streams()) co_return std::move(answer.error());  // it broke off
    const bool said = answer.ok() && answer->missing == nullptr && !exchange_.response.body.whole().empty();
    reply_status(exchange_, said ? answer->json : Bytes());
    co_return Result<>();
  }
  if (!answer) co_return std::move(answer.error());
  if (answer->missing != nullptr)
    co_return nonsense(std::string("the answer cannot be put together: ") + answer->missing);
  answer_ = answer->json;
  co_return Result<>();
}

/// May its system have done what was asked?
bool PartCall::may_count(const Result<>& outcome) const {
  if (exchange_.call.system.empty()) return false;  // it came to nothing before the system was asked
  if (outcome) return !exchange_.refused || exchange_.call_class != CallClass::kBusiness;
  if (exchange_.call.status != 0) return true;
  switch (outcome.error().code()) {
    case Code::kUpstreamUnreachable:  // of an unsafe call, a byte of which was sent, the cluster says 50491
    case Code::kUpstreamBroke:
    case Code::kUpstreamTimeout:
    case Code::kBreakerOpen:
    case Code::kOverloaded:
    case Code::kCallerLeft:
      return false;
    default:
      return outcome.error().resend() != Resend::kIfUnsent || outcome.error().code() == Code::kOutcomeUnknown;
  }
}

void PartCall::conclude(Result<> outcome) {
  may_have_written_ = part_.writes && may_count(outcome);
  if (!outcome) reply_error(exchange_, outcome.error());
  if (!outcome && outcome.error().code() == Code::kCallerLeft) exchange_.failure = cancelled_;
  state_ = State::kEnded;
  exchange_.worker.refresh_clock();
  if (!exchange_.call.system.empty()) exchange_.context.log.write(call_record(exchange_, true));
}

void refuse_for(const PartCall& failed, Exchange& whole) {
  const Exchange& part = failed.exchange();
  const Bytes text = part.response.body.whole();
  Bytes message = find_member(text, "message");
  if (message.empty()) message = find_member(text, "title");  // of problem details
  std::pmr::string details(&whole.arena);
  details += R"("call":)";
  append_json_string(details, failed.part().name);
  const Bytes said = find_member(text, "details");
  if (!said.empty()) {
    for (JsonMembers members(said); members.next();)
      if (members.key() != "requestId" && members.key() != "call") details.append(",").append(members.raw());
  }
  whole.call_class = part.call_class;
  whole.code_label = part.code_label;
  whole.reason = whole.arena.copy(part.reason);
  if (!part.failure.empty()) {
    std::pmr::string failure(&whole.arena);
    failure.append(failed.part().name).append(": ").append(part.failure);
    whole.failure = whole.arena.copy(failure);
  }
  if (const auto after = part.response.headers.get(net::HeaderId::kRetryAfter))
    whole.response.headers.set(net::HeaderId::kRetryAfter, whole.arena.copy(*after));
  const std::string words = json_string_value(message).value_or("");
  reply_refusal(whole, {part.response.status, part.code, words, details});
}

Error unknown_after(const PartCall& write, const PartCall* failed, std::string_view why) {
  Error error(Code::kOutcomeUnknown, std::string(why));
  std::string& internal = error.info().internal;
  std::string& details = error.info().details;
  if (failed != nullptr) {
    details += R"("call":)";
    append_json_string(details, failed->part().name);
    details += ',';
    const Exchange& part = failed->exchange();
    internal = failed->part().name + ": ";
    internal += part.failure.empty() ? "refused with " + std::to_string(part.code) : std::string(part.failure);
  }
  details += R"("outcome":"unknown")";
  if (failed != &write) internal += "; " + write.part().name + " may have been carried out";
  return error;
}

}  // namespace causeway::adapters
