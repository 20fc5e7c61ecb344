#include "admin/admin_fixture.h"

namespace causeway::admin {
namespace {

class ClusterResourceTest : public AdminTest {
 protected:
  const std::string oms =
      R"({"name":"oms","system":"OMS","kind":"third_party","loadBalancing":"least_request","breaker":{"enabled":false,)"
      R"("state":"closed","calls":0,"failures":0,"slow":0,"openedAt":null,"retryAt":null},"active":0,"waiting":0,)"
      R"("retries":0,"endpoints":[]})";
  const std::string open =
      R"({"enabled":true,"state":"open","calls":20,"failures":12,"slow":1,"openedAt":1000,"retryAt":31000})";
  const std::string closed =
      R"({"enabled":true,"state":"closed","calls":0,"failures":0,"slow":0,"openedAt":null,"retryAt":null})";
  const std::string well = R"("ejected":false,"ejectedBy":null,"ejectedUntil":null)";

  static std::string wms(const std::string& breaker, const std::string& first) {
    return R"({"name":"wms","system":"WMS","kind":"internal","loadBalancing":"round_robin","breaker":)" + breaker +
           R"(,"active":3,"waiting":2,"retries":1,"endpoints":[{"address":"10.0.0.11:8080","weight":1,"healthy":true,)" +
           first + R"(,"active":3,"idle":7,"addresses":["10.0.0.11:8080"]},{"address":"wms.internal:80","weight":2,)" +
           R"("healthy":false,"ejected":false,"ejectedBy":null,"ejectedUntil":null,"active":0,"idle":0,)" +
           R"("addresses":[]}]})";
  }
  std::string audited() { return ask("GET /audit"); }
};

TEST_F(ClusterResourceTest, AreListedByNameInPages) {
  const std::string all = R"({"items":[)" + oms + ',' + wms(open, well) + R"(],"next":null})";
  EXPECT_EQ(ask("GET /clusters", kViewer), ok(all));
  EXPECT_EQ(ask("GET /clusters?limit=1"), ok(R"({"items":[)" + oms + R"(],"next":"oms"})"));
  EXPECT_EQ(ask("GET /clusters?limit=1&cursor=oms"), ok(R"({"items":[)" + wms(open, well) + R"(],"next":null})"));
  EXPECT_EQ(ask("GET /clusters?cursor=pim"), ok(R"({"items":[)" + wms(open, well) + R"(],"next":null})"));
  EXPECT_EQ(ask("GET /clusters?cursor=wms"), ok(R"({"items":[],"next":null})"));
  EXPECT_EQ(ask("GET /clusters?limit=0"),
            refused(40092, "the request is not valid", violation("/limit", "maximum", "must be 1 to 500")));
}

TEST_F(ClusterResourceTest, OneIsShownByItsName) {
  EXPECT_EQ(ask("GET /clusters/wms", kViewer), ok(wms(open, well)));
  EXPECT_EQ(ask("GET /clusters/pim"), refused(40491, "no such thing"));
}

TEST_F(ClusterResourceTest, AnOperatorEjectsAnEndpointForATimeOrUntilItIsRestored) {
  const std::string for_a_time = R"("ejected":true,"ejectedBy":"operator","ejectedUntil":61000)";
  const std::string for_ever = R"("ejected":true,"ejectedBy":"operator","ejectedUntil":null)";
  EXPECT_EQ(ask("POST /clusters/wms/eject", kOperator, R"({"endpoint":"10.0.0.11:8080","reason":"new release"})"),
            ok(wms(open, for_ever)));
  EXPECT_EQ(ask("POST /clusters/wms/eject", kOperator, R"({"endpoint":"10.0.0.11:8080","for":"1m"})"),
            ok(wms(open, for_a_time)));
  EXPECT_EQ(ask("POST /clusters/wms/restore", kOperator, R"({"endpoint":"10.0.0.11:8080"})"),
            ok(wms(open, for_a_time)));
  EXPECT_EQ(clusters.told, (std::vector<std::string>{"eject 10.0.0.11:8080 -", "eject 10.0.0.11:8080 60000",
                                                     "restore 10.0.0.11:8080"}));
}

TEST_F(ClusterResourceTest, AnOperatorClosesTheBreakerAndTheAuditKeepsBeforeAndAfter) {
  EXPECT_EQ(ask("POST /clusters/wms/reset", kOperator, R"({"reason":"repaired"})"), ok(wms(closed, well)));
  EXPECT_EQ(clusters.told, std::vector<std::string>{"reset"});
  const std::string audit = audited();
  EXPECT_NE(audit.find(R"("actor":"olga","action":"POST /clusters/wms/reset")"), std::string::npos) << audit;
  EXPECT_NE(audit.find(R"("reason":"repaired")"), std::string::npos) << audit;
  EXPECT_NE(audit.find(R"("before":)" + wms(open, well)), std::string::npos) << audit;
  EXPECT_NE(audit.find(R"("after":)" + wms(closed, well)), std::string::npos) << audit;
}

TEST_F(ClusterResourceTest, RefusesWhatItCannotDo) {
  for (const char* verb : {"eject", "restore"}) {
    const std::string what = "POST /clusters/wms/" + std::string(verb);
    EXPECT_EQ(ask(what, kOperator, R"({"endpoint":"10.0.0.99:80"})"),
              refused(40092, "the request is not valid",
                      violation("/endpoint", "enum", "must be an endpoint of the cluster")));
    EXPECT_EQ(ask(what, kOperator, "{}"),
              refused(40092, "the request is not valid", violation("/endpoint", "required", "is needed")));
    EXPECT_EQ(ask("POST /clusters/pim/" + std::string(verb), kOperator, R"({"endpoint":"10.0.0.11:8080"})"),
              refused(40491, "no such thing"));
  }
  EXPECT_EQ(ask("POST /clusters/pim/reset", kOperator, "{}"), refused(40491, "no such thing"));
  for (const char* time : {"soon", "0s", "400d"})
    EXPECT_EQ(ask("POST /clusters/wms/eject", kOperator,
                  R"({"endpoint":"10.0.0.11:8080","for":")" + std::string(time) + R"("})"),
              refused(40092, "the request is not valid",
                      violation("/for", "format", "must be a duration such as 10m, at most 365d")));
  EXPECT_TRUE(clusters.told.empty());
}

TEST_F(ClusterResourceTest, AViewerChangesNothing) {
  for (const char* verb : {"eject", "restore", "reset"})
    EXPECT_EQ(ask("POST /clusters/wms/" + std::string(verb), kViewer, R"({"endpoint":"10.0.0.11:8080"})").substr(0, 3),
              "403");
  EXPECT_TRUE(clusters.told.empty());
}

}  // namespace
}  // namespace causeway::admin
