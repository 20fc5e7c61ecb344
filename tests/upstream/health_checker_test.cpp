#include "upstream/health_checker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "fakes/manual_clock.h"
#include "fakes/run_task.h"
#include "fakes/scripted_server.h"
#include "upstream/endpoint_registry.h"
#include "upstream/health_check.h"

namespace causeway::upstream {
namespace {

using fakes::Peer;
using fakes::ScriptedServer;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A system that answers each check with what was set, and tells how many there were.
class CheckedSystem {
 public:
  CheckedSystem()
      : server_([this](ScriptedServer& self) {
          for (;;) {
            Peer peer = self.accept();
            if (!peer.is_open()) return;
            last_ = peer.read_request();
            const std::string answer = answer_ == 0 ? "" : "HTTP/1.1 " + std::to_string(answer_) + " X\r\n";
            if (answer.empty()) peer.close();
            else peer.send(answer + "Content-Length: 0\r\n\r\n");
            if (peer.is_open()) peer.wait_for_end();
            ++asked_;
          }
        }) {}

  void answer(int status) { answer_ = status; }
  /// Checks that were answered and have taken note of it: they close their connections in the same breath.
  int asked() const { return asked_; }
  std::uint16_t port() const { return server_.port(); }
  /// The last request; once it has been counted.
  const std::string& last() const { return last_; }

 private:
  std::atomic<int> answer_{200};
  std::atomic<int> asked_{0};
  std::string last_;
  ScriptedServer server_;
};

/// A system that reads one check and never answers it. A connection can be accepted before the check knows of it.
class HangingSystem {
 public:
  HangingSystem()
      : server_([this](ScriptedServer& self) {
          Peer peer = self.accept();
          peer.read_head();
          asked_ = true;
          peer.wait_for_end();
        }) {}

  bool asked() const { return asked_; }
  std::uint16_t port() const { return server_.port(); }

 private:
  std::atomic<bool> asked_{false};
  ScriptedServer server_;
};

class HealthCheckerTest : public ::testing::Test {
 protected:
  ~HealthCheckerTest() override {
    checker.reset();
    fakes::run_until(control, [] { return true; });
    target = {};
    control.io().poll();
    worker.io().poll();
  }

  CheckTarget& watch(std::uint16_t port) {
    target.cluster = "wms";
    target.settings.path.value = "/health?deep=1";
    target.settings.interval = seconds(5);
    target.settings.healthy = 2;
    target.settings.unhealthy = 2;
    target.endpoint = registry.get({{"127.0.0.1", port}, "wms"});
    target.state = states.get(target.endpoint->name());
    return target;
  }
  void settle(const CheckedSystem& system, int checks) {
    fakes::run_until(control, [&] { return system.asked() >= checks; });
  }
  /// One interval later.
  void next(const CheckedSystem& system) {
    const int before = system.asked();
    clock.advance(milliseconds(5600));
    settle(system, before + 1);
  }

