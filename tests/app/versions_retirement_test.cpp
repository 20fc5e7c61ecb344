// When a version that nobody calls any more is retired, and when not.
#include "versions_ledger_fixture.h"

namespace causeway::app {
namespace {

TEST_F(VersionLedgerTest, AfterItsSunsetAVersionLivesUntilNobodyHasCalledForAWhile) {
  begin();
  take(kOrders);
  pass(days(10), "v1");  // to 2026-03-11T04:00
  EXPECT_EQ(state(), "sunset");
  pass(days(30), "v1");
  pass(days(13), "v2");
  EXPECT_EQ(state(), "sunset");
  logged();
  pass(days(1), "v2");
  EXPECT_EQ(state(), "retired");
  EXPECT_EQ(logged(), "INFO version retired | api=orders | version=v1 | sunset=2026-03-11 | unused_for=14d\n");
}

TEST_F(VersionLedgerTest, OneThatNobodyCallsGoesOnFromItsSunset) {
  begin();
  take(kOrders);
  pass(days(10));
  pass(days(14) - hours(5));  // the sunset was at midnight, four hours before
  EXPECT_EQ(state(), "sunset");
  pass(hours(1));
  EXPECT_EQ(state(), "retired");
}

TEST_F(VersionLedgerTest, OneThatIsTakenAfterItsSunsetIsNotRetiredAtOnce) {
  clock.advance(days(300));
  begin();
  take(kOrders);
  look();
  EXPECT_EQ(state(), "sunset");
  pass(days(14) - hours(1));
  EXPECT_EQ(state(), "sunset");
  pass(hours(1));
  EXPECT_EQ(state(), "retired");
}

TEST_F(VersionLedgerTest, WhatIsRetiredStaysSo) {
  clock.advance(days(30));
  begin();
  take(kOrders);
  pass(days(14));
  ASSERT_EQ(state(), "retired");
  call("v1", "", 41090, 3);
  look();
  kill();
  begin();
  take(kOrders);
  EXPECT_EQ(state(), "retired") << "before the first look already";
  call("v1", "", 41090);
  pass(days(1));
  EXPECT_EQ(state(), "retired");
  take("api: orders\nbase: /api/{version}/orders\nversions: {v2: {released: 2025-06-01}}");
  take(kOrders);
  EXPECT_EQ(state(), "retired");
}

TEST_F(VersionLedgerTest, ASunsetThatIsMovedIntoTheFutureBringsAVersionBack) {
  clock.advance(days(30));
  begin();
  take(kOrders);
  pass(days(14));
  ASSERT_EQ(state(), "retired");
  std::string moved(kOrders);
  moved.replace(moved.find("2026-03-11"), 10, "2026-04-20");
  take(moved);
  EXPECT_EQ(state(), "deprecated");
  pass(days(6));
  EXPECT_EQ(state(), "sunset");
  pass(days(14));
  EXPECT_EQ(state(), "retired");
}

TEST_F(VersionLedgerTest, OneThatWasBroughtBackIsRetiredOnlyWhenUnusedAgain) {
  clock.advance(days(30));
  begin();
  take(kOrders);
  pass(days(14));
  ASSERT_EQ(state(), "retired");
  std::string moved(kOrders);
  moved.replace(moved.find("2026-03-11"), 10, "2026-04-20");
  take(moved);
  take(kOrders);
  EXPECT_EQ(state(), "sunset");
  pass(days(14) - hours(1));
  EXPECT_EQ(state(), "sunset");
  pass(hours(1));
  EXPECT_EQ(state(), "retired");
}

TEST_F(VersionLedgerTest, TimeWithoutTheGatewayIsNotTimeWithoutCalls) {
  clock.advance(days(20));
  begin();
  take(kOrders);
  pass(days(10));
  kill();
  clock.advance(days(60));
  begin();
  take(kOrders);
  look();
  EXPECT_EQ(state(), "sunset");
  pass(days(4) - hours(1));
  EXPECT_EQ(state(), "sunset");
  pass(hours(1));
  EXPECT_EQ(state(), "retired");
}

TEST_F(VersionLedgerTest, ASunsetWithinADowntimeBeginsAfterIt) {
  begin();
  take(kOrders);
  look();
  kill();
  clock.advance(days(60));
  begin();
  take(kOrders);
  pass(days(14) - hours(1));
  EXPECT_EQ(state(), "sunset");
  pass(hours(1));
  EXPECT_EQ(state(), "retired");
}

TEST_F(VersionLedgerTest, AClockThatIsSetForwardIsNotTimeWithoutCalls) {
  clock.advance(days(20));
  begin();
  take(kOrders);
  look();
  clock.set_ahead(days(365));
  look();
  EXPECT_EQ(state(), "sunset");
}

TEST_F(VersionLedgerTest, OneThatLeavesAndComesBackBeginsAnew) {
  clock.advance(days(20));
  begin();
  take(kOrders);
  pass(days(13));
  take("api: orders\nbase: /api/{version}/orders\nversions: {v2: {released: 2025-06-01}}");
  pass(days(5));
  kill();
  begin();
  take(kOrders);
  pass(days(13));
  EXPECT_EQ(state(), "sunset");
  pass(days(1));
  EXPECT_EQ(state(), "retired");
}

TEST_F(VersionLedgerTest, WithoutAStoreNothingIsRetiredAndCallsAreCountedInMemory) {
  clock.advance(days(20));
  begin();
  take(kOrders, false, false);
  call("v1", "oms", 0, 2);
  look();
  pass(days(30));
  EXPECT_EQ(state(), "sunset");
  const Result<std::vector<admin::VersionView>> views = process->ledger.versions(30);
  ASSERT_TRUE(views.ok());
  ASSERT_EQ(views->front().consumers.size(), 1u);
  EXPECT_EQ(views->front().consumers.front().calls, 2);
  EXPECT_EQ(usage(), "");
}

}  // namespace
}  // namespace causeway::app
