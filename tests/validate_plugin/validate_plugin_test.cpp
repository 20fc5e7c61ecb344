#include "plugins/validate/validate_plugin.h"

#include <gtest/gtest.h>

#include <string>

#include "fakes/exchange_fixture.h"

namespace causeway::plugins {
namespace {

class ValidatePluginTest : public fakes::ExchangeFixture {
 protected:
  static json_schema::Schema schema() {
    auto compiled = json_schema::Schema::compile(R"({"type":"object","required":["qty"],
      "properties":{"qty":{"type":"integer"},"price":{"multipleOf":0.01}}})");
    return std::get<json_schema::Schema>(std::move(compiled));
  }

  /// What the caller gets; empty when the call goes on.
  std::string refusal(std::string_view body) {
    fakes::Call& one = call("POST /orders HTTP/1.1\nHost: a");
    one.exchange.request.body = Body(body);
    Step step = plugin.on_body(one.exchange);
    if (step.verdict()->ok()) return "";
    reply_error(one.exchange, step.verdict()->error());
    logged = one.exchange.failure;
    return answer(one);
  }
  static std::string envelope(int status, int code, std::string_view message, std::string_view details = {}) {
    return std::to_string(status) + "\nContent-Type: application/json\n\n{\"code\":" + std::to_string(code) +
           ",\"message\":\"" + std::string(message) +
           R"(","data":null,"timestamp":1772337600123,"details":{"requestId":"r-1")" + std::string(details) + "}}";
  }

  const ValidatePlugin plugin{schema()};
  std::string logged;
};

TEST_F(ValidatePluginTest, NeedsTheWholeBody) {
  const Needs needs = plugin.needs();
  EXPECT_TRUE(needs.body && needs.whole_request);
  EXPECT_FALSE(needs.head || needs.response);
}

TEST_F(ValidatePluginTest, AValidBodyGoesOnAsItIs) {
  EXPECT_EQ(refusal(R"({"qty":3,"price":19.90,"id":4781320682406083640,"big":1e400})"), "");
  EXPECT_EQ(refusal(" {\"qty\" : 3.0}\n"), "");
}

TEST_F(ValidatePluginTest, AllViolationsAreTold) {
  EXPECT_EQ(
      refusal(R"({"qty":"3","price":0.001})"),
      envelope(
          400, 40092, "the body is not valid",
          R"(,"violations":[{"path":"/qty","keyword":"type","message":"expected a whole number, got \"3\""},{"path":"/price","keyword":"multipleOf","message":"expected a multiple of 0.01, got 0.001"}])"));
  EXPECT_EQ(logged, "invalid body: type at /qty and 1 more");
  EXPECT_EQ(refusal("{}"),
            envelope(400, 40092, "the body is not valid",
                     R"(,"violations":[{"path":"","keyword":"required","message":"\"qty\" is missing"}])"));
  EXPECT_EQ(logged, "invalid body: required");
}

TEST_F(ValidatePluginTest, WhatIsNotJsonIsRefusedWithItsPlace) {
  EXPECT_EQ(refusal(R"({"qty":3,})"), envelope(400, 40091, "the body is not JSON: a key was expected at byte 9"));
  EXPECT_EQ(refusal(""), envelope(400, 40091, "the body is empty: JSON was expected"));
  EXPECT_EQ(refusal("qty=3"), envelope(400, 40091, "the body is not JSON: a value was expected at byte 0"));
}

TEST_F(ValidatePluginTest, WhatTwoReadersCouldReadDifferentlyIsRefused) {
  EXPECT_EQ(refusal(R"({"qty":3,"\u0071ty":"x"})"),
            envelope(400, 40091, "the body is not JSON: a name comes twice in one object at byte 9"));
}

TEST_F(ValidatePluginTest, DepthIsBounded) {
  const std::string most = R"({"qty":1,"a":)" + std::string(63, '[') + std::string(63, ']') + "}";
  EXPECT_EQ(refusal(most), "");
  const std::string more = R"({"qty":1,"a":)" + std::string(64, '[') + std::string(64, ']') + "}";
  EXPECT_EQ(refusal(more), envelope(400, 40091, "the body is not JSON: nested too deep at byte 76"));
}

TEST_F(ValidatePluginTest, LargeBodiesAreCheckedToo) {
  std::string body = R"({"qty":1,"list":[0)";
  for (int i = 0; i < 50'000; ++i) body += ",0";
  EXPECT_EQ(refusal(body + "]}"), "");
  EXPECT_NE(refusal(body + "],\"price\":0.001}"), "");
}

}  // namespace
}  // namespace causeway::plugins
