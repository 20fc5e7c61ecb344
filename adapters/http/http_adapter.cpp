#include "adapters/http/http_adapter.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "adapters/http/answer.h"
#include "upstream/outcome.h"

namespace causeway::adapters {
namespace {

/// What the log may show of a body that streams: the piece that has come so far.
class FirstPiece final : public BodyObserver {
 public:
  FirstPiece(Exchange& exchange, BodyObserver* next) : exchange_(exchange), next_(next) {}
  void on_piece(Bytes piece) override {
    count(piece);
    if (next_ != nullptr) next_->on_piece(piece);
  }
  void count(Bytes piece) {
    if (exchange_.call.request_size == 0) exchange_.call.request_body = exchange_.arena.copy(piece.substr(0, 1024));
    exchange_.call.request_size += piece.size();
  }

 private:
  Exchange& exchange_;
  BodyObserver* next_;
};

/// What the system says of its own limits is not the caller's where the gateway has limits for him.
bool is_said_by_us(const Response& response, net::HeaderId id) {
  if (id != net::HeaderId::kRateLimit && id != net::HeaderId::kRateLimitPolicy) return false;
  return std::any_of(response.extra.begin(), response.extra.end(),
                     [](const net::HeaderField& ours) { return ours.id == net::HeaderId::kRateLimit; });
}

/// When a call first came, which its txid begins with (RFC 9562, 5.7); nothing of one that is no UUIDv7.
std::optional<WallTime> time_in(std::string_view txid) {
  if (txid.size() != 36) return std::nullopt;
  std::string digits(txid.substr(0, 8));
  digits += txid.substr(9, 4);
  std::int64_t milliseconds = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), milliseconds, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return WallTime(std::chrono::milliseconds(milliseconds));
}

/// One that is begun once more, so late that the system may have forgotten the key of its first attempt.
bool is_forgotten(const Exchange& exchange, const upstream::ClusterSettings& settings) {
  if (exchange.guard == nullptr || !settings.idempotency) return false;
  const std::optional<WallTime> first = time_in(exchange.guard->txid());
  return first && exchange.worker.wall_now() - *first >= settings.idempotency->retention;
}

/// Of an answer that did not count: the memory that its views lie in is gone.
void forget_response(Exchange& exchange) {
  exchange.response.headers.clear();
  exchange.response.body = Body();
  exchange.call.response_body = {};
  exchange.call.response_type = {};
  exchange.call.response_size = 0;
  exchange.checked_answer = {};
  if (exchange.values != nullptr) exchange.values->forget_texts();
}

}  // namespace

Result<> HttpAdapter::render(Exchange& exchange, net::Method method, std::pmr::string& target,
                             net::Headers& headers) const {
  expression::Values no_variables;
  CallValues::surround(exchange, no_variables);
  CallValues::Context context{"null", &no_variables};
  if (asks_input_ || !asks_.empty()) {
    Result<CallValues::Context> values = CallValues::of(exchange).on_the_way_in(asks_, asks_input_);
    if (!values) return std::move(values.error());
    context = *values;
  }
  if (Result<> rendered = target_.render(exchange, context, target); !rendered) return rendered;
  const bool with_body = net::expects_body(method);
  if (body_ && with_body) {
    Result<Bytes> body = body_->render(context.input, *context.values, &exchange.arena);
    if (!body) return std::move(body.error());
    CallValues::of(exchange).replace_body({*body});
  }
  if (plain_) own_headers(exchange, headers);
  else forward_headers(exchange, headers);
  if (part_) drop_conditions(headers);
  if (part_ && !(body_ && with_body)) {
    exchange.request.body = Body();
    drop_body_fields(headers);
  }
  if (!with_body && !exchange.request.body.whole().empty()) {  // a step has made one
    exchange.request.body = Body();
    headers.remove(net::HeaderId::kContentType);
  }
  for (std::size_t i = 0; i < headers_.size(); ++i) {
    Result<HeaderChange> change = headers_.render(i, context.input, *context.values, exchange.arena);
    if (!change) return std::move(change.error());
    apply(*change, headers);
  }
  return {};
}

Result<> HttpAdapter::prepare(Exchange& exchange, upstream::CallRequest& request) const {
  auto& target = exchange.own<std::pmr::string>(&exchange.arena);
  target.reserve(exchange.request.path.size() + 128);
  const net::RequestHead& head = *exchange.request.head;
  auto& headers = exchange.own<net::Headers>(&exchange.arena);
  request.method = method_ == net::Method::kOther ? head.method : method_;
  Result<> rendered = render(exchange, request.method, target, headers);
  if (!rendered) return rendered;
  request.method_name = method_ == net::Method::kOther ? head.method_name : std::string_view(method_name_);
  request.target = target;
  request.headers = &headers;
  request.body = &exchange.request.body;
  if (const auto& key = cluster_->settings().idempotency) {
    headers.set(key->header, key_of(exchange));
    request.repeatable = true;
  }
  return {};
}

