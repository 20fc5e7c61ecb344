#include <string>

#include "adapters/http/http_adapter.h"
#include "net/characters.h"
#include "net/endpoint_address.h"

namespace causeway::adapters {
namespace {

/// The members of a proxy's list that are addresses; whatever else it passed on ends here.
void append_addresses(std::pmr::string& out, std::string_view list) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view member = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    while (!member.empty() && (member.front() == ' ' || member.front() == '\t')) member.remove_prefix(1);
    while (!member.empty() && (member.back() == ' ' || member.back() == '\t')) member.remove_suffix(1);
    if (IpAddress::parse(member)) {
      out.append(member).append(", ");
    } else if (const auto with_port = net::parse_host_port(member); with_port && IpAddress::parse(with_port->host)) {
      out.append(with_port->host).append(", ");
    }
  }
}

std::string_view forwarded_for(Exchange& exchange) {
  std::pmr::string list(&exchange.arena);
  if (exchange.request.peer_trusted) {
    for (const net::HeaderField& field : exchange.request.head->headers) {
      if (field.id == net::HeaderId::kXForwardedFor) append_addresses(list, field.value);
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
  const bool plain = exchange.route->wrapped || exchange.route->plain_answers;
  const auto body = plain ? net::BodyPasses::kWrapped : net::BodyPasses::kAsIs;
  for (const net::HeaderField& field : head.headers)
    if (net::passes_to_upstream(field, head.connection, body) &&
        !net::equals_ignoring_case(field.name, exchange.request.spent_header))
      out.add(field.name, field.value, field.id);
  exchange.request.changes.apply(out);
  own_headers(exchange, out);
}

void own_headers(Exchange& exchange, net::Headers& out) {
  const net::RequestHead& head = *exchange.request.head;
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
  if (exchange.guard != nullptr) out.add(net::HeaderId::kXCausewayTransaction, exchange.guard->txid());
}

void drop_conditions(net::Headers& headers) {
  for (const char* name : {"If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since"})
    headers.remove(name);
}

void drop_body_fields(net::Headers& headers) {
  for (const net::HeaderId id : {net::HeaderId::kContentType, net::HeaderId::kContentEncoding,
                                 net::HeaderId::kContentDigest, net::HeaderId::kContentMd5, net::HeaderId::kDigest})
    headers.remove(id);
  for (const char* name : {"Content-Language", "Content-Disposition", "Content-Location"}) headers.remove(name);
}

}  // namespace causeway::adapters
