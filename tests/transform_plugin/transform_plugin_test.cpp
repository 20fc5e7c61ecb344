#include "plugins/transform/transform_plugin.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "exchange/call_values.h"
#include "fakes/consumers.h"
#include "fakes/plugin_fixture.h"
#include "fakes/scripted_body.h"

namespace causeway::plugins {
namespace {

constexpr std::string_view kDigits =
    R"({"id":4781320682406083640,"price":19.90,"huge":1e400,"long":123456789012345678901234567890,"e":1E2,"z":-0.0})";

class TransformPluginTest : public fakes::PluginFixture {
 protected:
  std::string build(const std::string& yaml) {
    config::Errors errors;
    const auto settings = read_settings<TransformSettings>(yaml, errors);
    plugin = std::make_unique<TransformPlugin>(settings, errors);
    return errors.to_text();
  }

  std::unique_ptr<TransformPlugin> plugin;
};

TEST_F(TransformPluginTest, NeedsOnlyWhatItsProgramsLookAt) {
  ASSERT_EQ(build("{request: .a}"), "");
  Needs needs = plugin->needs();
  EXPECT_TRUE(needs.body && needs.whole_request && !needs.response && !needs.head && !needs.plain_answer);
  ASSERT_EQ(build("{response: .a}"), "");
  needs = plugin->needs();
  EXPECT_TRUE(!needs.body && !needs.whole_request && needs.response && needs.plain_answer);
  ASSERT_EQ(build("{response: '{a: $request.a}'}"), "");
  needs = plugin->needs();
  EXPECT_TRUE(needs.body && needs.whole_request && needs.response);
}

TEST_F(TransformPluginTest, ABodyGoesOnInTheShapeOfTheSystem) {
  ASSERT_EQ(build("{request: '{order_no: .externalNo, lines: [.items[] | {sku: .skuId, n: .qty}]}'}"), "");
  fakes::Call& one = post(R"( {"externalNo":"E1","items":[{"skuId":"S","qty":2.50},{"skuId":"T","qty":1}]} )",
                          "Content-Type: application/vnd.company.v2+json\nContent-MD5: x\nX-Own: 1");
  EXPECT_EQ(sent(*plugin, one), R"({"order_no":"E1","lines":[{"sku":"S","n":2.50},{"sku":"T","n":1}]})");
  net::Headers headers;
  for (const net::HeaderField& field : one.exchange.request.head->headers)
    headers.add(field.name, field.value, field.id);
  one.exchange.request.changes.apply(headers);
  std::string fields;
  for (const net::HeaderField& field : headers) fields.append(field.name).append(": ").append(field.value).append("\n");
  EXPECT_EQ(fields, "Host: a\nX-Own: 1\nContent-Type: application/json\n");
}

TEST_F(TransformPluginTest, DigitsPassBothWays) {
  ASSERT_EQ(build("{request: '{a: .}', response: .a}"), "");
  EXPECT_EQ(sent(*plugin, post(std::string(kDigits))), R"({"a":)" + std::string(kDigits) + "}");
  EXPECT_EQ(returned(*plugin, call(), 200, R"({"a":)" + std::string(kDigits) + "}"),
            "200\nContent-Type: application/json\n\n" + std::string(kDigits));
}

TEST_F(TransformPluginTest, AnEmptyBodyIsNull) {
  ASSERT_EQ(build("{request: '{was: .}', response: '{was: .}'}"), "");
  EXPECT_EQ(sent(*plugin, post("")), R"({"was":null})");
  EXPECT_EQ(returned(*plugin, call(), 204, "", ""), "200\nContent-Type: application/json\n\n{\"was\":null}");
}

TEST_F(TransformPluginTest, ABodyThatIsNotJsonIsRefused) {
  ASSERT_EQ(build("{request: .}"), "");
  EXPECT_TRUE(sent(*plugin, post("a=b")).starts_with("40091 the body is not JSON: ")) << sent(*plugin, post("a=b"));
  EXPECT_TRUE(sent(*plugin, post("a=b")).ends_with(" at byte 0"));
  const std::string doubled = sent(*plugin, post(R"({"a":1,"\u0061":2})"));
  EXPECT_TRUE(doubled.starts_with("40091 the body is not JSON: ") && doubled.ends_with(" at byte 7")) << doubled;
  EXPECT_EQ(sent(*plugin, post(std::string(64, '[') + std::string(64, ']'))).substr(0, 2), "[[");
  EXPECT_EQ(sent(*plugin, post(std::string(65, '[') + std::string(65, ']'))).substr(0, 5), "40091");
}

TEST_F(TransformPluginTest, AProgramThatFailsIsTheCallersFault) {
  ASSERT_EQ(build("{request: '.items[] | .sku'}"), "");
  EXPECT_EQ(sent(*plugin, post(R"({"items":[{"sku":"A"}]})")), "\"A\"");
  for (const char* body : {R"({"items":7})", R"({"items":[]})", R"({"items":[{"sku":1},{"sku":2}]})"})
    EXPECT_TRUE(sent(*plugin, post(body)).starts_with("40094 cannot ")) << sent(*plugin, post(body));
}

TEST_F(TransformPluginTest, TheContextIsSeen) {
  const auto consumers = fakes::consumers();
  ASSERT_EQ(build("{request: '{q: $query, h: $headers[\"x-own\"], c: $consumer, v: $version, same: ($request == .)}'}"),
            "");
  fakes::Call& one = call("POST /orders?a=1%2B1&b=x+y&a=2 HTTP/1.1\nHost: a\nX-Own: 7\nx-own: 8");
  one.exchange.request.body = Body(Bytes("{}"));
  EXPECT_EQ(sent(*plugin, one), R"({"q":{"a":"2","b":"x y"},"h":"7, 8","c":null,"v":null,"same":true})");
  fakes::Call& known = post("{}");
  known.exchange.consumer = consumers.find("oms");
  known.exchange.authenticated = true;
  EXPECT_EQ(sent(*plugin, known),
            R"({"q":{},"h":null,"c":{"name":"oms","roles":["internal","reader"],"scopes":[]},"v":null,"same":true})");
}

TEST_F(TransformPluginTest, AnAnswerGoesBackInTheCallersShape) {
  ASSERT_EQ(build("{response: '{orderId: .order_no, status, was: $status, asked: $request.no}'}"), "");
  fakes::Call& one = post(R"({"no":7.0})");
  EXPECT_EQ(sent(*plugin, one), R"({"no":7.0})");
  one.exchange.response.headers.add(net::HeaderId::kETag, "\"1\"");
  one.exchange.response.headers.add(net::HeaderId::kContentMd5, "x");
  one.exchange.response.headers.add("X-Own", "1");
  one.exchange.call.status = 201;
  EXPECT_EQ(returned(*plugin, one, 201, R"({"order_no":"A","status":"NEW","more":1})"),
            "201\nX-Own: 1\nContent-Type: application/json\n\n"
            R"({"orderId":"A","status":"NEW","was":201,"asked":7.0})");
}

TEST_F(TransformPluginTest, OnlyASuccessIsTransformed) {
  ASSERT_EQ(build("{response: '{a}'}"), "");
  for (const int status : {304, 400, 409, 503})
    EXPECT_EQ(returned(*plugin, call(), status, R"({"b":1})"),
              std::to_string(status) + "\nContent-Type: application/json\n\n{\"b\":1}");
  fakes::Call& refused = call();
  refused.exchange.refused = true;
  EXPECT_EQ(returned(*plugin, refused, 200, R"({"b":1})"), "200\nContent-Type: application/json\n\n{\"b\":1}");
  EXPECT_EQ(returned(*plugin, call("HEAD /orders HTTP/1.1\nHost: a"), 200, ""),
            "200\nContent-Type: application/json\n\n");
}

TEST_F(TransformPluginTest, AnAnswerThatCannotBeTransformedIsNonsense) {
  ASSERT_EQ(build("{response: '.a.b'}"), "");
  EXPECT_EQ(returned(*plugin, call(), 200, "ok", "text/plain"),
            "50292 the answer cannot be transformed: it is not JSON");
  EXPECT_TRUE(returned(*plugin, call(), 200, "{").starts_with("50292 the answer is not the JSON that it says: "));
  EXPECT_TRUE(returned(*plugin, call(), 200, R"({"a":1,"a":2})").starts_with("50292 the answer is not the JSON "));
  const std::string failed = returned(*plugin, call(), 200, R"({"a":1})");
  EXPECT_TRUE(failed.starts_with("50292 the answer cannot be transformed: Cannot index ")) << failed;
  fakes::Call& coded = call();
  coded.exchange.response.headers.add(net::HeaderId::kContentEncoding, "gzip");
  EXPECT_EQ(returned(*plugin, coded, 200, "{}"), "50292 the answer cannot be transformed: it is not JSON");
}

TEST_F(TransformPluginTest, WhereTheSuccessShouldHaveBecomeAnEventItIsSaid) {
  ASSERT_EQ(build("{response: '.a'}"), "");
  fakes::Call& one = call();
  one.route.publishes = true;
  EXPECT_EQ(returned(*plugin, one, 200, "ok", "text/plain"),
            R"(50292 the answer cannot be transformed: it is not JSON {"outcome":"done_unpublished"})");
}

TEST_F(TransformPluginTest, ALongAnswerIsGatheredUpToTheLimit) {
  ASSERT_EQ(build("{response: '.[0]'}"), "");
  fakes::Call& one = call();
  fakes::ScriptedBody pieces({"[19.90,\"", std::string(100'000, 'x'), "\"]"});
  respond(one, 200, Body(pieces));
  EXPECT_EQ(returned(*plugin, one), "200\nContent-Type: application/json\n\n19.90");
  EXPECT_EQ(one.exchange.call.response_size, 100'010u);
  fakes::Call& other = call();
  fakes::ScriptedBody endless({"[]"}, CallValues::kAnswerLimit + 1);
  respond(other, 200, Body(endless));
  EXPECT_EQ(returned(*plugin, other), "50292 the answer cannot be transformed: it is too long");
  fakes::Call& cut = call();
  fakes::ScriptedBody broken({"["});
  broken.break_with(Code::kUpstreamBroke);
  respond(cut, 200, Body(broken));
  EXPECT_EQ(returned(*plugin, cut), "50291");
}

TEST_F(TransformPluginTest, CheckReadsItsSettings) {
  EXPECT_EQ(build("{}"), "t.yaml:1:1: missing \"request\" or \"response\" (a program over the body)\n");
  EXPECT_EQ(build("{reqest: .}"), "t.yaml:1:2: reqest: unknown key \"reqest\" (did you mean \"request\"?)\n");
  const std::string wrong = build("{request: '{a: $answer}', response: '$requst'}");
  EXPECT_NE(wrong.find(": request: \"$answer\" has no value here"), std::string::npos) << wrong;
  EXPECT_NE(wrong.find(": response: unknown variable \"$requst\""), std::string::npos) << wrong;
  EXPECT_NE(wrong.find("did you mean \"$request\""), std::string::npos) << wrong;
}

}  // namespace
}  // namespace causeway::plugins
