#include "upstream/health_check.h"

#include "upstream/connecting.h"

namespace causeway::upstream {

Task<std::string> check_health(runtime::Worker& worker, const Endpoint& endpoint, std::string path, Duration timeout,
                               std::size_t turn) {
  CallOptions options;
  options.deadline = worker.now() + timeout;
  runtime::Arena arena(worker.chunks());
  Connection connection(worker);
  Result<> done = co_await connect_to(connection, worker, endpoint, endpoint.addresses(), turn, options.deadline);
  net::Headers headers(&arena);
  headers.add("User-Agent", "causeway-health");
  headers.add("Connection", "close");
  Body body;
  CallRequest request;
  request.method_name = net::method_name(request.method);
  request.target = path;
  request.headers = &headers;
  request.body = &body;
  CallResponse answer(arena);
  if (done) done = co_await connection.send(request, endpoint.host(), nullptr, answer, options.deadline);
  if (done) done = co_await connection.receive(request, answer, options);
  if (!done) {
    const ErrorInfo& info = done.error().info();
    co_return info.internal.empty() ? info.reason : info.internal;
  }
  const int status = answer.head.status;
  if (status >= 200 && status < 300) co_return std::string();
  co_return "answered " + std::to_string(status);
}

}  // namespace causeway::upstream
