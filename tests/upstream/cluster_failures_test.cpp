// What a cluster does about a system that fails: attempts, breaker, limits, alert.
#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "upstream/cluster.h"
#include "upstream/upstream_fixture.h"

namespace causeway::upstream {
namespace {

using namespace std::chrono_literals;

class Alerts final : public telemetry::AlertSink {
 public:
  void raise(std::string_view name, telemetry::Labels labels, std::string message) override {
    told.push_back(std::string(name) + " " + labels.front().second + ": " + message);
  }
  void resolve(std::string_view name, telemetry::Labels labels) override {
    told.push_back(std::string(name) + " " + labels.front().second + " is over");
  }
  std::vector<telemetry::Labels> firing(std::string_view) const override { return {}; }
  std::vector<std::string> told;
};

std::string status(int code, const std::string& more = {}) {
  return "HTTP/1.1 " + std::to_string(code) + " X\r\n" + more + "Content-Length: 2\r\n\r\nno";
}

class ClusterFailures : public UpstreamFixture {
 protected:
  /// Answers one after the other, whatever the connection; "" resets it, "-" says nothing.
  auto in_turn(std::deque<std::string> answers) {
    return [this, answers](ScriptedServer& self) mutable {
      while (!answers.empty()) {
        Peer peer = self.accept();
        if (!peer.is_open()) return;
        while (!answers.empty()) {
          if (peer.read_request().empty()) break;
          ++seen;
          const std::string answer = answers.front();
          answers.pop_front();
          if (answer.empty()) break;
          if (answer == "-") {
            peer.wait_for_end();
            break;
          }
          peer.send(answer);
        }
      }
      Peer last = self.accept();
      if (last.is_open()) last.wait_for_end();
    };
  }
  static ClusterSettings retrying(const std::vector<std::string>& on, std::uint32_t attempts = 3) {
    ClusterSettings settings;
    settings.retry.emplace();
    settings.retry->max_attempts = attempts;
    settings.retry->delay = 1ms;
    for (const std::string& text : on) settings.retry->on.push_back(*config::TextForm<RetryReason>::parse(text));
    return settings;
  }
  Outcome post(const Cluster& to, bool repeatable = false) {
    OneCall call(worker.chunks(), net::Method::kPost, "/orders");
    call.body = Body(Bytes("x"));
    call.request.repeatable = repeatable;
    return send(to, call, options());
  }

