#include "upstream/endpoint_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fakes/manual_clock.h"

namespace causeway::upstream {
namespace {

using std::chrono::seconds;
using Verdict = EndpointSet::Verdict;

class EndpointSetTest : public ::testing::Test {
 protected:
  ~EndpointSetTest() override {
    sets.clear();
    first.io().poll();
    second.io().poll();
  }

  EndpointSet& set(const std::vector<std::uint32_t>& weights, LoadBalancing rule = LoadBalancing::kRoundRobin) {
    settings.name.value = "wms";
    settings.load_balancing = rule;
    settings.endpoints.clear();
    for (std::uint32_t i = 0; i < weights.size(); ++i)
      settings.endpoints.push_back(
          {{"10.0." + std::to_string(i / 250) + '.' + std::to_string(i % 250 + 1), 80}, weights[i]});
    sets.push_back(std::make_unique<EndpointSet>(settings, registry, states, 2, metrics));
    return *sets.back();
  }

  /// The endpoints of so many picks by their numbers: `0 1 0`.
  std::string picks(const EndpointSet& from, int count, const Tried& tried = {}) {
    std::string text;
    for (int i = 0; i < count; ++i)
      text += (text.empty() ? "" : " ") + std::to_string(from.pick(first, clock.steady(), tried));
    return text;
  }
  /// How often each endpoint was picked.
  std::map<std::size_t, int> shares(const EndpointSet& from, int count, const Tried& tried = {}) {
    std::map<std::size_t, int> found;
    for (int i = 0; i < count; ++i) ++found[from.pick(first, clock.steady(), tried)];
    return found;
  }
  void attempt(const EndpointSet& at, std::size_t index, Verdict verdict) {
    at.begin(first, index);
    at.end(first, index, verdict, clock.steady());
  }
  void fail(const EndpointSet& at, std::size_t index, int times = 1) {
    for (int i = 0; i < times; ++i) attempt(at, index, Verdict::kFailed);
  }
  void mark_unhealthy(const EndpointSet& at, std::size_t index) {
    HealthCheckSettings health;
    health.unhealthy = 1;
    at[index].state->checked(false, health);
  }
  static Tried having_tried(std::initializer_list<std::size_t> indices) {
    Tried tried;
    for (const std::size_t index : indices) tried.add(index);
    return tried;
  }
  std::string ejected(const EndpointSet& of) {
    std::string text;
    for (std::size_t i = 0; i < of.size(); ++i) text += of[i].state->ejected(clock.steady()) ? '1' : '0';
    return text;
  }

