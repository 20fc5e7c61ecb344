#include "plugins/headers/headers_plugin.h"

#include "exchange/call_values.h"

namespace causeway::plugins {
namespace {

using expression::Variable;

constexpr expression::VariableSet kResponseVariables = [] {
  expression::VariableSet set = CallValues::kOnTheWayIn;
  set.add({Variable::kAnswer, Variable::kResult, Variable::kStatus});
  return set;
}();

bool is_success(const Exchange& exchange) {
  const int status = exchange.response.status;
  return !exchange.refused && status >= 200 && status <= 299;
}

}  // namespace

const config::Keys<HeaderSideSettings>& HeaderSideSettings::keys() {
  static const auto keys =
      config::Keys<HeaderSideSettings>("header changes")
          .optional("set", &HeaderSideSettings::set,
                    "fields by name; a value may have {{ }}; one {{ }} that gives null leaves the field out")
          .text_template()
          .optional("remove", &HeaderSideSettings::remove, "fields that do not go on");
  return keys;
}

const config::Keys<HeadersSettings>& HeadersSettings::keys() {
  static const auto keys =
      config::Keys<HeadersSettings>("headers")
          .optional("request", &HeadersSettings::request, "what changes on the way to the system")
          .optional("response", &HeadersSettings::response, "what changes on the way back")
          .check([](const HeadersSettings& settings, const config::Node& node, config::Reading& reading) {
            if (settings.request.set.empty() && settings.request.remove.empty() && settings.response.set.empty() &&
                settings.response.remove.empty())
              reading.error(node, "nothing is set or removed: write {request: {set, remove}, response: {set, remove}}",
                            "missing");
          });
  return keys;
}

HeadersPlugin::HeadersPlugin(const HeadersSettings& settings, config::Errors& errors,
                             const expression::Template::FindSecret& secrets)
    : request_(side(settings.request, CallValues::kOnTheWayIn, errors, secrets)),
      response_(side(settings.response, kResponseVariables, errors, {})) {
  const expression::VariableSet out = response_.set.uses();
  asks_request_ =
      request_.set.uses_input() || request_.set.uses().has(Variable::kRequest) || out.has(Variable::kRequest);
  asks_answer_ = response_.set.uses_input() || out.has(Variable::kAnswer) || out.has(Variable::kResult);
}

HeadersPlugin::Side HeadersPlugin::side(const HeaderSideSettings& settings, expression::VariableSet allowed,
                                        config::Errors& errors, const expression::Template::FindSecret& secrets) {
  Side result;
  result.set = HeaderTemplates::compile(settings.set, allowed, errors, secrets);
  for (const auto& name : settings.remove)
    if (check_header_name(*name, name, errors)) result.remove.push_back(*name);
  return result;
}

Needs HeadersPlugin::needs() const {
  return {.body = request_.changes() || asks_request_,
          .response = response_.changes(),
          .whole_request = asks_request_,
          .plain_answer = asks_answer_};
}

Step HeadersPlugin::on_body(Exchange& exchange) const {
  CallValues& values = CallValues::of(exchange);
  expression::VariableSet wanted = request_.set.uses();
  if (response_.set.uses().has(Variable::kRequest)) wanted.add(Variable::kRequest);
  Result<CallValues::Context> context = values.on_the_way_in(wanted, request_.set.uses_input());
  if (!context) return std::move(context.error());
  for (const std::string& name : request_.remove) exchange.request.changes.add(exchange.arena, {name, std::nullopt});
  for (std::size_t i = 0; i < request_.set.size(); ++i) {
    Result<HeaderChange> change = request_.set.render(i, context->input, *context->values, exchange.arena);
    if (!change) return std::move(change.error());
    exchange.request.changes.add(exchange.arena, *change);
  }
  return Step::next();
}

bool HeadersPlugin::reads_answer(const Exchange& exchange) const {
  return asks_answer_ && is_success(exchange) && exchange.request.head->method != net::Method::kHead;
}

Step HeadersPlugin::on_response(Exchange& exchange) const {
  if (reads_answer(exchange)) return read_then_change(exchange);
  Result<> changed = change_answer(exchange, "null");
  if (!changed) return std::move(changed.error());
  return Step::next();
}

Task<Result<Flow>> HeadersPlugin::read_then_change(Exchange& exchange) const {
  Result<CallValues::Answer> answer = co_await CallValues::of(exchange).answer();
  if (!answer) co_return std::move(answer.error());
  Result<> changed = change_answer(exchange, answer->json);
  if (!changed) co_return std::move(changed.error());
  co_return Flow::kContinue;
}

Result<> HeadersPlugin::change_answer(Exchange& exchange, Bytes answer) const {
  net::Headers& headers = exchange.response.headers;
  const auto is_ours = [&](std::string_view name) {  // the type of a refusal that is written already
    return exchange.refused && net::header_id(name) == net::HeaderId::kContentType;
  };
  for (const std::string& name : response_.remove)
    if (!is_ours(name)) apply({name, std::nullopt}, headers);
  if (response_.set.empty()) return {};
  Result<const expression::Values*> values = CallValues::of(exchange).on_the_way_out(response_.set.uses(), answer);
  if (!values) return std::move(values.error());
  for (std::size_t i = 0; i < response_.set.size(); ++i) {
    Result<HeaderChange> change = response_.set.render(i, answer, **values, exchange.arena);
    if (!change && is_success(exchange)) return answer_fault(change.error(), "a header of the answer cannot be made");
    if (change && !is_ours(change->name)) apply(*change, headers);
  }
  return {};
}

}  // namespace causeway::plugins
