#include "upstream/endpoint_watch.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fakes/manual_clock.h"

namespace causeway::upstream {
namespace {

using std::chrono::seconds;

class EndpointWatchTest : public ::testing::Test {
 protected:
  std::string samples() {
    std::string found;
    const std::string text = metrics.text();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      const std::string line = text.substr(at, end - at);
      if (line.starts_with("causeway_upstream_e")) found += line + '\n';
      at = end + 1;
    }
    return found;
  }

  fakes::ManualClock clock;
  telemetry::Metrics metrics;
  EndpointStates states{1};
  std::shared_ptr<EndpointState> one = states.get("one:80");
  std::shared_ptr<EndpointState> two = states.get("two:80");
  std::vector<std::string> told;
  EndpointWatch watch{metrics, clock, [this](const EndpointWatch::News& news) {
                        told.push_back(news.cluster + ' ' + news.endpoint + (news.ejected ? " ejected" : " back") +
                                       (news.by_hand ? " by hand" : ""));
                      }};
  const std::vector<WatchedCluster> clusters{{"wms", {{"one:80", one}, {"two:80", two}}}};
};

TEST_F(EndpointWatchTest, TellsOfEachEjectionAndItsEndOnce) {
  watch.take(clusters);
  watch.look(clock.steady());
  one->eject_for_failures(clock.steady() + seconds(30));
  two->eject(SteadyTime::max());
  watch.look(clock.steady());
  watch.look(clock.steady());
  clock.advance(seconds(30));
  watch.look(clock.steady());
  two->restore();
  watch.look(clock.steady());
  std::vector<std::string> sorted = told;
  std::sort(sorted.begin(), sorted.begin() + 2);
  EXPECT_EQ(sorted, (std::vector<std::string>{"wms one:80 ejected", "wms two:80 ejected by hand", "wms one:80 back",
                                              "wms two:80 back"}));
}

TEST_F(EndpointWatchTest, AReloadTellsNothingAnew) {
  watch.take(clusters);
  one->eject_for_failures(clock.steady() + seconds(30));
  watch.look(clock.steady());
  watch.take(clusters);
  watch.look(clock.steady());
  EXPECT_EQ(told, (std::vector<std::string>{"wms one:80 ejected"}));
}

TEST_F(EndpointWatchTest, CountsEachEndpointOnce) {
  watch.take(clusters);
  HealthCheckSettings settings;
  settings.unhealthy = 1;
  one->checked(false, settings);
  EXPECT_EQ(samples(),
            "causeway_upstream_ejections_total{cluster=\"wms\",endpoint=\"one:80\"} 0\n"
            "causeway_upstream_ejections_total{cluster=\"wms\",endpoint=\"two:80\"} 0\n"
            "causeway_upstream_endpoints{cluster=\"wms\",state=\"ejected\"} 0\n"
            "causeway_upstream_endpoints{cluster=\"wms\",state=\"unhealthy\"} 1\n"
            "causeway_upstream_endpoints{cluster=\"wms\",state=\"well\"} 1\n");
  one->eject_for_failures(clock.steady() + seconds(30));
  EXPECT_EQ(samples(),
            "causeway_upstream_ejections_total{cluster=\"wms\",endpoint=\"one:80\"} 1\n"
            "causeway_upstream_ejections_total{cluster=\"wms\",endpoint=\"two:80\"} 0\n"
            "causeway_upstream_endpoints{cluster=\"wms\",state=\"ejected\"} 1\n"
            "causeway_upstream_endpoints{cluster=\"wms\",state=\"unhealthy\"} 0\n"
            "causeway_upstream_endpoints{cluster=\"wms\",state=\"well\"} 1\n");
}

TEST_F(EndpointWatchTest, WhatIsGoneIsNotShown) {
  watch.take(clusters);
  watch.take({});
  EXPECT_EQ(samples(), "");
}

}  // namespace
}  // namespace causeway::upstream
