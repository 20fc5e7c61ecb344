#include "core/crash_point.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

namespace causeway {
namespace {

#ifdef CAUSEWAY_TEST_BUILD

TEST(CrashPlan, ReachesTheFirstPassOfItsPlace) {
  CrashPlan plan("before-end");
  EXPECT_FALSE(plan.reached("before-begin"));
  EXPECT_TRUE(plan.reached("before-end"));
  EXPECT_FALSE(plan.reached("before-end"));
}

TEST(CrashPlan, CountsPassesOfItsPlaceOnly) {
  CrashPlan plan("before-end:3");
  EXPECT_FALSE(plan.reached("before-end"));
  EXPECT_FALSE(plan.reached("before-en"));
  EXPECT_FALSE(plan.reached("before-end"));
  EXPECT_FALSE(plan.reached("before-end:3"));
  EXPECT_TRUE(plan.reached("before-end"));
}

TEST(CrashPlan, WithoutASoundCountReachesNothing) {
  for (const char* text : {"", ":1", "x:", "x:0", "x:-1", "x:1x", "x:99999999999"}) {
    CrashPlan plan(text);
    EXPECT_FALSE(plan.reached("x")) << text;
    EXPECT_FALSE(plan.reached("")) << text;
  }
}

TEST(CrashPointDeathTest, KillsTheProcessAtItsPass) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto pass = [] {
    setenv("CAUSEWAY_CRASH_AT", "here:2", 1);
    CAUSEWAY_CRASH_POINT("there");
    CAUSEWAY_CRASH_POINT("here");
    CAUSEWAY_CRASH_POINT("there");
    CAUSEWAY_CRASH_POINT("here");
    std::exit(0);
  };
  EXPECT_EXIT(pass(), testing::KilledBySignal(SIGKILL), "");
}

#else

TEST(CrashPoint, IsNothingInABuildForUse) {
  setenv("CAUSEWAY_CRASH_AT", "here", 1);
  CAUSEWAY_CRASH_POINT("here");
  unsetenv("CAUSEWAY_CRASH_AT");
}

#endif

}  // namespace
}  // namespace causeway
