#include "exchange/call_record.h"

namespace causeway {

telemetry::CallRecord call_record(const Exchange& exchange, bool complete) {
  const CallNotes& call = exchange.call;
  const net::RequestHead* const head = exchange.request.head;
  telemetry::CallRecord record;
  record.time = exchange.started_at;
  record.failed = !exchange.failure.empty() || !complete;
  record.system = call.system;
  record.method = call.operation.empty() ? std::string_view(exchange.route->name) : call.operation;
  record.request = {call.request_body, call.request_size,
                    head != nullptr ? head->headers.get(net::HeaderId::kContentType).value_or(std::string_view())
                                    : std::string_view()};
  record.response = {call.response_body, call.response_size, call.response_type};
  record.cost = exchange.worker.now() - exchange.started;
  record.status = exchange.response.status;
  record.code = exchange.code;
  record.consumer = exchange.authenticated ? std::string_view(exchange.consumer->name) : std::string_view();
  record.attempt = static_cast<std::uint32_t>(call.attempts);
  record.route = exchange.route->name;
  record.trace = exchange.trace.trace_id();
  record.request_id = exchange.request_id.view();
  record.error = !exchange.failure.empty() ? exchange.failure
                 : complete                ? std::string_view()
                                           : "the caller left before the answer was sent";
  return record;
}

}  // namespace causeway
