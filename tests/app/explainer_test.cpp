#include "app/explain/explainer.h"

#include "app/explain/explanation_text.h"
#include "app/explain/read_call.h"
#include "app/inspected_files.h"

namespace causeway::app {
namespace {

class ExplainerTest : public InspectedFiles {
 protected:
  Explanation explain(const CallText& call, const std::string& as = {}, const std::string& from = "127.0.0.1") {
    if (!inspection) EXPECT_EQ(open(), "");
    Explainer explainer(*inspection, {at, as, from});
    return explainer.explain(call);
  }
  std::string text(const CallText& call, const std::string& as = {}, const std::string& from = "127.0.0.1") {
    const Explanation explanation = explain(call, as, from);
    return explanation_text(explanation, *inspection->compiled().routes);
  }
};

TEST_F(ExplainerTest, ACallWithoutCredentialsIsToldWhatItGetsAndWhatWouldBe) {
  EXPECT_EQ(text({"GET", "/api/v1/orders/7?x=1", {}, {}}),
            R"(GET /api/v1/orders/7?x=1
route get, routes/orders.yaml:24:5
  GET, HEAD /api/{version}/orders/{id}; version v1 by its path, which is deprecated
  {id} = 7
answer of the gateway: 40190 credentials required
  Deprecation: @1772323200
  Sunset: Fri, 05 Mar 2027 00:00:00 GMT
  Link: </api/v2/orders/7>; rel="successor-version"
chain, down on the way in and up on the way out
  authentication  head, body  routes/orders.yaml:7:3 (defaults)   signature
                  → 40190 credentials required
  access          head, body  routes/orders.yaml:8:3 (defaults)   role internal or partner
                  → asked once it is known who calls
  rate_limit      removed     routes/orders.yaml:10:7 (defaults)  100/s per consumer
                              routes/orders.yaml:26:5             without
  headers         body        routes/orders.yaml:11:7 (defaults)  request: sets X-Shop, X-Token, removes X-Debug
settings
  reply  as_is  routes/orders.yaml:27:5
adapter http, routes/orders.yaml:28:15
  cluster  wms           routes/orders.yaml:28:22
  path     /orders/{id}  routes/orders.yaml:28:36
  timeout  2s            routes/orders.yaml:12:24 (defaults)
call to wms
  GET /orders/7?x=1
  X-Shop: a
  X-Token: Bearer ***
  X-Forwarded-For: 127.0.0.1
  X-Forwarded-Proto: http
  X-Forwarded-Host: localhost
)");
}

TEST_F(ExplainerTest, TheBodyIsFollowedThroughTheChain) {
  const CallText call{"POST", "/api/v1/orders", {{"X-Debug", "1"}}, R"({"goods":[{"sku":"A"}]})"};
  const Explanation explanation = explain(call, "oms");
  EXPECT_TRUE(explanation.taken);
  EXPECT_FALSE(explanation.answer);
  std::string bodies;
  for (const StepReport& report : explanation.steps)
    if (report.body_after) bodies += report.step.name + ' ' + *report.body_after + '\n';
  EXPECT_EQ(bodies,
            "from {\"items\":[{\"sku\":\"A\"}]}\n"
            "transform {\"lines\":[{\"sku\":\"A\"}]}\n");
  ASSERT_TRUE(explanation.call);
  EXPECT_EQ(explanation.call->cluster, "oms");
  EXPECT_EQ(explanation.call->method, "POST");
  EXPECT_EQ(explanation.call->target, "/internal/orders?token=***");
  EXPECT_EQ(explanation.call->body, R"({"lines":[{"sku":"A"}]})");
  EXPECT_EQ(explanation.call->headers, (NamedTexts{{"X-Shop", "a"},
                                                   {"X-Token", "Bearer ***"},
                                                   {"Content-Type", "application/json"},
                                                   {"X-Consumer-Name", "oms"},
                                                   {"X-Consumer-Roles", "internal"},
                                                   {"X-Forwarded-For", "127.0.0.1"},
                                                   {"X-Forwarded-Proto", "http"},
                                                   {"X-Forwarded-Host", "localhost"}}));
}

TEST_F(ExplainerTest, ABodyThatAStepRefusesEndsThere) {
  const Explanation explanation = explain({"POST", "/api/v2/orders", {}, R"({"goods":[]})"}, "oms");
  EXPECT_TRUE(explanation.taken);
  ASSERT_TRUE(explanation.answer);
  EXPECT_EQ(explanation.answer->code, 40092u);
  EXPECT_EQ(explanation.answer->details,
            R"("violations":[{"path":"","keyword":"required","message":"\"items\" is missing"}])");
  EXPECT_FALSE(explanation.call);
  EXPECT_EQ(explain({"POST", "/api/v2/orders", {}, "{"}, "oms").answer->code, 40091u);
  EXPECT_EQ(explain({"POST", "/api/v2/orders", {}, std::string(2000, ' ')}, "oms").answer->code, 41390u)
      << "the route's own limit";
}

