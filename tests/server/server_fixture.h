// A listener with a handler of the test, and callers that talk to it, all on the thread of the test.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fakes/exchange_fixture.h"
#include "fakes/scripted_body.h"
#include "server/listener.h"

namespace causeway::server {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Answers with what the test says; by default with the request: `POST /a hello`.
class FakeHandler final : public ExchangeHandler {
 public:
  Task<> handle(Exchange& exchange) override {
    telemetry::Random random(1);
    exchange.request_id = telemetry::RequestId("r-1", exchange.started_at, random);
    if (!ignores_bodies) {
      const Result<Bytes> body = co_await exchange.request.body.gather(exchange.body_limit);
      if (!body) {
        reply_error(exchange, body.error());
        co_return;
      }
    }
    std::string& text = exchange.own<std::string>(exchange.request.method());
    text.append(" ").append(exchange.request.head->target);
    if (!exchange.request.body.streams()) text.append(" ").append(exchange.request.body.whole());
    exchange.response.body = Body(Bytes(text));
    if (answers) answers(exchange);
    if (meanwhile != nullptr) co_await meanwhile(exchange);
  }
  void refuse(Exchange& exchange, Error error) override {
    telemetry::Random random(1);
    exchange.request_id = telemetry::RequestId("r-1", exchange.started_at, random);
    reply_error(exchange, error);
    exchange.response.close = true;
  }
  void finished(Exchange& exchange, bool complete) noexcept override {
    ends += complete ? "complete " : "cut ";
    response_bytes += exchange.response_bytes;
    request_bytes += exchange.request_bytes;
  }

  bool ignores_bodies = false;
  std::function<void(Exchange&)> answers;
  Task<> (*meanwhile)(Exchange&) = nullptr;  ///< the call of a system, say
  std::string ends;
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;
};

/// A caller on a blocking-free socket; the test runs the server's loop while it waits.
class Caller {
 public:
  Caller(runtime::Worker& worker, const std::string& address) : worker_(worker) {
    const auto where = net::resolve(*net::parse_host_port(address)).front();
    socket_ = ::socket(where.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(socket_, where.data(), static_cast<socklen_t>(where.size())) != 0) ADD_FAILURE() << "no connection";
  }
  ~Caller() { close(); }

  void send(std::string_view text) {
    EXPECT_EQ(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  void end_sending() { ::shutdown(socket_, SHUT_WR); }
  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }

  /// What has come once `text` has; then everything before its end is taken.
  std::string until(std::string_view text) {
    run_until([&] { return received_.find(text) != std::string::npos; });
    const std::size_t size = received_.find(text) + text.size();
    std::string result = received_.substr(0, size);
    received_.erase(0, size);
    return result;
  }
  /// Everything up to the end of the connection.
  std::string until_end() {
    run_until([&] { return ended_; });
    return std::exchange(received_, {});
  }
  bool ended() {
    receive();
    return ended_;
  }

 private:
  template <class Condition>
  void run_until(Condition done) {
    const auto guard = std::chrono::steady_clock::now() + fakes::kHangGuard;
    worker_.io().restart();
    for (receive(); !done(); receive()) {
      if (ended_ || std::chrono::steady_clock::now() > guard) throw std::runtime_error("only came: " + received_);
      worker_.io().run_one_for(milliseconds(5));
    }
  }
  void receive() {
    char buffer[65536];
    ssize_t count;
    while ((count = ::recv(socket_, buffer, sizeof buffer, MSG_DONTWAIT)) > 0)
      received_.append(buffer, static_cast<std::size_t>(count));
    ended_ = ended_ || count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }

  runtime::Worker& worker_;
  int socket_ = -1;
  std::string received_;
  bool ended_ = false;
};

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() : context{worker, metrics.add_shard(), log} {
    limits.header_timeout = seconds(10);
    limits.idle_timeout = seconds(10);
  }
  ~ServerTest() override {
    if (!listener) return;
    listener->drain();
    fakes::run_until(worker, [&] { return listener->connections() == 0; });
    worker.io().poll();
  }

  void listen() {
    auto view = std::make_shared<ListenerView>();
    view->limits = limits;
    view->trusted_proxies = AddressSet(proxies);
    listener = std::make_unique<Listener>("public", worker, contexts, handler, server_metrics, std::move(view));
    ASSERT_EQ(listener->open({"127.0.0.1", 0}), "");
    listener->start();
  }
  Caller connect() {
    if (!listener) listen();
    return {worker, listener->address()};
  }
  /// One connection to its end, with Date left out.
  std::string exchange(std::string_view text) {
    Caller caller = connect();
    caller.send(text);
    caller.end_sending();
    return without_date(caller.until_end());
  }
  static std::string without_date(std::string text) {
    for (std::size_t at; (at = text.find("Date: ")) != std::string::npos;) text.erase(at, text.find('\n', at) + 1 - at);
    return text;
  }
  std::string sample(std::string_view line) {
    const std::string text = metrics.text();
    const std::size_t at = text.find(std::string("\n") + std::string(line) + ' ');
    return at == std::string::npos ? "-"
                                   : text.substr(at + line.size() + 2, text.find('\n', at + 1) - at - line.size() - 2);
  }

  static std::string ok(std::string_view body, std::string_view fields = {}) {
    return "HTTP/1.1 200 OK\r\nX-Request-Id: r-1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(fields) + "\r\n" + std::string(body);
  }

  const SystemClock clock;
  telemetry::Metrics metrics;
  telemetry::CallLog log;
  runtime::Worker worker{0, "test", clock};
  WorkerContext context;
  WorkerContext* contexts[1] = {&context};
  FakeHandler handler;
  const ServerMetrics server_metrics{metrics};
  LimitSettings limits;
  std::vector<AddressRange> proxies;
  std::unique_ptr<Listener> listener;
};

}  // namespace causeway::server
