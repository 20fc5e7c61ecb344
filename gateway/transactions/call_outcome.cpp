// What became of a call by what its adapter has brought, and the words for it.
#include <algorithm>

#include "core/json_object.h"
#include "transactions/guarded_call.h"

namespace causeway::transactions {

Error outcome_error(Code code, std::string_view outcome, std::string_view txid) {
  Error error(code);
  std::string details = JsonObject().text("outcome", outcome).text("txid", txid).done();
  error.info().details = details.substr(1, details.size() - 2);
  return error;
}

Outcome outcome_of(const Exchange& exchange, const Result<>& called, net::Method with, bool& full_answer) {
  const bool safe = net::is_safe(with == net::Method::kOther ? exchange.request.head->method : with);
  full_answer = false;
  if (!called) {
    const Code code = called.error().code();
    if (code == Code::kOutcomeUnknown) return Outcome::kUnknown;  // who says so knows what it was called with
    const bool may_have = code == Code::kUpstreamNonsense || code == Code::kInternal;
    return may_have && !safe ? Outcome::kUnknown : Outcome::kUnsent;
  }
  if (!exchange.fallback.empty()) return Outcome::kUnsent;  // nothing has happened, or its failure would be the answer
  full_answer = true;
  const CallClass its_class = std::max(exchange.call_class, class_of_status(exchange.response.status));
  if (its_class == CallClass::kSystem) return safe ? Outcome::kUnsent : Outcome::kUnknown;
  const int status = exchange.response.status;
  // Says that it has not begun with it, and when to come again (RFC 9110 15.5.9, RFC 8470 5.2, RFC 6585 4).
  if (!exchange.refused && (status == 408 || status == 425 || status == 429)) return Outcome::kUnsent;
  // 303: it was done, and the outcome is to be read elsewhere (RFC 9110 15.4.4). Other 3xx ask for the call anew.
  const bool success = its_class == CallClass::kSuccess && (status < 300 || status == 303);
  return success ? Outcome::kSucceeded : Outcome::kRefused;
}

}  // namespace causeway::transactions
