#include "exchange/reply.h"

#include <gtest/gtest.h>

#include <string>

#include "core/json_text.h"
#include "fakes/exchange_fixture.h"

namespace causeway {
namespace {

class ReplyTest : public fakes::ExchangeFixture {
 protected:
  std::string reply(fakes::Call& to, const Error& error) {
    reply_error(to.exchange, error);
    return answer(to);
  }
};

Error error_with(Code code, auto fill) {
  Error error(code);
  fill(error.info());
  return error;
}

TEST_F(ReplyTest, AnErrorBecomesTheEnvelope) {
  fakes::Call& one = call();
  EXPECT_EQ(
      reply(one, Error(Code::kNoRoute)),
      "404\nContent-Type: application/json\n\n"
      R"({"code":40490,"message":"no such route","data":null,"timestamp":1772337600123,"details":{"requestId":"r-1"}})");
  EXPECT_EQ(one.exchange.code, 40490u);
  EXPECT_EQ(one.exchange.reason, "no_route");
  EXPECT_EQ(one.exchange.failure, "no_route");
}

TEST_F(ReplyTest, EveryCodeGivesItsStatusAndItsMessageAsValidJson) {
  for (const CodeInfo& row : all_codes()) {
    if (row.code == Code::kSuccess) continue;
    fakes::Call& one = call();
    reply_error(one.exchange, Error(row.code));
    EXPECT_EQ(one.exchange.response.status, http_status(row.code)) << row.name;
    EXPECT_EQ(one.exchange.response.body.whole(),
              R"({"code":)" + std::to_string(number(row.code)) + R"(,"message":")" + std::string(row.message) +
                  R"(","data":null,"timestamp":1772337600123,"details":{"requestId":"r-1"}})");
    EXPECT_FALSE(check_json(one.exchange.response.body.whole())) << row.name;
  }
}

TEST_F(ReplyTest, WhatIsInternalStaysInTheLog) {
  fakes::Call& one = call();
  EXPECT_EQ(reply(one, Error(Code::kUpstreamUnreachable, "10.0.0.7:8080: connection refused")),
            "502\nContent-Type: application/json\n\n"
            R"({"code":50290,"message":"the system behind is unreachable","data":null,"timestamp":1772337600123,)"
            R"("details":{"requestId":"r-1"}})");
  EXPECT_EQ(one.exchange.failure, "10.0.0.7:8080: connection refused");
  EXPECT_EQ(one.exchange.reason, "upstream_unreachable");
}

TEST_F(ReplyTest, DetailsAndAPublicMessageOfTheErrorAreSent) {
  const Error error = error_with(Code::kOutcomeUnknown, [](ErrorInfo& info) {
    info.details = R"("outcome":"unknown","txid":"t-1")";
    info.public_message = "say \"please\"\n";
    info.reason = "cut";
  });
  fakes::Call& one = call();
  EXPECT_EQ(reply(one, error),
            "504\nContent-Type: application/json\n\n"
            R"({"code":50491,"message":"say \"please\"\n","data":null,"timestamp":1772337600123,)"
            R"("details":{"requestId":"r-1","outcome":"unknown","txid":"t-1"}})");
  EXPECT_EQ(one.exchange.reason, "cut");
}

TEST_F(ReplyTest, ACallerWhoPrefersProblemDetailsGetsThem) {
  EXPECT_EQ(reply(call("GET / HTTP/1.1\nHost: a\nAccept: application/problem+json"), Error(Code::kForbidden)),
            "403\nContent-Type: application/problem+json\n\n"
            R"({"type":"about:blank","title":"not allowed","status":403,"code":40390,"details":{"requestId":"r-1"}})");
}

TEST_F(ReplyTest, ARequestThatCouldNotBeParsedGetsTheEnvelopeToo) {
  fakes::Call& one = call();
  one.exchange.request.head = nullptr;
  one.exchange.route = nullptr;
  EXPECT_EQ(reply(one, Error(Code::kMalformedHttp)),
            "400\nContent-Type: application/json\n\n"
            R"({"code":40090,"message":"malformed HTTP request","data":null,"timestamp":1772337600123,)"
            R"("details":{"requestId":"r-1"}})");
}

