#include "upstream/endpoint_state.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace causeway::upstream {
namespace {

using Change = EndpointState::Change;
using std::chrono::seconds;

class EndpointStateTest : public ::testing::Test {
 protected:
  const SteadyTime now{seconds(1000)};
  EndpointStates states{2};
  std::shared_ptr<EndpointState> state = states.get("10.0.0.1:8080");
};

TEST_F(EndpointStateTest, IsWellUntilSomethingIsKnownOfIt) {
  EXPECT_TRUE(state->well(now));
  EXPECT_EQ(state->active(), 0u);
  EXPECT_EQ(state->ejections(), 0u);
}

TEST_F(EndpointStateTest, IsKeptAsLongAsAConfigurationUsesIt) {
  state->eject(now + seconds(10));
  EXPECT_EQ(states.get("10.0.0.1:8080"), state);
  EXPECT_NE(states.get("10.0.0.2:8080"), state);
  state.reset();
  EXPECT_TRUE(states.get("10.0.0.1:8080")->well(now));
}

TEST_F(EndpointStateTest, ChecksDecideOnlyAfterSeveralInARow) {
  HealthCheckSettings settings;
  settings.healthy = 2;
  settings.unhealthy = 3;
  EXPECT_EQ(state->checked(false, settings), Change::kNone);
  EXPECT_EQ(state->checked(false, settings), Change::kNone);
  EXPECT_EQ(state->checked(true, settings), Change::kNone);
  EXPECT_EQ(state->checked(false, settings), Change::kNone);
  EXPECT_EQ(state->checked(false, settings), Change::kNone);
  EXPECT_TRUE(state->well(now));
  EXPECT_EQ(state->checked(false, settings), Change::kUnhealthy);
  EXPECT_FALSE(state->well(now));
  EXPECT_EQ(state->checked(false, settings), Change::kNone);
  EXPECT_EQ(state->checked(true, settings), Change::kNone);
  EXPECT_FALSE(state->well(now));
  EXPECT_EQ(state->checked(true, settings), Change::kHealthy);
  EXPECT_TRUE(state->well(now));
}

TEST_F(EndpointStateTest, WhatIsNotCheckedAnyMoreIsWell) {
  HealthCheckSettings settings;
  settings.unhealthy = 1;
  state->checked(false, settings);
  EXPECT_FALSE(state->healthy());
  state->forget_checks();
  EXPECT_TRUE(state->healthy());
}

TEST_F(EndpointStateTest, FailuresCountInARowOverAllWorkers) {
  EXPECT_FALSE(state->failed(3));
  EXPECT_FALSE(state->failed(3));
  state->succeeded();
  EXPECT_FALSE(state->failed(3));
  EXPECT_FALSE(state->failed(3));
  EXPECT_TRUE(state->failed(3));
  EXPECT_TRUE(state->failed(3)) << "as long as nobody ejects it";
}

TEST_F(EndpointStateTest, AnEjectionEndsByItself) {
  state->failed(1);
  state->eject_for_failures(now + seconds(30));
  EXPECT_TRUE(state->ejected(now + seconds(29)));
  EXPECT_FALSE(state->well(now + seconds(29)));
  EXPECT_TRUE(state->well(now + seconds(30)));
  EXPECT_EQ(state->ejections(), 1u);
  EXPECT_EQ(state->failures(), 0u);
  EXPECT_FALSE(state->ejected_by_hand());
}

TEST_F(EndpointStateTest, AnOperatorEjectsAndRestores) {
  state->eject(SteadyTime::max());
  EXPECT_FALSE(state->well(now + std::chrono::hours(24 * 365)));
  EXPECT_TRUE(state->ejected_by_hand());
  EXPECT_EQ(state->ejections(), 0u);
  state->restore();
  EXPECT_TRUE(state->well(now));
  EXPECT_FALSE(state->ejected_by_hand());
}

TEST_F(EndpointStateTest, RestoringDoesNotOverruleChecks) {
  HealthCheckSettings settings;
  settings.unhealthy = 1;
  state->checked(false, settings);
  state->restore();
  EXPECT_FALSE(state->well(now));
}

TEST_F(EndpointStateTest, CountsWhatIsInFlightOnAllWorkers) {
  state->begin(0);
  state->begin(1);
  state->begin(1);
  EXPECT_EQ(state->active(), 3u);
  state->end(1);
  state->end(0);
  EXPECT_EQ(state->active(), 1u);
}

TEST_F(EndpointStateTest, OnlyOneDecidesAboutEjectionsAtATime) {
  const auto other = states.get("10.0.0.2:8080");
  ASSERT_TRUE(state->turn().take());
  EXPECT_FALSE(other->turn().take());
  state->turn().give();
  EXPECT_TRUE(other->turn().take());
}

TEST_F(EndpointStateTest, AnOperatorWaitsForADecisionThatIsBeingMade) {
  ASSERT_TRUE(state->turn().take());
  std::thread operator_thread([this] { state->eject(SteadyTime::max()); });
  state->eject_for_failures(now + seconds(30));
  state->turn().give();
  operator_thread.join();
  EXPECT_EQ(state->ejected_until(), SteadyTime::max()) << "what the operator says is not overwritten";
  EXPECT_TRUE(state->ejected_by_hand());
}

TEST_F(EndpointStateTest, LosesNoFailureBetweenThreads) {
  std::atomic<int> reached{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) reached += state->failed(4000) ? 1 : 0;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(reached, 1);
  EXPECT_EQ(state->failures(), 4000u);
}

}  // namespace
}  // namespace causeway::upstream
