#include "admin/admin_fixture.h"

namespace causeway::admin {
namespace {

class VersionResourceTest : public AdminTest {
 protected:
  VersionResourceTest() {
    VersionView v1;
    v1.api = "orders";
    v1.version = "v1";
    v1.state = "sunset";
    v1.released = 1000;
    v1.deprecated = 2000;
    v1.sunset = 3000;
    v1.successor = "v2";
    v1.guide = "https://docs.example.com/orders-v2";
    v1.retire = "when_unused";
    v1.unused_for = std::chrono::hours(24 * 14);
    v1.unused_since = 4000;
    v1.calls = 7;
    v1.refused = 1;
    v1.consumers = {{"wms", "", 3, 4000}, {"oms", "oms-team@example.com", 4, 3500}};
    VersionView v2;
    v2.api = "orders";
    v2.version = "v2";
    v2.state = "current";
    v2.released = 2000;
    v2.retire = "at_sunset";
    versions.views = {v1, v2};
    const std::chrono::sys_days day = std::chrono::year(2026) / 11 / 26;
    versions.rows = {{3, "orders", "v1", "list", "oms", day, 4, 0, 3500},
                     {2, "orders", "v1", "list", "", day, 0, 1, 0}};
  }
};

constexpr const char* kV2 =
    R"({"api":"orders","version":"v2","state":"current","released":2000,"deprecated":null,"sunset":null,)"
    R"("successor":null,"guide":null,"retire":"at_sunset","calls":0,"refused":0,"lastCalledAt":null,"consumers":[]})";

TEST_F(VersionResourceTest, AVersionSaysWhatBecomesOfItAndWhoCalls) {
  EXPECT_EQ(
      ask("GET /versions", kViewer),
      ok(R"({"items":[{"api":"orders","version":"v1","state":"sunset","released":1000,"deprecated":2000,"sunset":3000,)"
         R"("successor":"v2","guide":"https://docs.example.com/orders-v2","retire":"when_unused",)"
         R"("unusedForSeconds":1209600,"unusedSince":4000,"retiredAt":null,"calls":7,"refused":1,"lastCalledAt":4000,)"
         R"("consumers":[{"name":"wms","contact":null,"calls":3,"lastCalledAt":4000},)"
         R"({"name":"oms","contact":"oms-team@example.com","calls":4,"lastCalledAt":3500}]},)" +
         std::string(kV2) + R"(],"next":null})"));
  EXPECT_EQ(versions.asked, "days=30");
  EXPECT_EQ(ask("GET /versions?api=other&days=400"), ok(R"({"items":[],"next":null})"));
  EXPECT_EQ(versions.asked, "days=400");
}

TEST_F(VersionResourceTest, DaysAreLimited) {
  for (const char* days : {"0", "401", "x", "-1"})
    EXPECT_EQ(ask(std::string("GET /versions?days=") + days),
              refused(40092, "the request is not valid", violation("/days", "maximum", "must be 1 to 400")));
}

TEST_F(VersionResourceTest, UsageIsPagedAndFiltered) {
  const std::string first =
      R"({"api":"orders","version":"v1","route":"list","consumer":"oms","day":"2026-11-26","calls":4,"refused":0,)"
      R"("lastCalledAt":3500})";
  const std::string second =
      R"({"api":"orders","version":"v1","route":"list","consumer":"","day":"2026-11-26","calls":0,"refused":1,)"
      R"("lastCalledAt":null})";
  EXPECT_EQ(ask("GET /versions/usage", kViewer), ok(R"({"items":[)" + first + ',' + second + R"(],"next":null})"));
  EXPECT_EQ(ask("GET /versions/usage?limit=1"), ok(R"({"items":[)" + first + R"(],"next":"3"})"));
  EXPECT_EQ(ask("GET /versions/usage?limit=1&cursor=3"), ok(R"({"items":[)" + second + R"(],"next":null})"));
  EXPECT_EQ(versions.asked, "    0-1000000 before=3");
  ask("GET /versions/usage?api=orders&version=v1&route=list&consumer=oms&from=1970-01-02&to=1970-01-03");
  EXPECT_EQ(versions.asked, "orders v1 list oms 1-2 before=0");
}

TEST_F(VersionResourceTest, UsageRefusesWhatItCannotRead) {
  EXPECT_EQ(
      ask("GET /versions/usage?from=yesterday"),
      refused(40092, "the request is not valid", violation("/from", "format", "must be a date such as 2026-11-26")));
  EXPECT_EQ(ask("GET /versions/usage?cursor=x"),
            refused(40092, "the request is not valid",
                    violation("/cursor", "format", "must be the next of the page before")));
}

class AlertResourceTest : public AdminTest {
 protected:
  AlertResourceTest() {
    class Fire final : public store::Change {
     public:
      Kind kind() const override { return Kind::kUpkeep; }
      Result<> apply(store::Session& session) override {
        alerts::tables::fire(session, "version_sunset", R"({"api":"orders"})", 1000, 1000, "oms calls orders v1");
        alerts::tables::fire(session, "store_full", "{}", 2000, 2000, "no space");
        alerts::tables::resolve(session, "store_full", "{}", 3000);
        return {};
      }
    } fire;
    EXPECT_TRUE(sqlite.commit_blocking(fire).ok());
  }
  const std::string firing =
      R"({"name":"version_sunset","labels":{"api":"orders"},"state":"firing","since":1000,"updatedAt":1000,)"
      R"("message":"oms calls orders v1","notifiedAt":null})";
  const std::string resolved =
      R"({"name":"store_full","labels":{},"state":"resolved","since":2000,"updatedAt":3000,"message":"no space",)"
      R"("notifiedAt":null})";
};

TEST_F(AlertResourceTest, ListsWhatFiresAndWhatDid) {
  EXPECT_EQ(ask("GET /alerts", kViewer), ok(R"({"items":[)" + resolved + ',' + firing + R"(],"next":null})"));
  EXPECT_EQ(ask("GET /alerts?state=firing"), ok(R"({"items":[)" + firing + R"(],"next":null})"));
  EXPECT_EQ(ask("GET /alerts?name=store_full"), ok(R"({"items":[)" + resolved + R"(],"next":null})"));
  EXPECT_EQ(ask("GET /alerts?limit=1"), ok(R"({"items":[)" + resolved + R"(],"next":"2000-2"})"));
  EXPECT_EQ(ask("GET /alerts?limit=1&cursor=2000-2"), ok(R"({"items":[)" + firing + R"(],"next":null})"));
}

TEST_F(AlertResourceTest, RefusesWhatItCannotRead) {
  EXPECT_EQ(ask("GET /alerts?state=on"),
            refused(40092, "the request is not valid", violation("/state", "enum", "must be firing or resolved")));
  EXPECT_EQ(ask("GET /alerts?cursor=7"),
            refused(40092, "the request is not valid",
                    violation("/cursor", "format", "must be the next of the page before")));
}

}  // namespace
}  // namespace causeway::admin
