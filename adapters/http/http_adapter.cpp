#include "adapters/http/http_adapter.h"

#include "adapters/http/answer.h"

namespace causeway::adapters {
namespace {

/// What the log may show of a body that streams: the piece that has come so far.
const expression::Values kNoValues;

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

}  // namespace

Result<> HttpAdapter::render(Exchange& exchange, net::Method method, std::pmr::string& target,
                             net::Headers& headers) const {
  CallValues::Context context{"null", &kNoValues};
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
  forward_headers(exchange, headers);
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
  return {};
}

Task<Result<>> HttpAdapter::call(Exchange& exchange) const {
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
  upstream::CallOptions options;
  options.deadline = exchange.worker.now() + timeout_;
  options.connect_timeout = connect_timeout_;
  options.pace = exchange.pace;
  options.budget = exchange.budget;
  options.shard = &exchange.context.shard;
  Result<> outcome = co_await cluster_->call(exchange.worker, request, answer, options);
  exchange.call.attempts = answer.attempts;
  if (!outcome) co_return outcome;
  fill_response(exchange, answer);
  Result<> understood = co_await understand(exchange, cluster_->rules());
  co_return understood;
}

void HttpAdapter::fill_response(Exchange& exchange, upstream::CallResponse& answer) const {
  Response& response = exchange.response;
  response.status = exchange.call.status = answer.head.status;
  response.body = answer.body;
  const auto passes = exchange.route->wrapped ? net::BodyPasses::kWrapped : net::BodyPasses::kAsIs;
  for (const net::HeaderField& field : answer.head.headers)
    if (net::passes_to_caller(field, answer.head.connection, passes))
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
