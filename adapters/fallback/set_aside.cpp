#include "adapters/fallback/set_aside.h"

namespace causeway::adapters {
namespace {

/// Without the fields that an answer has whatever becomes of it: they stay.
void move_answer(Response& from, Response& to) {
  to.status = from.status;
  to.headers.clear();
  for (const net::HeaderField& field : from.headers) to.headers.add(field.name, field.value, field.id);
  to.prefix = from.prefix;
  to.body = from.body;
  to.suffix = from.suffix;
  to.head_length = from.head_length;
}

}  // namespace

SetAside::SetAside(Exchange& exchange)
    : exchange_(exchange),
      response_(exchange.arena),
      call_class_(exchange.call_class),
      refused_(exchange.refused),
      code_(exchange.code),
      code_label_(exchange.code_label),
      checked_answer_(exchange.checked_answer),
      status_(exchange.call.status) {
  move_answer(exchange.response, response_);
}

void SetAside::clear() {
  Response& response = exchange_.response;
  response.status = 200;
  response.headers.clear();
  response.prefix = response.suffix = {};
  response.body = Body();
  response.head_length.reset();
  exchange_.refused = false;
  exchange_.code = 0;
  exchange_.code_label = {};
  exchange_.checked_answer = {};
  exchange_.call.status = 0;
}

void SetAside::restore() {
  move_answer(response_, exchange_.response);
  exchange_.call_class = call_class_;
  exchange_.refused = refused_;
  exchange_.code = code_;
  exchange_.code_label = code_label_;
  exchange_.checked_answer = checked_answer_;
  exchange_.call.status = status_;
}

void SetAside::drop() {
  if (!response_.body.streams()) return;
  response_.body.source()->drop();
  response_.body = Body();
}

}  // namespace causeway::adapters