TEST_F(ExplainerTest, WithoutABodyTheHeadIsToldAsFarAsItGoes) {
  const Explanation explanation = explain({"POST", "/api/v2/orders", {}, {}}, "oms");
  std::string says;
  for (const StepReport& report : explanation.steps) says += report.step.name + ": " + report.says + '\n';
  EXPECT_EQ(says,
            "envelope: \n"
            "authentication: taken for oms\n"
            "access: passed\n"
            "from: not for v2\n"
            "publish: \n"
            "rate_limit: \n"
            "headers: \n"
            "validate: needs the body\n"
            "transform: needs the body\n");
  ASSERT_TRUE(explanation.call);
  EXPECT_EQ(explanation.call->unknown, "needs the body");
  EXPECT_EQ(explanation.call->target, "/internal/orders?token=***");
}

TEST_F(ExplainerTest, AccessIsAskedForTheConsumerAndTheAddress) {
  EXPECT_EQ(explain({"POST", "/api/v2/orders", {}, {}}, "shop").answer->code, 40390u);
  EXPECT_EQ(explain({"GET", "/api/v2/orders/newest", {}, {}}, {}, "10.1.2.3").answer->code, 40391u);
}

TEST_F(ExplainerTest, CredentialsAreLookedAtByTheServersOwnCode) {
  EXPECT_EQ(explain({"GET", "/api/v2/orders/7", {{"X-API-Key", "a token"}}, {}}).answer->reason, "scheme_not_allowed");
  const Explanation unknown = explain({"GET", "/api/v2/orders/7", {{"Authorization", "ApiKey nobody"}}, {}});
  EXPECT_EQ(unknown.answer->code, 40191u);
  EXPECT_EQ(unknown.answer->reason, "missing_timestamp");
}

TEST_F(ExplainerTest, HeadComesByGetAndALiteralGoesBeforeAParameter) {
  const Explanation explanation = explain({"HEAD", "/api/v2/orders/newest", {}, {}});
  EXPECT_EQ(explanation.why, "HEAD by its GET; version v2 by its path");
  ASSERT_EQ(explanation.others.size(), 1u);
  EXPECT_EQ(explanation.others[0].why, "\"newest\" goes before {id}");
}

TEST_F(ExplainerTest, ACallThatNoRouteTakesNamesTheNearOnes) {
  EXPECT_EQ(text({"PUT", "/api/v2/orders/7", {}, {}}),
            R"(PUT /api/v2/orders/7
answer: 40590 method not allowed
  Allow: GET, HEAD, OPTIONS
near, and why not
  get     GET, HEAD /api/{version}/orders/{id}  method "PUT": the route takes GET, HEAD  routes/orders.yaml:24:5
  create  POST /api/{version}/orders/           the route ends before "/7"               routes/orders.yaml:14:5
)");
  EXPECT_EQ(text({"GET", "/elsewhere", {}, {}}),
            "GET /elsewhere\n"
            "answer: 40490 no such route\n"
            "no route is near\n");
}

