#include "server/operations_handler.h"

#include "exchange/reply.h"

namespace causeway::server {
namespace {

constexpr Duration kPatience = std::chrono::milliseconds(50);
constexpr Duration kLook = std::chrono::microseconds(200);

void answer(Exchange& exchange, int status, std::string_view type, std::string_view body) {
  exchange.response.status = status;
  exchange.response.headers.set(net::HeaderId::kContentType, type);
  exchange.response.headers.set(net::HeaderId::kCacheControl, "no-store");
  exchange.response.body = Body(body);
}

void identify(Exchange& exchange) {
  exchange.request_id = telemetry::RequestId({}, exchange.started_at, exchange.context.random);
}

}  // namespace

Task<> OperationsHandler::handle(Exchange& exchange) {
  identify(exchange);
  const net::RequestHead& head = *exchange.request.head;
  const bool known = head.path == "/healthz" || head.path == "/readyz" || head.path == "/metrics";
  if (!known && others_ != nullptr) {
    co_await others_->handle(exchange);
    co_return;
  }
  if (!known) {
    reply_error(exchange, Error(Code::kNoRoute));
    co_return;
  }
  if (head.method != net::Method::kGet && head.method != net::Method::kHead) {
    exchange.response.add_extra(net::HeaderId::kAllow, "GET, HEAD");
    reply_error(exchange, Error(Code::kMethodNotAllowed));
    co_return;
  }
  if (head.path == "/metrics") {
    co_await let_workers_count(exchange.worker);
    answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", exchange.own<std::string>(metrics_.text()));
  } else if (head.path == "/healthz") {
    answer(exchange, 200, kJsonType, R"({"status":"ok"})");
  } else if (readiness_.draining) {
    answer(exchange, 503, kJsonType, R"({"status":"draining"})");
  } else if (!readiness_.configured) {
    answer(exchange, 503, kJsonType, R"({"status":"starting"})");
  } else if (const std::string_view why = readiness_.impaired ? readiness_.impaired() : ""; !why.empty()) {
    answer(exchange, 503, kJsonType, exchange.own<std::string>(R"({"status":")" + std::string(why) + R"("})"));
  } else if (const std::string_view bus = readiness_.bus ? readiness_.bus() : ""; !bus.empty()) {
    answer(exchange, 200, kJsonType,
           exchange.own<std::string>(R"({"status":"ready","bus":")" + std::string(bus) + R"("})"));
  } else {
    answer(exchange, 200, kJsonType, R"({"status":"ready"})");
  }
  co_return;
}

/// A caller that has its answer finds it counted: whatever a worker has begun to record is done before this returns. A
/// worker that is busy for longer is not waited for.
Task<> OperationsHandler::let_workers_count(runtime::Worker& own) {
  auto left = std::make_shared<std::atomic<std::size_t>>(workers_.size());
  for (runtime::Worker* worker : workers_) worker->post([left] { left->fetch_sub(1); });
  const SteadyTime end = own.clock().steady() + kPatience;
  while (left->load() > 0 && own.clock().steady() < end) co_await runtime::sleep_for(own, kLook);
}

void OperationsHandler::refuse(Exchange& exchange, Error error) {
  identify(exchange);
  reply_error(exchange, error);
  exchange.response.close = true;
}

}  // namespace causeway::server
