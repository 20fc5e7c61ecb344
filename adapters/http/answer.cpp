#include "adapters/http/answer.h"

#include <string>

#include "core/json_scan.h"
#include "core/json_text.h"
#include "exchange/call_values.h"
#include "exchange/media_type.h"
#include "exchange/reply.h"

namespace causeway::adapters {
namespace {

/// The members of `details` without braces; `requestId` is the gateway's. What is no object is passed on as one member.
std::string_view members_of(Exchange& exchange, const std::string& details) {
  if (details.empty()) return {};
  std::pmr::string text(&exchange.arena);
  if (json_kind(details) != JsonKind::kObject) {
    text.append(R"("upstream":)").append(details);
    return exchange.arena.copy(text);
  }
  for (JsonMembers members(details); members.next();) {
    if (members.key() == "requestId") continue;
    if (!text.empty()) text += ',';
    text += members.raw();
  }
  return exchange.arena.copy(text);
}

void refuse(Exchange& exchange, const upstream::Meaning& meaning) {
  exchange.reason = "outcome";
  if (meaning.call_class == CallClass::kSystem) {
    std::pmr::string failure(&exchange.arena);
    failure.append("the system said that it failed: ").append(meaning.message);
    exchange.failure = exchange.arena.copy(failure);
  }
  reply_refusal(exchange, {static_cast<int>(meaning.code / 100), meaning.code, exchange.arena.copy(meaning.message),
                           members_of(exchange, meaning.details)});
}

/// The envelope wants to go around it.
bool must_be_json(const Exchange& exchange) {
  return exchange.route->whole_answer > 0 && exchange.response.status < 300;
}

/// The answer as JSON, empty when it is none: whether it may be is not decided here.
Task<Result<Bytes>> whole_json(Exchange& exchange) {
  Result<CallValues::Answer> answer = co_await CallValues::of(exchange).answer();
  const bool matters = exchange.response.body.streams() || must_be_json(exchange);
  if (!answer && matters) co_return std::move(answer.error());  // it broke off, or is not the JSON that it says
  if (!answer || answer->missing != nullptr || exchange.response.body.whole().empty()) co_return Bytes();
  co_return answer->json;
}

/// Of an answer that a step on the way out reads whole: reads it, and looks whether it is the JSON that it says. Here,
/// so that the system is known to have failed while the call can still be tried again.
Task<Result<>> check_answer(Exchange& exchange) {
  Response& response = exchange.response;
  const JsonType type = json_type(response.headers);
  if (type == JsonType::kOther) co_return Result<>();
  if (exchange.route->plain_answers) {  // whoever transforms it needs more than a check
    Result<Bytes> read = co_await whole_json(exchange);
    if (!read) co_return std::move(read.error());
    co_return Result<>();
  }
  const std::uint64_t limit = exchange.route->whole_answer;
  if (response.body.streams()) {
    if (response.body.source()->declared_size().value_or(0) > limit) co_return Result<>();
    Result<Bytes> whole = co_await response.body.gather(limit);
    if (!whole && whole.error().code() == Code::kBodyTooLarge) co_return Result<>();
    if (!whole) co_return std::move(whole.error());
    exchange.call.response_body = *whole;
    exchange.call.response_size = whole->size();
  }
  const Bytes body = response.body.whole();
  if (body.empty()) co_return Result<>();
  if (const auto problem = check_json(body, CallValues::kAnswerDepth)) {
    if (type == JsonType::kUnnamed || !must_be_json(exchange)) co_return Result<>();
    co_return Error(Code::kUpstreamNonsense, std::string("the answer is not the JSON that it says: ") + problem->what +
                                                 " at byte " + std::to_string(problem->offset));
  }
  exchange.checked_answer = body;
  co_return Result<>();
}

}  // namespace

Task<Result<upstream::Meaning>> read_meaning(Exchange& exchange, const upstream::AnswerRules& rules) {
  const Response& response = exchange.response;
  upstream::Meaning by_status;
  by_status.call_class = class_of_status(response.status);
  if (exchange.request.head->method == net::Method::kHead) co_return by_status;
  if (!rules.wants_body()) {
    if (exchange.route->whole_answer == 0) co_return by_status;
    Result<> checked = co_await check_answer(exchange);
    if (!checked) co_return std::move(checked.error());
    co_return by_status;
  }
  Result<Bytes> body = co_await whole_json(exchange);
  if (!body) co_return std::move(body.error());
  Result<upstream::Meaning> read = rules.read(response.status, *body, &exchange.arena, exchange.deadline);
  if (read || exchange.route->wrapped) co_return read;
  by_status.call_class = CallClass::kSystem;
  co_return by_status;
}

void take_meaning(Exchange& exchange, const upstream::Meaning& meaning) {
  Response& response = exchange.response;
  exchange.call_class = meaning.call_class;
  exchange.code_label = meaning.label;
  if (!exchange.route->wrapped) {
    exchange.code = meaning.code;
    return;
  }
  if (!meaning.said) return;
  if (meaning.call_class != CallClass::kSuccess) return refuse(exchange, meaning);
  if (response.status >= 400) response.status = 200;
  response.body = Body(meaning.answer);
}

}  // namespace causeway::adapters
