#include "app/cluster_register.h"

#include <gtest/gtest.h>
#include <prometheus/metric_family.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "app/breaker_watch.h"
#include "fakes/manual_clock.h"
#include "telemetry/labels.h"

namespace causeway::app {
namespace {

using namespace std::chrono_literals;
using resilience::Breaker;

/// Clusters whose systems nobody calls; what calls would do to their breakers, the test does.
class ClustersInForce : public testing::Test {
 protected:
  ~ClustersInForce() override {
    watch.take({});
    clusters.take({});
    kept.clear();
    worker.io().poll();  // the pools go home to their worker
  }

  upstream::ClusterSettings settings(const std::string& name) const {
    upstream::ClusterSettings settings;
    settings.name.value = name;
    settings.system = "WMS";
    settings.endpoints = {{{"127.0.0.1", 9}, 1}, {{"127.0.0.1", 10}, 2}};
    settings.circuit_breaker.minimum_calls = 2;
    settings.circuit_breaker.half_open_calls = 1;
    return settings;
  }
  /// As a reload does.
  void take(const std::vector<upstream::ClusterSettings>& all) {
    std::vector<std::shared_ptr<const upstream::Cluster>> made;
    for (const upstream::ClusterSettings& each : all) {
      config::Errors errors;
      made.push_back(std::make_shared<const upstream::Cluster>(each, world, errors));
    }
    clusters.take(made);
    watch.take(made);
    kept = made;
  }
  Breaker& breaker() { return kept.front()->state().breaker; }
  const resilience::BreakerSettings& rules() { return kept.front()->settings().circuit_breaker; }
  void call(Breaker::Outcome outcome) {
    const Breaker::Ticket ticket = breaker().admit(rules(), clock.steady());
    breaker().end(rules(), 0, ticket, outcome, 1ms, clock.steady());
  }
  void open() {
    call(Breaker::Outcome::kFailure);
    call(Breaker::Outcome::kFailure);
  }
  /// Of causeway_circuit_breaker_state: `wms=2 `.
  std::string gauges() {
    std::string text;
    for (const auto& family : metrics.collect()) {
      if (family.name != "causeway_circuit_breaker_state") continue;
      for (const auto& metric : family.metric)
        text += metric.label.front().value + '=' + std::to_string(static_cast<int>(metric.gauge.value)) + ' ';
    }
    return text;
  }
  /// What is logged at a look, without the times.
  std::string told() {
    watch.look();
    log.drain();
    std::string text;
    std::istringstream stream(written.str());
    for (std::string line; std::getline(stream, line);) text += line.substr(line.find(' ') + 1) + '\n';
    written.str("");
    return text;
  }