  fakes::ManualClock clock;
  runtime::Worker worker{0, "worker", clock};
  runtime::Worker control{0, "control", clock};
  runtime::Worker* workers[1] = {&worker};
  EndpointRegistry registry{workers};
  EndpointStates states{1};
  CheckTarget target;
  std::vector<std::string> told;
  std::unique_ptr<HealthChecker> checker = std::make_unique<HealthChecker>(
      control,
      [this](const CheckTarget& about, const std::string& problem) {
        told.push_back(about.cluster + ' ' + (problem.empty() ? "healthy" : problem));
      },
      telemetry::Random(1));
};

TEST_F(HealthCheckerTest, AsksAtOnceAndThenEveryInterval) {
  CheckedSystem system;
  checker->take({watch(system.port())});
  settle(system, 1);
  EXPECT_EQ(system.asked(), 1);
  const std::string host = "127.0.0.1:" + std::to_string(system.port());
  EXPECT_TRUE(system.last().starts_with("GET /health?deep=1 HTTP/1.1\r\nHost: " + host +
                                        "\r\nUser-Agent: causeway-health\r\nConnection: close\r\n"))
      << system.last();
  clock.advance(seconds(4));
  control.io().poll();
  EXPECT_EQ(system.asked(), 1) << "an interval is shortened by a tenth at most";
  clock.advance(milliseconds(1600));
  settle(system, 2);
  EXPECT_EQ(system.asked(), 2);
  EXPECT_TRUE(told.empty());
}

TEST_F(HealthCheckerTest, LeavesAnEndpointAloneAndUsesItAgain) {
  CheckedSystem system;
  system.answer(503);
  checker->take({watch(system.port())});
  settle(system, 1);
  EXPECT_TRUE(target.state->healthy()) << "one is not enough";
  next(system);
  EXPECT_FALSE(target.state->healthy());
  next(system);
  system.answer(204);
  next(system);
  EXPECT_FALSE(target.state->healthy());
  next(system);
  EXPECT_TRUE(target.state->healthy());
  EXPECT_EQ(told, (std::vector<std::string>{"wms answered 503", "wms healthy"}));
}

TEST_F(HealthCheckerTest, AReloadKeepsWhatIsKnown) {
  CheckedSystem system;
  system.answer(500);
  checker->take({watch(system.port())});
  settle(system, 1);
  checker->take({target});
  EXPECT_EQ(system.asked(), 1);
  next(system);
  EXPECT_FALSE(target.state->healthy()) << "the second in a row";
  CheckTarget sooner = target;
  sooner.settings.interval = seconds(1);
  checker->take({sooner});
  EXPECT_FALSE(target.state->healthy());
  clock.advance(milliseconds(1200));
  settle(system, 3);
  EXPECT_EQ(system.asked(), 3);
}

TEST_F(HealthCheckerTest, ARemovedCheckEndsAndTheEndpointCountsAsWell) {
  CheckedSystem system;
  system.answer(500);
  checker->take({watch(system.port())});
  settle(system, 1);
  next(system);
  EXPECT_FALSE(target.state->healthy());
  checker->take({});
  EXPECT_TRUE(target.state->healthy());
  clock.advance(seconds(60));
  control.io().poll();
  EXPECT_EQ(system.asked(), 2);
}

TEST_F(HealthCheckerTest, ACheckThatEndsAfterItsEndChangesNothing) {
  HangingSystem hanging;
  watch(hanging.port());
  target.settings.unhealthy = 1;
  checker->take({target});
  fakes::run_until(control, [&] { return hanging.asked(); });
  checker->take({});
  clock.advance(seconds(2));
  control.io().poll();
  EXPECT_TRUE(target.state->healthy());
  EXPECT_TRUE(told.empty());
}

TEST_F(HealthCheckerTest, SaysWhatIsWrong) {
  const auto check = [this](std::uint16_t port) {
    return fakes::run(control, check_health(control, *watch(port).endpoint, "/", seconds(20), 0));
  };
  EXPECT_EQ(check(fakes::closed_port()), "connection refused");
  CheckedSystem system;
  EXPECT_EQ(check(system.port()), "");
  system.answer(302);
  EXPECT_EQ(check(system.port()), "answered 302");
  system.answer(0);
  EXPECT_EQ(check(system.port()), "closed before it answered");
}

TEST_F(HealthCheckerTest, ACheckHasItsTime) {
  HangingSystem hanging;
  watch(hanging.port());
  target.settings.unhealthy = 1;
  target.settings.timeout = seconds(1);
  checker->take({target});
  fakes::run_until(control, [&] { return hanging.asked(); });
  clock.advance(milliseconds(1100));
  fakes::run_until(control, [&] { return !target.state->healthy(); });
  EXPECT_EQ(told, (std::vector<std::string>{"wms no answer in time"}));
}

}  // namespace
}  // namespace causeway::upstream
