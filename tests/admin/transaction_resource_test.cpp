#include "admin/admin_fixture.h"

namespace causeway::admin {
namespace {

class TransactionResourceTest : public AdminTest {
 protected:
  const std::string call_state = R"("state":"unresolved","decidedBy":null)";
  const std::string call_times = R"("createdAt":1000,"nextCheckAt":null,"endedAt":null,"reason":"24h")";
  const std::string message =
      R"({"txid":"t-2","kind":"message","state":"prepared","decidedBy":null,"route":"order-transactions",)"
      R"("consumer":"oms","group":"oms-producer","transactionId":"OMS1","topic":null,"checks":0,"createdAt":2000,)"
      R"("nextCheckAt":8000,"endedAt":null,"reason":"")";

  static std::string call(const std::string& state, const std::string& times, const std::string& more = "") {
    return R"({"txid":"t-1","kind":"call",)" + state +
           R"(,"route":"create-order","consumer":"oms","topic":"order-topic","checks":7,)" + times + more + '}';
  }
};

TEST_F(TransactionResourceTest, AreListedNewestFirstInPages) {
  const std::string first = message + '}';
  const std::string second = call(call_state, call_times);
  EXPECT_EQ(ask("GET /transactions", kViewer), ok(R"({"items":[)" + first + ',' + second + R"(],"next":null})"));
  EXPECT_EQ(ask("GET /transactions?limit=1"), ok(R"({"items":[)" + first + R"(],"next":"2"})"));
  EXPECT_EQ(ask("GET /transactions?limit=1&cursor=2"), ok(R"({"items":[)" + second + R"(],"next":null})"));
  EXPECT_EQ(ask("GET /transactions?state=unresolved"), ok(R"({"items":[)" + second + R"(],"next":null})"));
  EXPECT_EQ(ask("GET /transactions?state=committed"), ok(R"({"items":[],"next":null})"));
  EXPECT_EQ(ask("GET /transactions?state=open"),
            refused(40092, "the request is not valid",
                    violation("/state", "enum", "must be prepared, unresolved, committed or rolled_back")));
  EXPECT_EQ(ask("GET /transactions?cursor=t-1"),
            refused(40092, "the request is not valid",
                    violation("/cursor", "format", "must be the next of the page before")));
}

TEST_F(TransactionResourceTest, OneIsShownWithWhatItKeepsButNotToViewers) {
  EXPECT_EQ(ask("GET /transactions/t-1"),
            ok(call(call_state, call_times, R"(,"key":"K1","document":{"request":{"price":19.90}})")));
  EXPECT_EQ(ask("GET /transactions/t-1", kViewer), ok(call(call_state, call_times, R"(,"key":"K1")")));
  EXPECT_EQ(ask("GET /transactions/t-2"), ok(message + R"(,"document":{"data":1.50}})"));
  EXPECT_EQ(ask("GET /transactions/t-3"), refused(40491, "no such thing"));
}

TEST_F(TransactionResourceTest, AnOperatorDecidesAndTheAuditKeepsBeforeAndAfter) {
  const std::string by = R"(","decidedBy":"operator")";
  const std::string times = R"("createdAt":1000,"nextCheckAt":null,"endedAt":9000,"reason":"in the books")";
  const std::string after = call(R"("state":"committed)" + by, times, R"(,"key":"K1")");
  EXPECT_EQ(ask("POST /transactions/t-1/commit", kOperator, R"({"result":{"id":7.0},"reason":"in the books"})"),
            ok(after));
  EXPECT_EQ(ask("POST /transactions/t-2/rollback", kOperator, R"({"reason":"never booked"})").substr(0, 3), "200");
  EXPECT_EQ(transactions.told, (std::vector<std::string>{R"(commit t-1 {"id":7.0})", "rollback t-2 "}));
  const std::string audit = ask("GET /audit");
  EXPECT_NE(audit.find(R"("actor":"olga","action":"POST /transactions/t-1/commit")"), std::string::npos) << audit;
  EXPECT_NE(audit.find(R"("reason":"in the books","before":)" + call(call_state, call_times)), std::string::npos)
      << audit;
  EXPECT_NE(audit.find(R"("after":)" + after), std::string::npos) << audit;
  EXPECT_EQ(audit.find("19.90"), std::string::npos) << audit;
}

TEST_F(TransactionResourceTest, RefusesWhatItCannotDo) {
  const std::string reason = R"({"reason":"because"})";
  for (const char* verb : {"commit", "rollback"}) {
    EXPECT_EQ(ask("POST /transactions/t-3/" + std::string(verb), kOperator, reason), refused(40491, "no such thing"));
    EXPECT_EQ(ask("POST /transactions/t-1/" + std::string(verb), kOperator, "{}"),
              refused(40092, "the request is not valid", violation("/reason", "required", "is needed")));
    EXPECT_EQ(ask("POST /transactions/t-1/" + std::string(verb), kViewer, reason).substr(0, 3), "403");
  }
  EXPECT_EQ(ask("POST /transactions/t-2/commit", kOperator, R"({"result":1,"reason":"because"})"),
            refused(40092, "the request is not valid",
                    violation("/result", "not", "a message is published as it was prepared")));
  EXPECT_EQ(
      ask("POST /transactions/t-1/rollback", kOperator, R"({"result":1,"reason":"because"})"),
      refused(40092, "the request is not valid", violation("/result", "additionalProperties", "is not known here")));
  EXPECT_TRUE(transactions.told.empty());
  transactions.refusal = "its call is still running";
  EXPECT_EQ(ask("POST /transactions/t-1/commit", kOperator, reason), refused(40993, "its call is still running"));
}

}  // namespace
}  // namespace causeway::admin