  std::atomic<int> seen{0};
};

TEST_F(ClusterFailures, AStatusThatOnNamesIsTriedAgainIfTheMethodMayComeTwice) {
  ScriptedServer server(in_turn({status(502), status(502), std::string(kOk), status(502)}));
  const Cluster& wms = cluster({at(server)}, retrying({"502"}));
  EXPECT_EQ(get(wms), "200 ok x3");
  EXPECT_EQ(post(wms), "502 no");
  EXPECT_EQ(seen, 4);
}

TEST_F(ClusterFailures, ACallUnderAKeyOfOursMayComeTwice) {
  ScriptedServer server(in_turn({status(502), "", std::string(kOk)}));
  EXPECT_EQ(post(cluster({at(server)}, retrying({"502", "reset"})), true), "200 ok x3");
}

TEST_F(ClusterFailures, MaxAttemptsCountsAllTriesAndTheLastAnswerIsTheCallers) {
  ScriptedServer server(in_turn({status(503), status(503), status(503), status(503)}));
  EXPECT_EQ(get(cluster({at(server)}, retrying({"503"}, 2))), "503 no x2");
  EXPECT_EQ(seen, 2);
}

TEST_F(ClusterFailures, ATimeoutIsTriedAgainOnlyWhereOnNamesIt) {
  ScriptedServer server(in_turn({"-", std::string(kOk), "-", std::string(kOk)}));
  ClusterSettings settings = retrying({"timeout"});
  settings.per_try_timeout = 600ms;
  EXPECT_EQ(get(cluster({at(server)}, settings)), "200 ok x2");
  settings.retry->on.clear();
  EXPECT_EQ(get(cluster({at(server)}, settings)), "50490: " + name(server) + ": no answer in time");
}

TEST_F(ClusterFailures, ARefusalAfterAnAttemptOfUnknownOutcomeSaysNothingAboutIt) {
  ScriptedServer server(in_turn({"-", status(409)}));
  ClusterSettings settings = retrying({"timeout"});
  settings.per_try_timeout = 600ms;
  EXPECT_EQ(post(cluster({at(server)}, settings), true),
            "50491: an attempt before had an unknown outcome, and this one was answered 409 x2");
}

TEST_F(ClusterFailures, ABreakerThatIsOpenTurnsCallsAwayBeforeTheSystemSeesThem) {
  ScriptedServer server(in_turn({status(500), status(500), status(404)}));
  ClusterSettings settings;
  settings.circuit_breaker.minimum_calls = settings.circuit_breaker.window = 2;
  const Cluster& wms = cluster({at(server)}, settings);
  EXPECT_EQ(get(wms), "500 no");
  EXPECT_EQ(get(wms), "500 no");
  EXPECT_EQ(get(wms), "50390: the breaker of wms is open");
  EXPECT_EQ(get(cluster({at(server)}, settings)), "50390: the breaker of wms is open");  // a reload changes nothing
  EXPECT_EQ(seen, 2);
  wms.state().breaker.reset();
  EXPECT_EQ(get(wms), "404 no");
}

TEST_F(ClusterFailures, WhatIsTheCallersFaultIsNoFailureOfTheSystem) {
  ScriptedServer server(in_turn({status(422), status(400), status(409), std::string(kOk)}));
  ClusterSettings settings;
  settings.circuit_breaker.minimum_calls = settings.circuit_breaker.window = 2;
  const Cluster& wms = cluster({at(server)}, settings);
  EXPECT_EQ(get(wms), "422 no");
  EXPECT_EQ(get(wms), "400 no");
  EXPECT_EQ(get(wms), "409 no");
  EXPECT_EQ(get(wms), "200 ok");
}

TEST_F(ClusterFailures, WithoutATurnWithinItsTimeACallerIsTurnedAway) {
  ScriptedServer server(answers(std::string(kOk)));
  ClusterSettings settings;
  settings.limits.concurrent = 1;
  settings.limits.queue_timeout = 0ms;
  const Cluster& wms = cluster({at(server)}, settings);
  OneCall first(worker.chunks(), net::Method::kGet, "/");
  EXPECT_EQ(send(wms, first, options()), "200 ok");
  EXPECT_EQ(get(wms), "200 ok");  // the first has its answer whole: it holds no turn any more
  const auto taken =
      fakes::run(worker, wms.state().turns->take(worker, 1, Turns::Line::kCallers, worker.now(), nullptr));
  EXPECT_EQ(taken, Wait::End::kWoken);
  EXPECT_EQ(get(wms), "50391: too many calls in flight: no turn within queue_timeout");
  wms.state().turns->give(worker);
  EXPECT_EQ(get(wms), "200 ok");
}

TEST_F(ClusterFailures, AboveTheRateACallerIsTurnedAway) {
  ScriptedServer server(answers(std::string(kOk)));
  ClusterSettings settings;
  settings.limits.rate = config::Rate{1, 1h};
  const Cluster& wms = cluster({at(server)}, settings);
  EXPECT_EQ(get(wms), "200 ok");
  EXPECT_EQ(get(wms), "50391: above the cluster's rate");
}

TEST_F(ClusterFailures, OneAlertTellsOfManyFailures) {
  ScriptedServer server(in_turn({status(500), status(503), status(404), std::string(kOk)}));
  Alerts alerts;
  cluster_states.alert_to(&alerts);
  const Cluster& wms = cluster({at(server)});
  for (int i = 0; i < 4; ++i) get(wms);
  EXPECT_EQ(alerts.told, std::vector<std::string>{"calls_failing wms: calls of WMS fail, after all attempts: it "
                                                  "answered 500"});
}

}  // namespace
}  // namespace causeway::upstream
