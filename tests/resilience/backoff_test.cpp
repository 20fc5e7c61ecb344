#include "resilience/backoff.h"

#include <gtest/gtest.h>

namespace causeway::resilience {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, GrowsByItsFactorUpToTheLongest) {
  const BackoffSettings settings{.delay = 100ms, .multiplier = 3, .max_delay = 2s};
  EXPECT_EQ(backoff(settings, 1, 0), 100ms);
  EXPECT_EQ(backoff(settings, 2, 0), 300ms);
  EXPECT_EQ(backoff(settings, 3, 0), 900ms);
  EXPECT_EQ(backoff(settings, 4, 0), 2s);
  EXPECT_EQ(backoff(settings, 4'000'000'000u, 0), 2s);
}

TEST(Backoff, OneIsAConstantWait) {
  const BackoffSettings settings{.delay = 100ms, .multiplier = 1};
  EXPECT_EQ(backoff(settings, 1, 0), 100ms);
  EXPECT_EQ(backoff(settings, 50, 0), 100ms);
}

TEST(Backoff, JitterOnlyShortens) {
  const BackoffSettings settings{.delay = 1s, .jitter = config::Percent{20}};
  EXPECT_EQ(backoff(settings, 1, 0), 1s);
  EXPECT_EQ(backoff(settings, 1, 0.5), 900ms);
  EXPECT_EQ(backoff(settings, 2, 0.999999) / 1ms, 1600);
}

TEST(Backoff, ADelayAboveTheLongestIsCut) {
  EXPECT_EQ(backoff({.delay = 5s, .multiplier = 2, .max_delay = 1s}, 1, 0), 1s);
}

}  // namespace
}  // namespace causeway::resilience
