#include "adapters/http/answer.h"

#include <string>

#include "core/json_scan.h"
#include "exchange/call_values.h"
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

/// The answer as JSON, empty when it is none: whether it may be is not decided here.
Task<Result<Bytes>> whole_json(Exchange& exchange) {
  Result<CallValues::Answer> answer = co_await CallValues::of(exchange).answer();
  if (!answer && exchange.response.body.streams()) co_return std::move(answer.error());  // it broke off
  if (!answer || answer->missing != nullptr || exchange.response.body.whole().empty()) co_return Bytes();
  co_return answer->json;
}

}  // namespace

Task<Result<>> understand(Exchange& exchange, const upstream::AnswerRules& rules) {
  Response& response = exchange.response;
  exchange.call_class = class_of_status(response.status);
  if (!rules.wants_body() || exchange.request.head->method == net::Method::kHead) co_return Result<>();
  Result<Bytes> body = co_await whole_json(exchange);
  if (!body) co_return std::move(body.error());
  Result<upstream::Meaning> read = rules.read(response.status, *body, &exchange.arena);
  if (!read) {
    if (exchange.route->wrapped) co_return std::move(read.error());
    exchange.call_class = CallClass::kSystem;
    co_return Result<>();
  }
  const upstream::Meaning& meaning = *read;
  exchange.call_class = meaning.call_class;
  exchange.code_label = meaning.label;
  if (!exchange.route->wrapped) {
    exchange.code = meaning.code;
    co_return Result<>();
  }
  if (!meaning.said) co_return Result<>();
  if (meaning.call_class != CallClass::kSuccess) {
    refuse(exchange, meaning);
    co_return Result<>();
  }
  if (response.status >= 400) response.status = 200;
  response.body = Body(meaning.answer);
  co_return Result<>();
}

}  // namespace causeway::adapters
