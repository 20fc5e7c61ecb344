#include <string>

#include "adapters/http/http_adapter.h"

namespace causeway::adapters {
namespace {

std::string_view forwarded_for(Exchange& exchange) {
  std::pmr::string list(&exchange.arena);
  if (exchange.request.peer_trusted) {
    for (const net::HeaderField& field : exchange.request.head->headers) {
      if (field.id != net::HeaderId::kXForwardedFor) continue;
      list.append(field.value);
      list.append(", ");
    }
  }
  list.append(exchange.request.peer.to_string());
  return exchange.arena.copy(list);
}

std::string_view forwarded_proto(const Exchange& exchange) {
  if (exchange.request.peer_trusted) {
    const auto proto = exchange.request.head->headers.get(net::HeaderId::kXForwardedProto);
    if (proto && (*proto == "https" || *proto == "http")) return *proto;
  }
  return exchange.request.tls ? "https" : "http";
}

}  // namespace

void forward_headers(Exchange& exchange, net::Headers& out) {
  const net::RequestHead& head = *exchange.request.head;
  const auto body = exchange.route->wrapped ? net::BodyPasses::kWrapped : net::BodyPasses::kAsIs;
  for (const net::HeaderField& field : head.headers)
    if (net::passes_to_upstream(field, head.connection, body)) out.add(field.name, field.value, field.id);
  if (exchange.authenticated && exchange.consumer != nullptr) {
    out.add(net::HeaderId::kXConsumerName, exchange.consumer->name);
    out.add(net::HeaderId::kXConsumerRoles, exchange.consumer->roles_text);
  }
  out.add(net::HeaderId::kXRequestId, exchange.request_id.view());
  out.add(net::HeaderId::kTraceparent, exchange.trace.traceparent());
  if (!exchange.trace.tracestate().empty()) out.add(net::HeaderId::kTracestate, exchange.trace.tracestate());
  out.add(net::HeaderId::kXForwardedFor, forwarded_for(exchange));
  out.add(net::HeaderId::kXForwardedProto, forwarded_proto(exchange));
  if (!head.authority.empty()) out.add(net::HeaderId::kXForwardedHost, head.authority);
}

}  // namespace causeway::adapters