TEST_F(ReplyTest, RetryAfterIsTheErrorsOwnOrOneSecondFor503) {
  const auto retry_after = [&](const Error& error) {
    fakes::Call& one = call();
    reply_error(one.exchange, error);
    return std::string(one.exchange.response.headers.get(net::HeaderId::kRetryAfter).value_or("-"));
  };
  EXPECT_EQ(retry_after(error_with(Code::kRateLimited, [](ErrorInfo& info) { info.retry_after_seconds = 17; })), "17");
  EXPECT_EQ(retry_after(error_with(Code::kOverloaded, [](ErrorInfo& info) { info.retry_after_seconds = 5; })), "5");
  EXPECT_EQ(retry_after(Error(Code::kOverloaded)), "1");
  EXPECT_EQ(retry_after(Error(Code::kDraining)), "1");
  EXPECT_EQ(retry_after(Error(Code::kUpstreamTimeout)), "-");
}

TEST_F(ReplyTest, A401SaysHowToAuthenticateWhereTheRouteIsKnown) {
  fakes::Call& one = call();
  one.route.challenge = "ApiKey, X-API-Key";
  EXPECT_EQ(reply(one, Error(Code::kNoCredentials)),
            "401\nWWW-Authenticate: ApiKey, X-API-Key\nContent-Type: application/json\n\n"
            R"({"code":40190,"message":"credentials required","data":null,"timestamp":1772337600123,)"
            R"("details":{"requestId":"r-1"}})");
  fakes::Call& forbidden = call();
  forbidden.route.challenge = "ApiKey";
  reply_error(forbidden.exchange, Error(Code::kForbidden));
  EXPECT_FALSE(forbidden.exchange.response.headers.contains(net::HeaderId::kWwwAuthenticate));
  fakes::Call& unknown = call();
  unknown.exchange.route = nullptr;
  reply_error(unknown.exchange, Error(Code::kNoCredentials));
  EXPECT_FALSE(unknown.exchange.response.headers.contains(net::HeaderId::kWwwAuthenticate));
}

TEST_F(ReplyTest, NothingOfAnAnswerThatWasBegunIsLeftButItsExtraFields) {
  fakes::Call& one = call();
  Response& response = one.exchange.response;
  response.headers.add("ETag", "\"v7\"");
  response.add_extra(net::HeaderId::kRateLimit, "r=1");
  response.prefix = "{";
  response.body = Body(Bytes("secret"));
  response.suffix = "}";
  response.head_length = 1234;
  EXPECT_EQ(
      reply(one, Error(Code::kInternal, "why")),
      "500\nContent-Type: application/json\nRateLimit: r=1\n\n"
      R"({"code":50090,"message":"internal error","data":null,"timestamp":1772337600123,"details":{"requestId":"r-1"}})");
  EXPECT_FALSE(response.head_length.has_value());
}

TEST_F(ReplyTest, ASystemsRefusalKeepsTheFieldsOfItsAnswer) {
  fakes::Call& one = call();
  one.exchange.response.headers.add("X-Trail", "7");
  one.exchange.response.headers.add("Content-Type", "text/html");
  reply_refusal(one.exchange, {409, 40900, "Conflict", R"("upstream":{"why":1})"});
  EXPECT_EQ(answer(one),
            "409\nX-Trail: 7\nContent-Type: application/json\n\n"
            R"({"code":40900,"message":"Conflict","data":null,"timestamp":1772337600123,)"
            R"("details":{"requestId":"r-1","upstream":{"why":1}}})");
}

TEST_F(ReplyTest, TheSuccessEnvelopeStandsAroundTheBody) {
  fakes::Call& one = call();
  EXPECT_EQ(std::string(kEnvelopePrefix) + "19.90" + std::string(envelope_suffix(one.exchange)),
            R"({"code":0,"message":"success","data":19.90,"timestamp":1772337600123})");
}

}  // namespace
}  // namespace causeway
