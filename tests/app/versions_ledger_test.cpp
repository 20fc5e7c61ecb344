// The record of who calls which version, over days, restarts and downtimes.
#include "versions_ledger_fixture.h"

namespace causeway::app {
namespace {

TEST_F(VersionLedgerTest, CallsAreKeptByRouteConsumerAndDay) {
  begin();
  take(kOrders);
  call("v1", "oms");
  call("v2", "wms", 0, 3);
  look();
  call("v1", "oms");
  look();
  look();
  clock.advance(days(1));
  call("v1", "oms", 42900);
  look();
  EXPECT_EQ(usage(),
            "2026-03-02 v1 list oms 1 refused 0\n"
            "2026-03-01 v2 list wms 3 refused 0\n"
            "2026-03-01 v1 list oms 2 refused 0\n");
}

TEST_F(VersionLedgerTest, AStrangersCallIsNobodysUse) {
  begin();
  take(kOrders);
  call("v1", "", 40191, 7);
  look();
  EXPECT_EQ(usage(), "");
}

TEST_F(VersionLedgerTest, WhereNobodyHasToSayWhoTheyAreACallIsUseAllTheSame) {
  begin();
  take(kOrders, true);
  call("v1", "", 0, 2);
  call("v1", "", 40090);
  look();
  EXPECT_EQ(usage(), "2026-03-01 v1 list  3 refused 0\n");
}

TEST_F(VersionLedgerTest, CallsOfARetiredVersionAreRefusedOnes) {
  begin();
  take(kOrders);
  call("v1", "", 41090, 5);
  look();
  EXPECT_EQ(usage(), "2026-03-01 v1 list  0 refused 5\n");
}

TEST_F(VersionLedgerTest, TheRecordSurvivesTheProcess) {
  begin();
  take(kOrders);
  call("v1", "oms", 0, 2);
  look();
  call("v1", "oms");  // since the last look: a kill takes it along
  kill();
  begin();
  take(kOrders);
  call("v1", "oms");
  look();
  EXPECT_EQ(usage(), "2026-03-01 v1 list oms 3 refused 0\n");
}

TEST_F(VersionLedgerTest, AStopWritesDownWhatIsLeft) {
  begin();
  take(kOrders);
  process->ledger.start();
  call("v1", "oms");
  process->ledger.stop();
  EXPECT_EQ(usage(), "2026-03-01 v1 list oms 1 refused 0\n");
}

TEST_F(VersionLedgerTest, ADayLeavesAfterFourHundred) {
  begin();
  take(kOrders);
  call("v2", "oms");
  look();
  clock.advance(days(400));
  look();
  EXPECT_EQ(usage(), "2026-03-01 v2 list oms 1 refused 0\n");
  clock.advance(days(1));
  look();
  EXPECT_EQ(usage(), "");
}

TEST_F(VersionLedgerTest, PagesAndFilters) {
  begin();
  take(kOrders);
  call("v1", "oms");
  call("v2", "wms");
  look();
  clock.advance(days(1));
  call("v1", "wms");
  look();
  EXPECT_EQ(usage({.version = "v1"}), "2026-03-02 v1 list wms 1 refused 0\n2026-03-01 v1 list oms 1 refused 0\n");
  EXPECT_EQ(usage({.consumer = "oms"}), "2026-03-01 v1 list oms 1 refused 0\n");
  EXPECT_EQ(usage({.api = "others"}), "");
  EXPECT_EQ(usage({.from = std::chrono::sys_days(std::chrono::year(2026) / 3 / 2)}),
            "2026-03-02 v1 list wms 1 refused 0\n");
  EXPECT_EQ(usage({.to = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1), .limit = 1}),
            "2026-03-01 v2 list wms 1 refused 0\n");
  EXPECT_EQ(usage({.before_id = 2}), "2026-03-01 v1 list oms 1 refused 0\n");
}

TEST_F(VersionLedgerTest, WhenTheStoreRefusesThatIsSaidOnce) {
  begin();
  take(kOrders);
  call("v1", "oms", 0, 2);
  process->store.stop();
  look();
  look();
  EXPECT_EQ(logged(), "WARN version usage is not written down | until=the store takes it\n");
}

TEST_F(VersionLedgerTest, CallersOfAVersionWhoseSunsetIsNearAreAnAlertOnce) {
  begin();
  take(kOrders, false, true, days(5));
  pass(days(4), "v1");
  EXPECT_TRUE(sink.take().empty()) << "six days are left";
  pass(days(3), "v1");
  pass(hours(1), "v1", "wms");
  const std::string told = " calls orders v1, whose sunset is 2026-03-11; successor: v2; contact: ";
  EXPECT_EQ(sink.take(),
            (std::vector<std::string>{"oms" + told + "oms-team@example.com", "wms" + told + "none is configured"}));
  pass(days(29), "v1", "wms");
  EXPECT_EQ(sink.take(), std::vector<std::string>{}) << "a month is not over";
  pass(days(2), "v1", "wms");
  EXPECT_EQ(sink.take(), std::vector<std::string>{"resolved oms" + told + "oms-team@example.com"});
  pass(days(15));
  ASSERT_EQ(state(), "retired");
  EXPECT_EQ(sink.take(), std::vector<std::string>{"resolved wms" + told + "none is configured"});
}

TEST_F(VersionLedgerTest, AnAlertEndsWithItsVersion) {
  begin();
  take(kOrders, true);
  call("v1", "");
  look();
  const std::string told = "callers without credentials call orders v1, whose sunset is 2026-03-11; successor: v2";
  EXPECT_EQ(sink.take(), std::vector<std::string>{told});
  kill();
  begin();
  take(kOrders, true);
  look();
  EXPECT_EQ(sink.take(), std::vector<std::string>{}) << "it fires already";
  take("api: orders\nbase: /api/{version}/orders\nversions: {v2: {released: 2025-06-01}}");
  look();
  EXPECT_EQ(sink.take(), std::vector<std::string>{"resolved " + told});
}

TEST_F(VersionLedgerTest, TheViewSaysWhoCalls) {
  begin();
  take(kOrders);
  call("v1", "oms", 0, 4);
  look();
  clock.advance(days(3));
  call("v1", "wms");
  call("v1", "", 41090, 2);
  look();
  const auto shown = [&](int days) {
    const Result<std::vector<admin::VersionView>> views = process->ledger.versions(days);
    std::string text;
    for (const admin::VersionView& view : *views) {
      text += view.api + ' ' + view.version + ' ' + view.state + ' ' + view.retire + ' ' + view.successor + ' ' +
              std::to_string(view.calls) + " refused " + std::to_string(view.refused) + ':';
      for (const auto& who : view.consumers)
        text += ' ' + who.name + '(' + who.contact + ")=" + std::to_string(who.calls);
      text += '\n';
    }
    return text;
  };
  EXPECT_EQ(shown(30),
            "orders v1 deprecated when_unused v2 5 refused 2: wms()=1 oms(oms-team@example.com)=4\n"
            "orders v2 current at_sunset  0 refused 0:\n");
  EXPECT_EQ(shown(1),
            "orders v1 deprecated when_unused v2 1 refused 2: wms()=1 oms(oms-team@example.com)=0\n"
            "orders v2 current at_sunset  0 refused 0:\n");
}

TEST_F(VersionLedgerTest, TheSunsetIsAMetric) {
  begin();
  take(kOrders);
  EXPECT_NE(process->metrics.text().find(
                "causeway_version_sunset_timestamp_seconds{api=\"orders\",version=\"v1\"} 1773187200"),
            std::string::npos);
}

}  // namespace
}  // namespace causeway::app
