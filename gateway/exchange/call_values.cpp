#include "exchange/call_values.h"

#include <algorithm>
#include <string>

#include "core/json_document.h"
#include "exchange/call_context.h"
#include "exchange/media_type.h"
#include "exchange/reply.h"

namespace causeway {
namespace {

using expression::Variable;

std::string describe(const JsonProblem& problem) {
  return std::string(problem.what) + " at byte " + std::to_string(problem.offset);
}

/// What a system or caller said about the bytes that are replaced.
constexpr net::HeaderId kAboutBytes[] = {net::HeaderId::kContentEncoding, net::HeaderId::kContentDigest,
                                         net::HeaderId::kContentMd5, net::HeaderId::kDigest,
                                         net::HeaderId::kReprDigest};

/// For what is made of answers that came late.
constexpr Duration kLateAnswer = std::chrono::seconds(1);

/// Not the answer is too long: the gateway has no room for it at present.
bool is_lack_of_room(const Error& error) {
  return error.code() == Code::kBodyTooLarge && error.info_if() != nullptr && error.info_if()->reason == "buffers_full";
}

Error no_room() {
  Error error(Code::kOverloaded, "no memory left in the budget of buffered bodies");
  error.info().reason = "buffers_full";
  error.info().retry_after_seconds = 1;
  return error;
}

}  // namespace

CallValues& CallValues::of(Exchange& exchange) {
  if (exchange.values == nullptr) exchange.values = &exchange.own<CallValues>(exchange);
  return *exchange.values;
}

bool CallValues::knows(Bytes text, std::size_t depth) const {
  for (const auto& [json, deepest] : known_)
    if (json.data() == text.data() && json.size() == text.size() && !text.empty()) return deepest <= depth;
  return false;
}

std::size_t CallValues::depth_of(Bytes text) const {
  for (const auto& [json, deepest] : known_)
    if (json.data() == text.data() && json.size() == text.size() && !text.empty()) return deepest;
  return expression::Document::kUnknown;
}

void CallValues::surround(const Exchange& exchange, expression::Values& values) {
  values.surround(exchange.route != nullptr ? exchange.route->expressions.get() : nullptr, exchange.deadline);
}

void CallValues::allow_for_late_answers() {
  if (exchange_.deadline == SteadyTime::max()) return;
  values_.end_by(std::max(exchange_.deadline, exchange_.worker.now() + kLateAnswer));
}

void CallValues::forget_texts() {
  known_ = {};
  values_.forget_documents();
  for (std::optional<JsonDocument>& document : documents_) document.reset();
  documents_kept_ = 0;
}

std::optional<JsonProblem> CallValues::find_problem(Bytes text, std::size_t depth) {
  JsonReadOptions options;
  options.depth = depth;
  std::pmr::memory_resource* const memory =
      text.size() <= kShortText ? &exchange_.arena : std::pmr::get_default_resource();
  auto read = JsonDocument::read(text, options, memory);
  if (const auto* problem = std::get_if<JsonProblem>(&read)) return *problem;
  JsonDocument& document = std::get<JsonDocument>(read);
  note_known({text, document.depth()});
  if (document.count() <= kKeptValues && documents_kept_ < documents_.size())
    values_.know(documents_[documents_kept_++].emplace(std::move(document)));
  return std::nullopt;
}

Result<Bytes> CallValues::checked(Bytes text) {
  text = trim_json(text);
  if (text.empty()) return Bytes("null");
  if (knows(text)) return text;
  if (const auto problem = find_problem(text, kRequestDepth)) {
    Error error(Code::kNotJson);
    error.info().public_message = "the body is not JSON: " + describe(*problem);
    return error;
  }
  return text;
}

Result<Bytes> CallValues::body() { return checked(exchange_.request.body.whole()); }

Result<Bytes> CallValues::request() { return checked(request_kept_ ? request_ : exchange_.request.body.whole()); }

Result<> CallValues::fill(expression::VariableSet wanted) {
  if (wanted.has(Variable::kRequest)) {
    Result<Bytes> text = request();
    if (!text) return std::move(text.error());
    values_.set(Variable::kRequest, *text);
  }
  const auto once = [&](Variable variable, std::string_view (*make)(Exchange&)) {
    if (!wanted.has(variable) || filled_.has(variable)) return;
    values_.set(variable, make(exchange_));
    filled_.add(variable);
  };
  once(Variable::kParams, params_json);
  once(Variable::kQuery, query_json);
  once(Variable::kHeaders, headers_json);
  once(Variable::kConsumer, consumer_json);
  once(Variable::kVersion, version_json);
  if (wanted.has(Variable::kTxid)) values_.set(Variable::kTxid, txid_json(exchange_));  // a retry may get another
  return {};
}

Result<CallValues::Context> CallValues::on_the_way_in(expression::VariableSet wanted, bool wants_input) {
  surround(exchange_, values_);
  Context context{"null", &values_};
  if (wants_input) {
    Result<Bytes> input = body();
    if (!input) return std::move(input.error());
    context.input = *input;
  }
  if (Result<> filled = fill(wanted); !filled) return std::move(filled.error());
  return context;
}

Task<Result<CallValues::Answer>> CallValues::answer() {
  Response& response = exchange_.response;
  const JsonType type = json_type(response.headers);
  if (type == JsonType::kOther) co_return Answer{"null", "it is not JSON"};
  if (response.body.streams()) {
    if (response.body.source()->declared_size().value_or(0) > kAnswerLimit) co_return Answer{"null", "it is too long"};
    Result<Bytes> whole = co_await response.body.gather(kAnswerLimit);
    if (!whole && is_lack_of_room(whole.error())) co_return no_room();
    if (!whole && whole.error().code() == Code::kBodyTooLarge) co_return Answer{"null", "it is too long"};
    if (!whole) co_return std::move(whole.error());
    exchange_.call.response_body = *whole;
    exchange_.call.response_size = whole->size();
  }
  const Bytes text = trim_json(response.body.whole());
  if (text.empty()) co_return Answer{"null", nullptr};
  if (knows(text)) co_return Answer{text, nullptr};
  if (const auto problem = find_problem(text, kAnswerDepth)) {
    if (type == JsonType::kUnnamed) co_return Answer{"null", "it is not JSON"};
    co_return Error(Code::kUpstreamNonsense, "the answer is not the JSON that it says: " + describe(*problem));
  }
  co_return Answer{text, nullptr};
}

Result<const expression::Values*> CallValues::on_the_way_out(expression::VariableSet wanted, Bytes answer) {
  if (Result<> filled = fill(wanted); !filled) return std::move(filled.error());
  surround(exchange_, values_);
  allow_for_late_answers();
  values_.set(Variable::kAnswer, answer_kept_ ? answer_ : answer);
  values_.set(Variable::kResult, answer);
  if (wanted.has(Variable::kStatus)) {
    const int status = exchange_.call.status != 0 ? exchange_.call.status : exchange_.response.status;
    values_.set(Variable::kStatus, exchange_.arena.copy(std::to_string(status)));
  }
  return &values_;
}

void CallValues::continue_from(const CallValues& whole) {
  values_ = whole.values_;
  filled_ = whole.filled_;
  request_kept_ = whole.request_kept_;
  request_ = whole.request_;
  known_ = whole.known_;
  next_known_ = whole.next_known_;
}

void CallValues::give_answer(const expression::Document& made) {
  exchange_.response.body = Body(made.json);
  exchange_.response.headers.set(net::HeaderId::kContentType, kJsonType);
  note_known(made);
}

void CallValues::replace_body(const expression::Document& made) {
  if (!request_kept_) request_ = exchange_.request.body.whole();
  request_kept_ = true;
  exchange_.request.body = Body(made.json);
  note_known(made);
  HeaderChanges& changes = exchange_.request.changes;
  for (const net::HeaderId id : kAboutBytes) changes.add(exchange_.arena, {net::header_name(id), std::nullopt});
  changes.add(exchange_.arena, {net::header_name(net::HeaderId::kContentType), kJsonType});
}

void CallValues::replace_request(const expression::Document& made) {
  replace_body(made);
  request_ = made.json;
}

void CallValues::replace_answer(const expression::Document& made) {
  Response& response = exchange_.response;
  if (!answer_kept_) {
    const Bytes before = trim_json(response.body.whole());
    answer_ = before.empty() ? Bytes("null") : before;
    answer_kept_ = true;
  }
  response.body = Body(made.json);
  note_known(made);
  response.head_length.reset();
  if (response.status == 204 || response.status == 205) response.status = 200;
  for (const net::HeaderId id : kAboutBytes) response.headers.remove(id);
  for (const net::HeaderId id : {net::HeaderId::kAcceptRanges, net::HeaderId::kContentRange, net::HeaderId::kETag})
    response.headers.remove(id);
  response.headers.set(net::HeaderId::kContentType, kJsonType);
}

Error answer_fault(const Error& error, std::string_view what) {
  Error fault(Code::kUpstreamNonsense, std::string(what));
  fault.info().reason = "transform_refused";
  const ErrorInfo* info = error.info_if();
  if (info != nullptr && !info->internal.empty()) fault.info().internal += ": " + info->internal;
  else if (info != nullptr && !info->public_message.empty()) fault.info().internal += ": " + info->public_message;
  return fault;
}

}  // namespace causeway
