#include "admin/api_handler.h"

#include <latch>
#include <list>

#include "admin/admin_fixture.h"

namespace causeway::admin {
namespace {

using ApiTest = AdminTest;

std::string with_token(std::string_view token) { return "Authorization: Bearer " + std::string(token) + "\r\n"; }

TEST_F(ApiTest, AnAnswerIsTheEnvelope) {
  EXPECT_EQ(raw("GET /config"),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"
            "Cache-Control: no-store\r\nX-Request-Id: <id>\r\nContent-Length: 94\r\nConnection: close\r\n\r\n"
            R"({"code":0,"message":"success","data":{"version":"1.2.3","routes":2},"timestamp":1772337600123})");
}

TEST_F(ApiTest, HeadIsGetWithoutTheBody) {
  EXPECT_EQ(raw("HEAD /config"),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"
            "Cache-Control: no-store\r\nX-Request-Id: <id>\r\nContent-Length: 94\r\nConnection: close\r\n\r\n");
}

TEST_F(ApiTest, WithoutATokenThereIsNothingButHealth) {
  EXPECT_EQ(raw("GET /config", "Authorization:\r\n"),
            "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
            "WWW-Authenticate: Bearer realm=\"causeway admin\"\r\nX-Request-Id: <id>\r\nContent-Length: 148\r\n"
            "Connection: close\r\n\r\n" +
                refused(40190, "credentials required").substr(4));
  EXPECT_EQ(ask("GET /healthz", "x"), R"(200 {"status":"ok"})");
  EXPECT_EQ(ask("GET /readyz", "x"), R"(200 {"status":"ready"})");
  EXPECT_EQ(ask("GET /metrics", "x").substr(0, 3), "200");
}

TEST_F(ApiTest, WhatIsNotThereIsNotFoundByAnybody) {
  EXPECT_EQ(raw("GET /no-such-thing", "").substr(0, 12), "HTTP/1.1 404");
}

TEST_F(ApiTest, StrangersGetNoFurtherThanTheirToken) {
  EXPECT_EQ(ask("DELETE /config", "wrong-0123456789abcdef"), refused(40191, "wrong credentials"));
  const std::string basic = raw("GET /config", "Authorization: Basic YTpi\r\n");
  EXPECT_EQ(basic.substr(0, 12), "HTTP/1.1 401");
  EXPECT_EQ(raw("GET /config", with_token(kAdmin) + with_token(kViewer)).substr(0, 12), "HTTP/1.1 400");
  EXPECT_EQ(logged(),
            "WARN admin refused | user= | peer=127.0.0.1 | action=DELETE /config | reason=wrong_credentials\n"
            "WARN admin refused | user= | peer=127.0.0.1 | action=GET /config | reason=wrong_credentials\n"
            "WARN admin refused | user= | peer=127.0.0.1 | action=GET /config | reason=malformed_http\n");
}

TEST_F(ApiTest, OnlyNamesOfOursAreServed) {
  EXPECT_EQ(raw("GET /config", "Host: evil.example\r\n").substr(9, 3), "421");
  EXPECT_EQ(raw("GET /config", "Host: localhost.evil.example\r\n").substr(9, 3), "421");
  EXPECT_EQ(raw("GET /config", "Host: localhost:9901\r\n").substr(9, 3), "200");
  EXPECT_EQ(raw("GET /config", "Host: LOCALHOST\r\n").substr(9, 3), "200");
  EXPECT_EQ(raw("GET /config", "Host: [::1]:9901\r\n").substr(9, 3), "200");
  EXPECT_EQ(raw("GET /config", "Host: gateway.internal\r\n").substr(9, 3), "421");
  settings.hosts.emplace_back().value = "Gateway.Internal";
  use_settings();
  EXPECT_EQ(raw("GET /config", "Host: gateway.internal:443\r\n").substr(9, 3), "200");
}

TEST_F(ApiTest, APageOfAnotherSiteIsRefused) {
  EXPECT_EQ(raw("GET /config", "Origin: http://127.0.0.1:9901\r\n").substr(9, 3), "200");
  EXPECT_EQ(raw("GET /config", "Origin: http://127.0.0.1:9902\r\n").substr(9, 3), "403");
  EXPECT_EQ(raw("GET /config", "Origin: https://evil.example\r\n").substr(9, 3), "403");
  EXPECT_EQ(raw("GET /config", "Origin: null\r\n").substr(9, 3), "403");
  EXPECT_EQ(raw("OPTIONS /config", "Origin: https://evil.example\r\n").find("Access-Control"), std::string::npos);
}

TEST_F(ApiTest, ARoleThatIsTooLowIsRefusedAndLogged) {
  EXPECT_EQ(ask("POST /reload", kViewer), refused(40390, "this needs the role operator"));
  EXPECT_EQ(ask("POST /drain", kOperator), refused(40390, "this needs the role admin"));
  EXPECT_EQ(process.drains, 0);
  EXPECT_EQ(logged(),
            "WARN admin refused | user=vera | peer=127.0.0.1 | action=POST /reload | reason=forbidden\n"
            "WARN admin refused | user=olga | peer=127.0.0.1 | action=POST /drain | reason=forbidden\n");
  EXPECT_EQ(ask("POST /drain", kAdmin), ok(R"({"draining":true})"));
  EXPECT_EQ(process.drains, 1);
}

TEST_F(ApiTest, UnknownPathsAndMethods) {
  EXPECT_EQ(ask("GET /nothing"), refused(40490, "no such route"));
  EXPECT_EQ(ask("GET /config/"), refused(40490, "no such route"));
  EXPECT_EQ(ask("GET //config"), refused(40490, "no such route"));
  EXPECT_EQ(ask("GET /dead-letters/%zz"), refused(40090, "malformed HTTP request"));
  const std::string answer = raw("DELETE /dead-letters/x");
  EXPECT_EQ(answer.substr(9, 3), "405");
  EXPECT_NE(answer.find("\r\nAllow: GET, HEAD\r\n"), std::string::npos) << answer;
  EXPECT_NE(raw("GET /reload").find("\r\nAllow: POST\r\n"), std::string::npos);
}

TEST_F(ApiTest, AChangeTakesOnlyJson) {
  const auto send = [&](const std::string& type, const std::string& body) {
    const std::string text = raw("POST /subscriptions/wms-orders/pause", "Content-Type: " + type + "\r\n", body);
    return text.substr(9, 4) + text.substr(text.find("\r\n\r\n") + 4);
  };
  EXPECT_EQ(send("text/plain", "{}"), refused(41590, "unsupported media type"));
  EXPECT_EQ(send("application/jsonp", "{}"), refused(41590, "unsupported media type"));
  EXPECT_EQ(send("application/json", "{"), refused(40091, "the body is not the JSON that it claims to be"));
  EXPECT_EQ(send("application/json", "[]"),
            refused(40092, "the request is not valid", violation("", "type", "must be an object")));
  EXPECT_EQ(subscriptions.view.state, "running");
  EXPECT_EQ(send("Application/JSON ; charset=utf-8", "{}").substr(0, 3), "200");
  EXPECT_EQ(subscriptions.view.state, "paused");
}

TEST_F(ApiTest, MembersAndParametersThatNobodyKnowsAreRefused) {
  EXPECT_EQ(ask("GET /dead-letters?subscripton=x"),
            refused(40092, "the request is not valid",
                    violation("/subscripton", "additionalProperties", "is not known here")));
  EXPECT_EQ(ask("GET /dead-letters?key=%zz").substr(0, 3), "400");
  EXPECT_EQ(ask("POST /dead-letters/replay", kAdmin, R"({"subscripton":"x"})"),
            refused(40092, "the request is not valid",
                    violation("/subscripton", "additionalProperties", "is not known here")));
  EXPECT_EQ(ask("POST /dead-letters/replay", kAdmin, R"({"filter":{"keys":"x"}})"),
            refused(40092, "the request is not valid",
                    violation("/filter/keys", "additionalProperties", "is not known here")));
  EXPECT_EQ(ask("POST /dead-letters/replay", kAdmin, R"({"dry_run":"yes"})"),
            refused(40092, "the request is not valid", violation("/dry_run", "type", "must be a boolean")));
  EXPECT_EQ(ask("POST /dead-letters/replay", kAdmin, R"({"filter":{"key":7}})"),
            refused(40092, "the request is not valid", violation("/filter/key", "type", "must be a string")));
  EXPECT_EQ(ask("GET /audit?limit=501"),
            refused(40092, "the request is not valid", violation("/limit", "maximum", "must be 1 to 500")));
  EXPECT_EQ(ask("GET /audit?limit=x").substr(0, 3), "400");
  EXPECT_EQ(subscriptions.told, std::vector<std::string>());
}

TEST_F(ApiTest, ABodyIsAtMostAMebibyte) {
  const std::string large = R"({"reason":")" + std::string(1 << 20, 'x') + "\"}";
  EXPECT_EQ(ask("POST /reload", kAdmin, large), refused(41390, "the body is too large"));
  const std::string fits = R"({"reason":")" + std::string((1 << 20) - 13, 'x') + "\"}";
  EXPECT_EQ(ask("POST /reload", kAdmin, fits).substr(0, 3), "200");
}

