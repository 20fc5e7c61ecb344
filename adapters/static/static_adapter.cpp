#include "adapters/static/static_adapter.h"

#include "core/json_text.h"
#include "exchange/reply.h"
#include "expression/configured.h"
#include "net/status.h"

namespace causeway::adapters {
namespace {

constexpr std::string_view kTextType = "text/plain; charset=utf-8";

}  // namespace

const config::Keys<StaticSettings>& StaticSettings::keys() {
  static const auto keys = config::Keys<StaticSettings>("static adapter")
                               .optional("status", &StaticSettings::status, "the status of the answer")
                               .range(200, 599)
                               .optional("headers", &StaticSettings::headers, "further fields of the answer")
                               .text_template()
                               .optional("body", &StaticSettings::body,
                                         "the answer: text as it is, a mapping or list as JSON; {{ }} inserts values")
                               .text_template()
                               .optional("delay", &StaticSettings::delay, "how long the answer takes")
                               .range(Duration(0), Duration(std::chrono::minutes(10)))
                               .later("faults");
  return keys;
}

StaticAdapter::StaticAdapter(const StaticSettings& settings, config::Reading& reading)
    : status_(settings.status),
      headers_(HeaderTemplates::compile(settings.headers, CallValues::kOnTheWayIn, reading.errors())),
      delay_(settings.delay) {
  if (settings.body) {
    auto step = reading.resume(settings.body->path);
    set_body(settings.body->node, reading);
  }
  for (const auto& [name, value] : settings.headers)
    if (net::header_id(name) == net::HeaderId::kContentType) type_ = {};
  asks_ = headers_.uses();
  asks_.add(text_.uses());
  asks_.add(json_.uses());
  asks_input_ = headers_.uses_input() || text_.uses_input() || json_.uses_input();
}

void StaticAdapter::set_body(const config::Node& node, config::Reading& reading) {
  type_ = kJsonType;
  if (!node.is_scalar()) {
    json_ = JsonTemplate::compile(node, CallValues::kOnTheWayIn, reading);
    kind_ = Kind::kJson;
    return;
  }
  text_ = expression::compile_template({node.text(), node.position(), reading.path()}, CallValues::kOnTheWayIn,
                                       reading.errors());
  kind_ = text_.is_value() ? Kind::kValue : Kind::kText;
  if (text_.is_literal() && text_.literal().empty()) type_ = {};
  else if (kind_ == Kind::kText && (!text_.is_literal() || check_json(text_.literal()))) type_ = kTextType;
}

Result<Bytes> StaticAdapter::body(const CallValues::Context& context, runtime::Arena& arena) const {
  if (kind_ == Kind::kValue) return text_.value(context.input, *context.values, &arena);
  if (kind_ == Kind::kJson && json_.is_literal()) return Bytes(json_.literal());
  if (kind_ == Kind::kJson) return json_.render(context.input, *context.values, &arena);
  if (text_.is_literal()) return Bytes(text_.literal());
  std::pmr::string text(&arena);
  if (Result<> rendered = text_.render(context.input, *context.values, text); !rendered)
    return std::move(rendered.error());
  return Bytes(arena.copy(text));
}

Result<> StaticAdapter::answer(Exchange& exchange) const {
  expression::Values no_variables;
  CallValues::surround(exchange, no_variables);
  CallValues::Context context{"null", &no_variables};
  if (asks_input_ || !asks_.empty()) {
    Result<CallValues::Context> values = CallValues::of(exchange).on_the_way_in(asks_, asks_input_);
    if (!values) return std::move(values.error());
    context = *values;
  }
  Response& response = exchange.response;
  for (std::size_t i = 0; i < headers_.size(); ++i) {
    Result<HeaderChange> change = headers_.render(i, context.input, *context.values, exchange.arena);
    if (!change) return std::move(change.error());
    if (change->value) response.headers.add(change->name, *change->value);
  }
  Result<Bytes> whole = body(context, exchange.arena);
  if (!whole) return std::move(whole.error());
  if (!type_.empty()) response.headers.add(net::HeaderId::kContentType, type_);
  response.body = Body(net::never_has_body(status_) ? Bytes() : *whole);
  return {};
}

Task<Result<>> StaticAdapter::call(Exchange& exchange) const {
  if (delay_.count() > 0) co_await runtime::sleep_for(exchange.worker, delay_);
  exchange.response.status = status_;
  exchange.call_class = class_of_status(status_);
  co_return answer(exchange);
}

}  // namespace causeway::adapters