/// Ours, never the caller's, which guards the way to the gateway only: the same over all attempts, and over all retries
/// of a call that has a record. Of several calls each has its own.
std::string_view HttpAdapter::key_of(Exchange& exchange) const {
  if (exchange.guard == nullptr) {
    const auto& id =
        exchange.own<telemetry::RequestId>(std::string_view(), exchange.worker.wall_now(), exchange.context.random);
    return id.view();
  }
  std::pmr::string key(exchange.guard->txid(), &exchange.arena);
  if (part_) key.append(".").append(part_name_);
  return exchange.arena.copy(key);
}

/// Each answer becomes the exchange's, until one counts.
class HttpAdapter::Reader final : public upstream::AnswerReader {
 public:
  Reader(const HttpAdapter& adapter, Exchange& exchange) : adapter_(adapter), exchange_(exchange) {}
  const upstream::Meaning& meaning() const { return meaning_; }

  Task<Result<CallClass>> read(upstream::CallResponse& answer) override {
    adapter_.fill_response(exchange_, answer);
    Result<upstream::Meaning> read = co_await read_meaning(exchange_, adapter_.cluster_->rules());
    if (!read) co_return std::move(read.error());
    meaning_ = std::move(*read);
    co_return meaning_.call_class;
  }
  void forget() noexcept override { forget_response(exchange_); }

 private:
  const HttpAdapter& adapter_;
  Exchange& exchange_;
  upstream::Meaning meaning_;
};

Task<Result<>> HttpAdapter::call(Exchange& exchange) const {
  if (is_forgotten(exchange, cluster_->settings()))
    co_return upstream::unknown_outcome("it is too old to be sent again: the system may have forgotten its key");
  upstream::CallRequest request;
  Result<> prepared = prepare(exchange, request);
  if (!prepared) co_return prepared;

  exchange.call.system = cluster_->settings().system;
  exchange.call.operation = operation_;
  if (exchange.request.body.streams()) {
    auto& first = exchange.own<FirstPiece>(exchange, exchange.request.observer);
    exchange.request.observer = &first;
    first.count(exchange.request.body.source()->arrived());
  } else {
    exchange.call.request_body = exchange.request.body.whole();
    exchange.call.request_size = exchange.call.request_body.size();
  }

  auto& answer = exchange.own<upstream::CallResponse>(exchange.arena);
  Reader reader(*this, exchange);
  upstream::CallOptions options;
  options.deadline = std::min(exchange.deadline, exchange.worker.now() + timeout_);
  options.connect_timeout = connect_timeout_;
  options.pace = exchange.pace;
  options.budget = exchange.budget;
  options.shard = &exchange.context.shard;
  const bool words_count = cluster_->rules().wants_body() || exchange.route->whole_answer > 0;
  if (words_count) options.reader = &reader;
  options.cancel = &exchange.cancel;
  Result<> outcome = co_await cluster_->call(exchange.worker, request, answer, options);
  exchange.call.attempts = answer.attempts;
  if (!outcome) {
    const int status = answer.head.status;
    // It was done, but of an answer like this nobody can make the event. Of a kept call that is still to be found out.
    const bool done =
        outcome.error().code() == Code::kUpstreamNonsense && status >= 200 && status < 300 && exchange.guard == nullptr;
    if (done && exchange.route->publishes) outcome.error().info().details = R"("outcome":"done_unpublished")";
    exchange.response.headers.clear();
    exchange.response.body = Body();
    co_return outcome;
  }
  if (words_count) {
    take_meaning(exchange, reader.meaning());
  } else {
    fill_response(exchange, answer);
    exchange.call_class = answer.call_class;
  }
  co_return outcome;
}

void HttpAdapter::fill_response(Exchange& exchange, upstream::CallResponse& answer) const {
  Response& response = exchange.response;
  forget_response(exchange);  // an answer before, which did not count
  response.status = exchange.call.status = answer.head.status;
  response.body = answer.body;
  const auto passes = exchange.route->wrapped ? net::BodyPasses::kWrapped : net::BodyPasses::kAsIs;
  for (const net::HeaderField& field : answer.head.headers)
    if (net::passes_to_caller(field, answer.head.connection, passes) && !is_said_by_us(response, field.id))
      response.headers.add(field.name, field.value, field.id);
  if (exchange.request.head->method == net::Method::kHead) {
    if (const auto length = answer.head.headers.get(net::HeaderId::kContentLength))
      response.head_length = net::parse_content_length(*length);
  }
  exchange.call.response_type = answer.head.headers.get(net::HeaderId::kContentType).value_or(std::string_view());
  exchange.call.response_body = answer.body.streams() ? answer.first_piece : answer.body.whole();
  exchange.call.response_size =
      answer.body.streams() ? answer.body.source()->declared_size().value_or(0) : answer.body.whole().size();
}

}  // namespace causeway::adapters
