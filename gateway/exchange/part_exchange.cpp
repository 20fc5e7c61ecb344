#include "exchange/part_exchange.h"

#include "exchange/call_values.h"

namespace causeway {
namespace {

const net::RequestHead& as_get(Exchange& part, const net::RequestHead& head) {
  auto& copy = part.own<net::RequestHead>(&part.arena);
  copy.method = net::Method::kGet;
  copy.method_name = "GET";
  copy.target = head.target;
  copy.path = head.path;
  copy.query = head.query;
  copy.has_query = head.has_query;
  copy.authority = head.authority;
  copy.minor_version = head.minor_version;
  copy.connection = head.connection;
  for (const net::HeaderField& field : head.headers) copy.headers.add(field.name, field.value, field.id);
  return copy;
}

}  // namespace

void begin_part(Exchange& part, Exchange& whole, const RouteContext& route) {
  Request& request = part.request;
  request.head = whole.request.head;
  if (request.head->method == net::Method::kHead) request.head = &as_get(part, *request.head);
  request.path = whole.request.path;
  if (!whole.request.body.streams()) request.body = whole.request.body;
  request.changes.add(part.arena, whole.request.changes);
  request.peer = whole.request.peer;
  request.client = whole.request.client;
  request.peer_trusted = whole.request.peer_trusted;
  request.tls = whole.request.tls;
  request.spent_header = whole.request.spent_header;
  request.certificate = whole.request.certificate;

  part.match = whole.match;
  part.route = &route;
  part.consumer = whole.consumer;
  part.authenticated = whole.authenticated;
  part.scopes = whole.scopes;
  part.scopes_narrowed = whole.scopes_narrowed;
  part.deadline = whole.deadline;
  part.trace = whole.trace;
  part.request_id = whole.request_id;
  part.budget = whole.budget;
  part.pace = whole.pace;
  part.body_limit = whole.body_limit;
  part.guard = whole.guard;
  CallValues::of(part).continue_from(CallValues::of(whole));
}

}  // namespace causeway
