#include "admin/audit_table.h"

#include "admin/admin_fixture.h"

namespace causeway::admin {
namespace {

class AuditTest : public AdminTest {
 protected:
  /// `olga POST /reload | why | before | after | code` a row, newest first.
  std::string rows() {
    ReadAudit read;
    EXPECT_TRUE(sqlite.query_blocking(read).ok());
    std::string text;
    for (const AuditRow& row : read.rows)
      text += row.actor + ' ' + row.action + " | " + row.reason + " | " + row.before + " | " + row.after + " | " +
              (row.code ? std::to_string(*row.code) : "-") + '\n';
    return text;
  }
};

TEST_F(AuditTest, AChangeIsWrittenDownBeforeItIsMade) {
  std::string during;
  process.on_reload = [&] { during = rows(); };
  EXPECT_EQ(ask("POST /reload", kOperator, R"({"reason":"new route"})").substr(0, 3), "200");
  EXPECT_EQ(during, "olga POST /reload | new route | {\"version\":\"1.2.3\",\"routes\":2} |  | -\n");
  EXPECT_EQ(rows(),
            "olga POST /reload | new route | {\"version\":\"1.2.3\",\"routes\":2} | "
            "{\"taken\":true,\"version\":7,\"hash\":\"abc\",\"counts\":{\"added\":1,\"removed\":0,\"changed\":0},"
            "\"restart\":[]}"
            " | 0\n");
  EXPECT_EQ(logged(), "INFO admin | user=olga | action=POST /reload | reason=new route | code=0\n");
}

TEST_F(AuditTest, ARefusedReloadSaysHowManyErrors) {
  process.report = FakeProcess::refused(R"([{"file":"a.yaml","line":1}])");
  ask("POST /reload", kOperator);
  EXPECT_EQ(rows(), "olga POST /reload |  | {\"version\":\"1.2.3\",\"routes\":2} | {\"errors\":1} | 40092\n");
}

TEST_F(AuditTest, WhatFailedIsThereToo) {
  EXPECT_EQ(ask("POST /subscriptions/another/pause", kOperator).substr(0, 3), "404");
  EXPECT_EQ(rows(), "olga POST /subscriptions/another/pause |  |  |  | 40491\n");
}

TEST_F(AuditTest, LookingIsNoChangeAndRefusedIsNoAttempt) {
  ask("GET /subscriptions");
  ask("POST /dead-letters/replay", kOperator, R"({"dry_run":true})");
  ask("POST /reload", kViewer);
  ask("POST /dead-letters/wms-orders:0:42/discard", kOperator, "{}");
  EXPECT_EQ(rows(), "");
}

TEST_F(AuditTest, NoBodiesAreKept) {
  ask("POST /dead-letters/wms-orders:0:42/replay", kOperator, R"({"body":{"price":19.90}})");
  ask("POST /dead-letters/wms-orders:0:42/discard", kAdmin, R"({"reason":"a test"})");
  const std::string all = rows();
  EXPECT_NE(all.find("ada POST /dead-letters/wms-orders:0:42/discard | a test | {\"id\":\"wms-orders:0:42\","),
            0u + std::string::npos);
  EXPECT_EQ(all.find("19.90"), std::string::npos);
  EXPECT_EQ(all.find("why"), std::string::npos);
}

TEST_F(AuditTest, WhenItCannotBeWrittenNothingIsChanged) {
  sqlite.stop();
  EXPECT_EQ(ask("POST /subscriptions/wms-orders/pause").substr(0, 3), "503");
  EXPECT_EQ(subscriptions.view.state, "running");
}

TEST_F(AuditTest, WhenItCannotBeCompletedTheAnswerSaysThatItWasDone) {
  process.on_reload = [&] { sqlite.stop(); };
  EXPECT_EQ(ask("POST /reload"),
            refused(50392, "it was done, but the audit could not be completed", R"(,"outcome":"done")"));
}

TEST_F(AuditTest, IsReadNewestFirstInPages) {
  ask("POST /subscriptions/wms-orders/pause", kOperator, R"({"reason":"one"})");
  ask("POST /subscriptions/another/resume", kOperator, R"({"reason":"two"})");
  ask("POST /drain", kAdmin);
  const std::string running = ask("GET /subscriptions/wms-orders");
  EXPECT_EQ(
      ask("GET /audit?limit=2", kViewer),
      ok(R"({"items":[{"id":3,"at":1772337600123,"actor":"ada","action":"POST /drain","reason":"","before":null,)"
         R"("after":{"draining":true},"code":0},{"id":2,"at":1772337600123,"actor":"olga",)"
         R"("action":"POST /subscriptions/another/resume","reason":"two","before":null,"after":null,"code":40491}],)"
         R"("next":"2"})"));
  const std::string last = ask("GET /audit?limit=2&cursor=2", kViewer);
  EXPECT_NE(
      last.find(R"({"items":[{"id":1,"at":1772337600123,"actor":"olga",)"
                R"("action":"POST /subscriptions/wms-orders/pause","reason":"one","before":{"name":"wms-orders",)"),
      std::string::npos)
      << last;
  EXPECT_NE(last.find(R"("next":null})"), std::string::npos) << last;
  EXPECT_EQ(ask("GET /audit?cursor=x"), refused(40092, "the request is not valid",
                                                violation("/cursor", "format", "must be the next of the page before")));
}

}  // namespace
}  // namespace causeway::admin