  fakes::ManualClock clock;
  telemetry::Metrics metrics;
  telemetry::StandardLabels labels{metrics};
  std::ostringstream written;
  telemetry::LogThread log{std::make_shared<spdlog::sinks::ostream_sink_mt>(written), {}, clock, metrics};
  runtime::Worker worker{0, "test", clock};
  runtime::Worker* workers[1] = {&worker};
  upstream::EndpointRegistry registry{workers};
  upstream::ClusterStates states{workers};
  const upstream::ClusterWorld world{registry, states, metrics, labels};
  ClusterRegister clusters{metrics, clock};
  BreakerWatch watch{log};
  std::vector<std::shared_ptr<const upstream::Cluster>> kept;
};

TEST_F(ClustersInForce, AreShownByName) {
  take({settings("wms"), settings("bi")});
  std::vector<std::string> names;
  for (const admin::ClusterView& view : clusters.clusters()) names.push_back(view.name);
  EXPECT_EQ(names, (std::vector<std::string>{"bi", "wms"}));
  EXPECT_EQ(clusters.cluster("pim").error().code(), Code::kNoSuchThing);
  const admin::ClusterView view = *clusters.cluster("wms");
  EXPECT_EQ(view.system, "WMS");
  EXPECT_EQ(view.kind, "internal");
  EXPECT_EQ(view.load_balancing, "round_robin");
  EXPECT_EQ(view.breaker.state, "closed");
  ASSERT_EQ(view.endpoints.size(), 2u);
  EXPECT_EQ(view.endpoints[1].address, "127.0.0.1:10");
  EXPECT_EQ(view.endpoints[1].weight, 2u);
  EXPECT_EQ(view.endpoints[1].addresses, std::vector<std::string>{"127.0.0.1:10"});
}

TEST_F(ClustersInForce, AnOpenBreakerSaysSinceWhenAndUntilWhen) {
  take({settings("wms")});
  const std::int64_t now = unix_milliseconds(clock.wall());
  open();
  clock.advance(5s);
  const admin::BreakerView view = clusters.cluster("wms")->breaker;
  EXPECT_EQ(view.state, "open");
  EXPECT_EQ(view.calls, 2u);
  EXPECT_EQ(view.failures, 2u);
  EXPECT_EQ(view.opened_at, now);
  EXPECT_EQ(view.retry_at, now + 30'000);
}

TEST_F(ClustersInForce, WhatIsKnownStaysOverAReload) {
  take({settings("wms")});
  open();
  upstream::ClusterSettings changed = settings("wms");
  changed.circuit_breaker.open_for = 1min;
  ASSERT_TRUE(clusters.eject("wms", "127.0.0.1:9", std::nullopt).ok());
  take({changed});
  const admin::ClusterView view = *clusters.cluster("wms");
  EXPECT_EQ(view.breaker.state, "open");
  EXPECT_EQ(*view.breaker.retry_at - *view.breaker.opened_at, 60'000);
  EXPECT_TRUE(view.endpoints[0].ejected);
}

TEST_F(ClustersInForce, AnEjectionEndsInTimeOrByHand) {
  take({settings("wms")});
  const std::int64_t now = unix_milliseconds(clock.wall());
  admin::EndpointView its = clusters.eject("wms", "127.0.0.1:9", 10s)->endpoints[0];
  EXPECT_TRUE(its.ejected);
  EXPECT_EQ(its.ejected_by, "operator");
  EXPECT_EQ(its.ejected_until, now + 10'000);
  clock.advance(10s);
  EXPECT_FALSE(clusters.cluster("wms")->endpoints[0].ejected);
  its = clusters.eject("wms", "127.0.0.1:9", std::nullopt)->endpoints[0];
  EXPECT_TRUE(its.ejected);
  EXPECT_EQ(its.ejected_until, std::nullopt);
  its = clusters.restore("wms", "127.0.0.1:9")->endpoints[0];
  EXPECT_FALSE(its.ejected);
  EXPECT_EQ(its.ejected_by, "");
  EXPECT_EQ(clusters.eject("wms", "127.0.0.1:99", 10s).error().code(), Code::kNoSuchThing);
  EXPECT_EQ(clusters.restore("pim", "127.0.0.1:9").error().code(), Code::kNoSuchThing);
}

TEST_F(ClustersInForce, AResetClosesTheBreakerAndEndsEjections) {
  take({settings("wms")});
  open();
  ASSERT_TRUE(clusters.eject("wms", "127.0.0.1:10", std::nullopt).ok());
  const admin::ClusterView view = *clusters.reset("wms");
  EXPECT_EQ(view.breaker.state, "closed");
  EXPECT_EQ(view.breaker.calls, 0u);
  EXPECT_FALSE(view.endpoints[1].ejected);
  EXPECT_EQ(clusters.reset("pim").error().code(), Code::kNoSuchThing);
}

TEST_F(ClustersInForce, TheGaugeShowsThoseInForce) {
  EXPECT_EQ(gauges(), "");
  take({settings("wms"), settings("bi")});
  EXPECT_EQ(gauges(), "bi=0 wms=0 ");
  open();
  EXPECT_EQ(gauges(), "bi=0 wms=2 ");
  take({settings("wms"), settings("erp")});
  EXPECT_EQ(gauges(), "erp=0 wms=2 ");
  clock.advance(30s);
  (void)breaker().admit(rules(), clock.steady());
  EXPECT_EQ(gauges(), "erp=0 wms=1 ");
}

TEST_F(ClustersInForce, AChangedBreakerIsToldOnce) {
  take({settings("wms")});
  EXPECT_EQ(told(), "");
  open();
  EXPECT_EQ(told(), "WARN breaker open | cluster=wms | calls=2 | failures=2 | slow=0 | for=30s\n");
  EXPECT_EQ(told(), "");
  take({settings("wms")});
  EXPECT_EQ(told(), "");
  clock.advance(30s);
  const Breaker::Ticket probe = breaker().admit(rules(), clock.steady());
  EXPECT_EQ(told(), "INFO breaker half-open | cluster=wms\n");
  breaker().end(rules(), 0, probe, Breaker::Outcome::kSuccess, 1ms, clock.steady());
  EXPECT_EQ(told(), "INFO breaker closed | cluster=wms\n");
  breaker().reset();
  EXPECT_EQ(told(), "");
}

TEST_F(ClustersInForce, ABreakerThatOpenedAnewBetweenTwoLooksIsToldAgain) {
  take({settings("wms")});
  open();
  told();
  clock.advance(30s);
  call(Breaker::Outcome::kFailure);
  EXPECT_EQ(told(), "WARN breaker open | cluster=wms | calls=1 | failures=1 | slow=0 | for=30s\n");
}

}  // namespace
}  // namespace causeway::app