  fakes::ManualClock clock;
  telemetry::Metrics metrics;
  runtime::Worker first{0, "first", clock};
  runtime::Worker second{1, "second", clock};
  runtime::Worker* workers[2] = {&first, &second};
  EndpointRegistry registry{workers};
  EndpointStates states{2};
  ClusterSettings settings;
  std::vector<std::unique_ptr<EndpointSet>> sets;
};

TEST_F(EndpointSetTest, RoundRobinGoesByWeight) {
  EXPECT_EQ(picks(set({1, 1, 1}), 7), "0 1 2 0 1 2 0");
  EXPECT_EQ(picks(set({2, 1}), 6), "0 1 0 0 1 0");
}

TEST_F(EndpointSetTest, WorkersBeginApart) {
  const EndpointSet& wms = set({1, 1});
  EXPECT_EQ(wms.pick(first, clock.steady(), {}), 0u);
  EXPECT_EQ(wms.pick(second, clock.steady(), {}), 1u);
}

TEST_F(EndpointSetTest, WhoIsNotWellIsLeftOutAndItsShareGoesToAllOthersByWeight) {
  const EndpointSet& wms = set({1, 1, 1, 2});
  mark_unhealthy(wms, 0);
  std::map<std::size_t, int> found = shares(wms, 4000);
  EXPECT_EQ(found[0], 0);
  EXPECT_NEAR(found[1], 1000, 50);
  EXPECT_NEAR(found[2], 1000, 50);
  EXPECT_NEAR(found[3], 2000, 50);
}

TEST_F(EndpointSetTest, WhoWasTriedIsNotAskedAgainAsLongAsThereAreOthers) {
  for (const LoadBalancing rule : {LoadBalancing::kRoundRobin, LoadBalancing::kLeastRequest}) {
    const EndpointSet& wms = set({1, 1, 1}, rule);
    EXPECT_EQ(picks(wms, 3, having_tried({0, 2})), "1 1 1");
    EXPECT_EQ(shares(wms, 300, having_tried({0, 1, 2})).size(), 3u) << "all were tried: anybody";
  }
}

TEST_F(EndpointSetTest, StandingInForAnotherIsNotItsOwnTurn) {
  const EndpointSet& wms = set({1, 1});
  EXPECT_EQ(picks(wms, 1), "0");
  EXPECT_EQ(picks(wms, 1, having_tried({0})), "1");
  EXPECT_EQ(picks(wms, 2), "1 0");
}

TEST_F(EndpointSetTest, WhereAllThatAreWellWereTriedOneOfThemIsAskedAgain) {
  for (const LoadBalancing rule : {LoadBalancing::kRoundRobin, LoadBalancing::kLeastRequest}) {
    const EndpointSet& wms = set({1, 1, 1}, rule);
    mark_unhealthy(wms, 1);
    EXPECT_EQ(picks(wms, 3, having_tried({0})), "2 2 2");
    const auto found = shares(wms, 300, having_tried({0, 2}));
    EXPECT_EQ(found.size(), 2u);
    EXPECT_FALSE(found.contains(1));
  }
}

TEST_F(EndpointSetTest, WhereNobodyIsWellAnybodyIsAsked) {
  for (const LoadBalancing rule : {LoadBalancing::kRoundRobin, LoadBalancing::kLeastRequest}) {
    const EndpointSet& wms = set({1, 1, 1}, rule);
    for (std::size_t i = 0; i < 3; ++i) mark_unhealthy(wms, i);
    EXPECT_EQ(shares(wms, 300).size(), 3u);
    EXPECT_EQ(picks(wms, 3, having_tried({0, 1})), "2 2 2") << "who was not tried goes first";
    EXPECT_EQ(shares(wms, 300, having_tried({0, 1, 2})).size(), 3u);
  }
}

TEST_F(EndpointSetTest, WhoFallsIllDuringAPickMayStillBePicked) {
  for (const LoadBalancing rule : {LoadBalancing::kRoundRobin, LoadBalancing::kLeastRequest}) {
    const EndpointSet& wms = set({1, 2}, rule);
    std::atomic<bool> ended{false};
    std::thread flipping([&] {
      const SteadyTime until = clock.steady() + seconds(60);
      for (std::size_t i = 0; !ended; ++i) {
        wms[i % 2].state->eject(until);
        wms[(i / 2) % 2].state->restore();
      }
    });
    std::size_t most = 0;
    for (int i = 0; i < 100'000; ++i) most = std::max(most, wms.pick(first, clock.steady(), having_tried({1})));
    ended = true;
    flipping.join();
    EXPECT_LE(most, 1u);
    wms[0].state->restore();
    wms[1].state->restore();
  }
}

TEST_F(EndpointSetTest, OneAloneIsAskedWhateverIsKnownOfIt) {
  const EndpointSet& wms = set({1});
  mark_unhealthy(wms, 0);
  EXPECT_EQ(picks(wms, 2, having_tried({0})), "0 0");
}

TEST_F(EndpointSetTest, LeastRequestAsksWhoHasTheFewestInFlightForItsWeight) {
  const EndpointSet& wms = set({1, 1, 2}, LoadBalancing::kLeastRequest);
  wms.begin(first, 2);
  wms.begin(second, 2);  // 2 / 2 against 0 / 1
  EXPECT_NE(wms.pick(first, clock.steady(), {}), 2u);
  wms.begin(first, 0);
  wms.begin(second, 1);  // 1 / 1 each: they take turns
  EXPECT_EQ(picks(wms, 3), "0 1 2");
  wms.end(second, 2, Verdict::kWell, clock.steady());
  wms.end(first, 2, Verdict::kWell, clock.steady());
  wms.end(first, 0, Verdict::kWell, clock.steady());
  wms.begin(second, 2);
  wms.begin(second, 2);
  EXPECT_EQ(picks(wms, 3), "0 0 0");
}

TEST_F(EndpointSetTest, LeastRequestSharesByWeightWhereNobodyIsBusy) {
  EXPECT_EQ(shares(set({3, 1}, LoadBalancing::kLeastRequest), 400), (std::map<std::size_t, int>{{0, 300}, {1, 100}}));
}

TEST_F(EndpointSetTest, LeastRequestTakesTurnsAmongEquals) {
  EXPECT_EQ(shares(set({1, 1, 1}, LoadBalancing::kLeastRequest), 300),
            (std::map<std::size_t, int>{{0, 100}, {1, 100}, {2, 100}}));
}

TEST_F(EndpointSetTest, LeastRequestOfManyAvoidsTheBusyOnes) {
  const EndpointSet& wms = set(std::vector<std::uint32_t>(100, 1), LoadBalancing::kLeastRequest);
  for (std::size_t busy = 0; busy < 50; ++busy) wms.begin(second, busy);
  int chosen_busy = 0;
  for (const auto& [index, times] : shares(wms, 4000)) chosen_busy += index < 50 ? times : 0;
  EXPECT_NEAR(chosen_busy, 1000, 100);  // both of two draws are busy in a quarter of the cases
}

TEST_F(EndpointSetTest, LeastRequestOfManyFindsTheOnlyOneThatIsWell) {
  const EndpointSet& wms = set(std::vector<std::uint32_t>(100, 1), LoadBalancing::kLeastRequest);
  for (std::size_t i = 0; i < 100; ++i)
    if (i != 77) mark_unhealthy(wms, i);
  EXPECT_EQ(picks(wms, 3), "77 77 77");
}

TEST_F(EndpointSetTest, FailuresInARowEjectAnEndpointForAWhile) {
  settings.outlier_detection = OutlierSettings{3, seconds(30), {50}};
  const EndpointSet& wms = set({1, 1});
  fail(wms, 0, 2);
  attempt(wms, 0, Verdict::kWell);
  fail(wms, 0, 2);
  attempt(wms, 0, Verdict::kNothing);
  EXPECT_EQ(ejected(wms), "00");
  fail(wms, 0);
  EXPECT_EQ(ejected(wms), "10");
  EXPECT_EQ(picks(wms, 3), "1 1 1");
  clock.advance(seconds(30));
  EXPECT_EQ(ejected(wms), "00");
  EXPECT_EQ(shares(wms, 100).size(), 2u);
  EXPECT_EQ(wms[0].state->ejections(), 1u);
}

TEST_F(EndpointSetTest, WithoutOutlierDetectionNothingIsEjected) {
  const EndpointSet& wms = set({1, 1});
  fail(wms, 0, 1000);
  EXPECT_EQ(ejected(wms), "00");
  EXPECT_EQ(wms[0].state->failures(), 0u);
}

TEST_F(EndpointSetTest, OnlyTheAllowedShareIsEjectedAndTheNextComesWhenOneIsBack) {
  settings.outlier_detection = OutlierSettings{1, seconds(30), {50}};
  const EndpointSet& wms = set({1, 1, 1, 1, 1});
  fail(wms, 0);
  clock.advance(seconds(10));
  fail(wms, 1);
  fail(wms, 2);
  EXPECT_EQ(ejected(wms), "11000");
  clock.advance(seconds(20));
  EXPECT_EQ(ejected(wms), "01000");
  fail(wms, 2);
  EXPECT_EQ(ejected(wms), "01100");
}

TEST_F(EndpointSetTest, AFailureThatWasInFlightDoesNotProlongAnEjection) {
  settings.outlier_detection = OutlierSettings{1, seconds(30), {50}};
  const EndpointSet& wms = set({1, 1});
  wms.begin(first, 0);
  fail(wms, 0);
  clock.advance(seconds(29));
  wms.end(first, 0, Verdict::kFailed, clock.steady());
  clock.advance(seconds(1));
  EXPECT_EQ(ejected(wms), "00");
  EXPECT_EQ(wms[0].state->failures(), 0u);
}

TEST_F(EndpointSetTest, AnEjectionByHandIgnoresTheShareAndCounts) {
  settings.outlier_detection = OutlierSettings{1, seconds(30), {50}};
  const EndpointSet& wms = set({1, 1});
  wms[0].state->eject(SteadyTime::max());
  fail(wms, 1);
  EXPECT_EQ(ejected(wms), "10");
  wms[1].state->eject(SteadyTime::max());
  EXPECT_EQ(ejected(wms), "11");
  EXPECT_EQ(shares(wms, 100).size(), 2u) << "nobody is well: anybody";
}

TEST_F(EndpointSetTest, AShareIsRoundedDownButOneMayAlwaysBeEjectedWhereThereAreOthers) {
  EXPECT_EQ(EndpointSet::most_ejected(1, {100}), 0u);
  EXPECT_EQ(EndpointSet::most_ejected(2, {10}), 1u);
  EXPECT_EQ(EndpointSet::most_ejected(5, {50}), 2u);
  EXPECT_EQ(EndpointSet::most_ejected(10, {30}), 3u);
  EXPECT_EQ(EndpointSet::most_ejected(4, {100}), 4u);
}

TEST_F(EndpointSetTest, WhatIsKnownOutlivesAReload) {
  settings.outlier_detection = OutlierSettings{1, seconds(30), {50}};
  const EndpointSet& before = set({1, 1});
  fail(before, 0);
  before.begin(second, 1);
  const EndpointSet& after = set({1, 3});
  EXPECT_EQ(ejected(after), "10");
  EXPECT_EQ(after[1].state->active(), 1u);
  EXPECT_EQ(after[0].endpoint, before[0].endpoint);
}

TEST_F(EndpointSetTest, OtherLimitsMakeOtherPools) {
  const EndpointSet& before = set({1});
  settings.limits.connections = 10;
  const EndpointSet& after = set({1});
  EXPECT_NE(after[0].endpoint, before[0].endpoint);
  EXPECT_EQ(after[0].state, before[0].state);
}

}  // namespace
}  // namespace causeway::upstream