TEST_F(ApiTest, OtherUsersCountFromTheNextCallOn) {
  server::Caller caller = connect();
  const std::string call = "GET /config HTTP/1.1\r\nHost: localhost\r\n" + with_token(kViewer) + "\r\n";
  caller.send(call);
  EXPECT_EQ(caller.until("\"timestamp\":1772337600123}").substr(9, 3), "200");
  settings.users.clear();
  add_user("vera", Role::kViewer, "another-0123456789abcdef");
  use_settings();
  caller.send(call);
  EXPECT_EQ(caller.until("\r\n\r\n").substr(9, 3), "401");
}

TEST_F(ApiTest, TooManyAtOnceAreToldToComeLater) {
  constexpr int kAtOnce = 4 + 64;
  std::latch held(1);
  process.on_reload = [&] { held.wait(); };
  connect();
  std::list<server::Caller> callers;
  for (int i = 0; i < kAtOnce + 3; ++i) {
    callers.emplace_back(worker, listener->address());
    callers.back().send("POST /reload HTTP/1.1\r\nHost: localhost\r\n" + with_token(kOperator) +
                        "Connection: close\r\n\r\n");
  }
  const auto ended = [&] { return std::ranges::count_if(callers, [](server::Caller& each) { return each.ended(); }); };
  const auto guard = std::chrono::steady_clock::now() + fakes::kHangGuard;
  worker.io().restart();
  while (ended() < 3 && std::chrono::steady_clock::now() < guard) worker.io().run_one_for(std::chrono::milliseconds(5));
  held.count_down();
  int done = 0;
  std::string refusal;
  for (server::Caller& caller : callers) {
    const std::string answer = settled(caller.until_end());
    if (answer.substr(9, 3) == "200") ++done;
    else refusal = answer;
  }
  EXPECT_GE(done, 64);  // a thread that is slow to begin leaves its job in the queue
  EXPECT_LE(done, kAtOnce);
  EXPECT_NE(refusal.find("HTTP/1.1 503 Service Unavailable\r\n"), std::string::npos);
  EXPECT_NE(refusal.find("\r\nRetry-After: 1\r\n"), std::string::npos);
  EXPECT_NE(refusal.find(R"("code":50391)"), std::string::npos);
}

TEST_F(ApiTest, WhenItIsStoppedItRefuses) {
  EXPECT_EQ(ask("GET /config").substr(0, 3), "200");
  api.stop();
  EXPECT_EQ(ask("GET /config"), refused(50391, "overloaded, try again later"));
  EXPECT_EQ(ask("GET /healthz"), R"(200 {"status":"ok"})");
}

TEST_F(ApiTest, WhatThrowsIsAnInternalErrorThatTellsNothing) {
  process.on_reload = [] { throw std::runtime_error("secret inside"); };
  EXPECT_EQ(ask("POST /reload"), refused(50090, "internal error"));
  EXPECT_EQ(logged(),
            "ERROR admin failed | endpoint=/reload | error=secret inside\n"
            "INFO admin | user=ada | action=POST /reload | reason= | code=50090\n");
}

}  // namespace
}  // namespace causeway::admin
