#include "plugins/transform/body_programs.h"

#include "exchange/call_values.h"
#include "expression/configured.h"

namespace causeway::plugins {
namespace {

using expression::Variable;

constexpr expression::VariableSet kResponseVariables = [] {
  expression::VariableSet set = CallValues::kOnTheWayIn;
  set.add(Variable::kAnswer);
  set.add(Variable::kStatus);
  return set;
}();

/// The system has done what it was asked to. Where that should have become an event, the caller learns that it did not.
Error refuse_answer(const Exchange& exchange, NewRequest kind, Error error) {
  if (exchange.route->publishes && kind == NewRequest::kIsNotAsCalled)
    error.info().details = R"("outcome":"done_unpublished")";
  return error;
}

}  // namespace

const config::Keys<TransformSettings>& TransformSettings::keys() {
  static const auto keys =
      config::Keys<TransformSettings>("transform")
          .optional("request", &TransformSettings::request, "makes of the body that came (`.`) the one that goes on")
          .expression()
          .optional("response", &TransformSettings::response,
                    "makes of the system's successful answer (`.`) the one that goes back")
          .expression()
          .check([](const TransformSettings& settings, const config::Node& node, config::Reading& reading) {
            if (settings.request->empty() && settings.response->empty())
              reading.error(node, "missing \"request\" or \"response\" (a program over the body)", "missing");
          });
  return keys;
}

BodyPrograms::BodyPrograms(const TransformSettings& settings, NewRequest kind, config::Errors& errors) : kind_(kind) {
  if (!settings.request->empty())
    request_ = expression::compile_program(settings.request, CallValues::kOnTheWayIn, errors);
  if (!settings.response->empty())
    response_ = expression::compile_program(settings.response, kResponseVariables, errors);
  asks_request_ = (request_ && request_->uses().has(Variable::kRequest)) ||
                  (response_ && response_->uses().has(Variable::kRequest));
}

Result<> BodyPrograms::on_the_way_in(Exchange& exchange) const {
  CallValues& values = CallValues::of(exchange);
  if (!request_) {
    if (!asks_request_) return {};
    Result<Bytes> request = values.request();
    return request ? Result<>() : Result<>(std::move(request.error()));
  }
  Result<CallValues::Context> context = values.on_the_way_in(request_->uses(), true);
  if (!context) return std::move(context.error());
  Result<expression::Document> body = request_->document_of_one(context->input, *context->values, &exchange.arena);
  if (!body) return std::move(body.error());
  if (kind_ == NewRequest::kIsAsCalled) values.replace_request(*body);
  else values.replace_body(*body);
  return {};
}

bool BodyPrograms::applies_to_answer(const Exchange& exchange) const {
  const int status = exchange.response.status;
  return response_ && !exchange.refused && status >= 200 && status <= 299 &&
         exchange.request.head->method != net::Method::kHead;
}

Task<Result<>> BodyPrograms::on_the_way_out(Exchange& exchange) const {
  CallValues& values = CallValues::of(exchange);
  Result<CallValues::Answer> answer = co_await values.answer();
  if (!answer) co_return refuse_answer(exchange, kind_, std::move(answer.error()));
  if (answer->missing != nullptr)
    co_return refuse_answer(
        exchange, kind_,
        Error(Code::kUpstreamNonsense, std::string("the answer cannot be transformed: ") + answer->missing));
  Result<const expression::Values*> context = values.on_the_way_out(response_->uses(), answer->json);
  if (!context) co_return refuse_answer(exchange, kind_, std::move(context.error()));
  Result<expression::Document> body = response_->document_of_one(answer->json, **context, &exchange.arena);
  if (!body) co_return refuse_answer(exchange, kind_, answer_fault(body.error(), "the answer cannot be transformed"));
  values.replace_answer(*body);
  co_return Result<>();
}

}  // namespace causeway::plugins
