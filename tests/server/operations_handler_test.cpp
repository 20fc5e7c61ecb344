#include "server/operations_handler.h"

#include <gtest/gtest.h>

#include <string>

#include "fakes/exchange_fixture.h"

namespace causeway::server {
namespace {

class OperationsTest : public fakes::ExchangeFixture {
 protected:
  std::string ask(std::string_view line) {
    fakes::Call& one = call(std::string(line) + " HTTP/1.1\nHost: a");
    one.exchange.route = nullptr;
    run(handler.handle(one.exchange));
    return answer(one);
  }
  static std::string json(int status, std::string_view body) {
    return std::to_string(status) + "\nContent-Type: application/json\nCache-Control: no-store\n\n" + std::string(body);
  }

  /// Answers with the path.
  class Others final : public ExchangeHandler {
   public:
    Task<> handle(Exchange& exchange) override {
      exchange.response.body = Body(exchange.request.head->path);
      co_return;
    }
    void refuse(Exchange&, Error) override {}
    void finished(Exchange&, bool) noexcept override {}
  };

  Readiness readiness;
  runtime::Worker* workers[1] = {&worker};
  OperationsHandler handler{metrics, readiness, workers};
};

TEST_F(OperationsTest, ItIsReadyOnceConfiguredAndUntilItDrains) {
  EXPECT_EQ(ask("GET /readyz"), json(503, R"({"status":"starting"})"));
  readiness.configured = true;
  EXPECT_EQ(ask("GET /readyz"), json(200, R"({"status":"ready"})"));
  readiness.draining = true;
  EXPECT_EQ(ask("GET /readyz"), json(503, R"({"status":"draining"})"));
}

TEST_F(OperationsTest, ItIsHealthyAsLongAsItAnswers) {
  EXPECT_EQ(ask("GET /healthz"), json(200, R"({"status":"ok"})"));
  readiness.draining = true;
  EXPECT_EQ(ask("HEAD /healthz"), json(200, R"({"status":"ok"})"));
}

TEST_F(OperationsTest, MetricsAreText) {
  context.shard.add(metrics.counter("answers_total", "Answers.", {}), 42);
  const std::string text = ask("GET /metrics");
  EXPECT_EQ(text.substr(0, text.find("\n\n")),
            "200\nContent-Type: text/plain; version=0.0.4; charset=utf-8\nCache-Control: no-store");
  EXPECT_NE(text.find("\n# HELP answers_total Answers.\n# TYPE answers_total counter\nanswers_total 42\n"),
            std::string::npos);
}

TEST_F(OperationsTest, AScrapeFindsWhatTheWorkersHaveBegunToCount) {
  const telemetry::Counter counter = metrics.counter("answers_total", "Answers.", {});
  worker.post([&] { context.shard.add(counter); });
  EXPECT_NE(ask("GET /metrics").find("\nanswers_total 1\n"), std::string::npos);
}

TEST_F(OperationsTest, WhatIsLeftGoesToTheOthers) {
  Others others;
  OperationsHandler with_others{metrics, readiness, workers, &others};
  const auto body_of = [&](std::string_view line) {
    fakes::Call& one = call(std::string(line) + " HTTP/1.1\nHost: a");
    run(with_others.handle(one.exchange));
    return std::string(one.exchange.response.body.whole());
  };
  EXPECT_EQ(body_of("GET /topics"), "/topics");
  EXPECT_EQ(body_of("GET /healthz/more"), "/healthz/more");
  EXPECT_EQ(body_of("GET /healthz"), R"({"status":"ok"})");
  EXPECT_EQ(body_of("POST /metrics").substr(0, 13), R"({"code":40590)");
}

TEST_F(OperationsTest, WhatCannotBeServedIsSaid) {
  readiness.configured = true;
  readiness.impaired = [] { return std::string_view("store_full"); };
  EXPECT_EQ(ask("GET /readyz"), json(503, R"({"status":"store_full"})"));
  readiness.impaired = [] { return std::string_view(); };
  EXPECT_EQ(ask("GET /readyz"), json(200, R"({"status":"ready"})"));
}

TEST_F(OperationsTest, TheBusIsSaidBesideReady) {
  readiness.configured = true;
  readiness.bus = [] { return std::string_view("buffering"); };
  EXPECT_EQ(ask("GET /readyz"), json(200, R"({"status":"ready","bus":"buffering"})"));
  readiness.bus = [] { return std::string_view(); };
  EXPECT_EQ(ask("GET /readyz"), json(200, R"({"status":"ready"})"));
}

TEST_F(OperationsTest, NothingElseIsHere) {
  EXPECT_EQ(ask("GET /admin").substr(0, 4), "404\n");
  const std::string text = ask("POST /metrics");
  EXPECT_EQ(text.substr(0, 4), "405\n");
  EXPECT_NE(text.find("\nAllow: GET, HEAD\n"), std::string::npos);
}

}  // namespace
}  // namespace causeway::server