TEST_F(ExplainerTest, APathIsReadAsTheServerReadsIt) {
  EXPECT_EQ(explain({"GET", "/api/v2/orders/a%2fb", {}, {}}).answer->reason, "escaped_separator");
  EXPECT_EQ(explain({"GET", "/api//v2/orders", {}, {}}).answer->reason, "empty_segment");
  EXPECT_EQ(explain({"GET", "/api/v2/../orders", {}, {}}).answer->code, 40090u);
  EXPECT_EQ(explain({"TRACE", "/api/v2/orders", {}, {}}).answer->code, 40590u);
  EXPECT_EQ(explain({"GET", "nowhere", {}, {}}).answer->code, 40090u);
  EXPECT_EQ(explain({"GET", "/api/v2/orders/%7e", {}, {}}).parameters, (NamedTexts{{"id", "~"}}));
  EXPECT_EQ(explain({"GET", "/" + std::string(9000, 'x'), {}, {}}).answer->code, 41490u);
}

TEST_F(ExplainerTest, OptionsIsAnsweredWithAllow) {
  const Explanation explanation = explain({"OPTIONS", "/api/v2/orders", {}, {}});
  EXPECT_TRUE(explanation.taken);
  EXPECT_EQ(explanation.answer->status, 204);
  EXPECT_EQ(explanation.answer_headers, (NamedTexts{{"Allow", "POST, OPTIONS"}}));
}

TEST_F(ExplainerTest, TheTimeDecidesAboutVersions) {
  at = date("2027-03-05");
  const Explanation gone = explain({"GET", "/api/v1/orders/7", {}, {}});
  EXPECT_FALSE(gone.taken);
  EXPECT_EQ(gone.answer->code, 41090u);
  EXPECT_EQ(gone.answer->details, R"("successor":"v2")");
  EXPECT_EQ(gone.lifecycle, "retired");
}

TEST_F(ExplainerTest, SecretsThatAreNotAtHandAreStoodInFor) {
  unsetenv("CAUSEWAY_TEST_SECRET");
  EXPECT_EQ(open(), "");
  EXPECT_TRUE(inspection->has_stand_ins());
  EXPECT_EQ(explain({"GET", "/api/v2/orders/7", {}, {}}, "oms").call->target, "/orders/7");
}

TEST_F(ExplainerTest, AWrongConfigurationSaysWhere) {
  write(kShopMain, "api: a\nbase: /a\nroutes:\n  - {name: x, match: {method: GET, path: /}, adapter: {htpp: {}}}\n");
  EXPECT_EQ(open(),
            "routes/orders.yaml:4:5: routes[0]: missing \"auth\": say who may call, or `auth: none`\n"
            "routes/orders.yaml:4:56: routes[0].adapter: unknown adapter \"htpp\" (did you mean \"http\"?)\n");
}

TEST(ReadCall, IsAnObjectWithATarget) {
  std::string problem;
  const auto call =
      read_call(R"({"method":"PUT","target":"/x?a=1","headers":[["Accept","*/*"]],"body":"{}"})", problem);
  ASSERT_TRUE(call) << problem;
  EXPECT_EQ(call->method, "PUT");
  EXPECT_EQ(call->head(), "PUT /x?a=1 HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nContent-Length: 2\r\n\r\n");
  for (const char* bad : {"", "[]", "{}", R"({"target":1})", R"({"target":"/","headers":[["a"]]})",
                          R"({"target":"/","headers":[["a",1]]})", R"({"target":"/","verb":"GET"})"}) {
    EXPECT_FALSE(read_call(bad, problem)) << bad;
    EXPECT_FALSE(problem.empty());
  }
  EXPECT_FALSE(read_call(R"({"target":"/a HTTP/1.1\r\nX: y"})", problem));
  EXPECT_EQ(problem, "the target has a line break");
}

}  // namespace
}  // namespace causeway::app
