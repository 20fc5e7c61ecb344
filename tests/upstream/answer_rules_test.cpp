#include "upstream/answer_rules.h"

#include <gtest/gtest.h>

#include "config/reading.h"
#include "config/yaml.h"
#include "telemetry/metrics.h"

namespace causeway::upstream {
namespace {

class AnswerRulesTest : public ::testing::Test {
 protected:
  AnswerRules rules(std::string_view yaml) {
    errors = config::Errors();
    config::Reading reading(errors, config::FileKind::kOperator);
    const auto node = config::read_yaml(yaml, "c.yaml", errors);
    ClusterSettings settings;
    ClusterSettings::keys().read_into(*node, reading, settings);
    return AnswerRules(settings, metrics, errors);
  }
  static std::string cluster(std::string_view more) {
    return "name: wms\nendpoints: [\"127.0.0.1:1\"]\n" + std::string(more);
  }

  /// `class code message details answer`, or what the error says.
  std::string read(const AnswerRules& rules, int status, Bytes body) {
    Result<Meaning> meaning = rules.read(status, body, &memory);
    if (!meaning) return std::string(code_info(meaning.error().code()).name) + ": " + meaning.error().info().internal;
    std::string text(config::name_of(meaning->call_class));
    if (meaning->said)
      text += " said " + std::to_string(meaning->code) + ' ' + meaning->message + ' ' + meaning->details;
    return text + " <" + std::string(meaning->answer) + '>';
  }

  telemetry::Metrics metrics;
  config::Errors errors;
  std::pmr::monotonic_buffer_resource memory;
};

constexpr std::string_view kOutcomes = R"(
outcomes:
  - {when: '.errCode == "STOCK_SHORT"', is: business, code: 40001, message: "{{ .errMsg }}", details: "{{ {skuId, required, available} }}"}
  - {when: '.errCode == "SYS_BUSY"', is: system, code: 50301}
  - {when: '.errCode == "BROKEN"', is: system}
  - {when: '$status == 409 and .errCode == "EXISTS"', is: success}
)";

TEST_F(AnswerRulesTest, WithoutRulesTheStatusDecides) {
  const AnswerRules none = rules(cluster(""));
  EXPECT_EQ(errors.to_text(), "");
  EXPECT_FALSE(none.wants_body());
  EXPECT_EQ(read(none, 201, R"({"a":1})"), R"(success <{"a":1}>)");
  EXPECT_EQ(read(none, 404, R"({"a":1})"), R"(business <{"a":1}>)");
  EXPECT_EQ(read(none, 503, ""), "system <>");
}

TEST_F(AnswerRulesTest, AnOutcomeSaysWhatA200Means) {
  const AnswerRules oms = rules(cluster(kOutcomes));
  ASSERT_EQ(errors.to_text(), "");
  EXPECT_TRUE(oms.wants_body());
  constexpr Bytes kShort =
      R"({"errCode":"STOCK_SHORT","errMsg":"库存不足","skuId":"SKU001","required":10,"available":5.0})";
  EXPECT_EQ(read(oms, 200, kShort),
            "business said 40001 库存不足 {\"skuId\":\"SKU001\",\"required\":10,\"available\":5.0} <" +
                std::string(kShort) + '>');
  EXPECT_EQ(read(oms, 200, R"({"errCode":"SYS_BUSY"})"),
            R"(system said 50301 Service Unavailable  <{"errCode":"SYS_BUSY"}>)");
  EXPECT_EQ(read(oms, 200, R"({"errCode":"BROKEN"})"), R"(system said 50200 Bad Gateway  <{"errCode":"BROKEN"}>)");
  EXPECT_EQ(read(oms, 409, R"({"errCode":"EXISTS"})"), R"(success said 0   <{"errCode":"EXISTS"}>)");
  EXPECT_EQ(read(oms, 409, R"({"errCode":"OTHER"})"), R"(business <{"errCode":"OTHER"}>)");
  EXPECT_EQ(read(oms, 200, R"({"orderId":"1"})"), R"(success <{"orderId":"1"}>)");
}

TEST_F(AnswerRulesTest, AnOutcomeThatExceedsALimitMakesTheAnswerNonsense) {
  const AnswerRules oms = rules(cluster(R"(
outcomes:
  - {when: '[range(.n)] | length == 7', is: business, code: 40001, message: short}
)"));
  ASSERT_EQ(errors.to_text(), "");
  EXPECT_EQ(read(oms, 200, R"({"n":7})"), R"(business said 40001 short  <{"n":7}>)");
  EXPECT_EQ(read(oms, 200, R"({"n":1e9})"), "upstream_nonsense: an outcome: the program needs more than 1000000 steps");
}

TEST_F(AnswerRulesTest, WhatCannotBeAskedDoesNotFit) {
  const AnswerRules oms = rules(cluster(kOutcomes));
  EXPECT_EQ(read(oms, 200, "[1,2]"), "success <[1,2]>");
  EXPECT_EQ(read(oms, 500, ""), "system <>");
}

TEST_F(AnswerRulesTest, AFailureStaysOneWhenItsWordsCannotBeMade) {
  const AnswerRules oms = rules(cluster(kOutcomes));
  EXPECT_EQ(
      read(oms, 200, R"({"errCode":"STOCK_SHORT"})"),
      R"(business said 40001 Bad Request {"skuId":null,"required":null,"available":null} <{"errCode":"STOCK_SHORT"}>)");
}

TEST_F(AnswerRulesTest, AnEnvelopeIsOpened) {
  const AnswerRules tms = rules(cluster("answers: envelope\n"));
  ASSERT_EQ(errors.to_text(), "");
  EXPECT_EQ(read(tms, 200, R"({"code":0,"message":"success","data":{"n":19.90},"timestamp":1})"),
            R"(success said 0   <{"n":19.90}>)");
  EXPECT_EQ(read(tms, 200, R"({"code":0})"), "success said 0   <null>");
  constexpr Bytes kRefused = R"({"code":40901,"message":"运单已存在","data":null,"details":{"waybillNo":"SF1"}})";
  EXPECT_EQ(read(tms, 200, kRefused),
            "business said 40901 运单已存在 {\"waybillNo\":\"SF1\"} <" + std::string(kRefused) + '>');
  EXPECT_EQ(read(tms, 200, R"({"code":50301,"details":null})"),
            R"(system said 50301 Service Unavailable  <{"code":50301,"details":null}>)");
  EXPECT_EQ(read(tms, 200, R"({"code":7})"),
            "upstream_nonsense: the envelope's code 7 is neither 0 nor 40000 to 59999");
  EXPECT_EQ(read(tms, 200, R"({"code":40001.5})"),
            "upstream_nonsense: the envelope's code 40001.5 is neither 0 nor 40000 to 59999");
  EXPECT_EQ(read(tms, 200, R"({"ok":true})"),
            "upstream_nonsense: the answer is no envelope: it has no number \"code\"");
  EXPECT_EQ(read(tms, 502, ""), "system <>");
}

TEST_F(AnswerRulesTest, AnOutcomeIsAskedBeforeTheEnvelope) {
  const AnswerRules tms = rules(cluster(R"(
answers: envelope
outcomes:
  - {when: '.code == 40901', is: success}
  - {when: '.code == 7', is: business, code: 42201}
)"));
  EXPECT_EQ(read(tms, 200, R"({"code":40901,"data":{"waybillNo":"SF1"}})"),
            R"(success said 0   <{"waybillNo":"SF1"}>)");
  EXPECT_EQ(read(tms, 200, R"({"code":7})"), R"(business said 42201 Unprocessable Content  <{"code":7}>)");
}

TEST_F(AnswerRulesTest, SaysWhatIsWrongWithAnOutcome) {
  rules(cluster(R"(
outcomes:
  - {when: .a, is: business}
  - {when: .a, is: business, code: 50001}
  - {when: .a, is: system, code: 40001}
  - {when: .a, is: system, code: 50291}
  - {when: .a, is: success, code: 40001}
  - {when: .a, is: fine}
)"));
  EXPECT_EQ(
      errors.to_text(),
      "c.yaml:5:5: outcomes[0].code: missing \"code\": what callers get\n"
      "c.yaml:6:36: outcomes[1].code: expected a code from 40000 to 49989: a business failure is the caller's, got "
      "\"50001\"\n"
      "c.yaml:7:34: outcomes[2].code: expected a code from 50000 to 59989: a failure of the system, got \"40001\"\n"
      "c.yaml:8:34: outcomes[3].code: codes that end in 90 to 99 are the gateway's own; a system's end in 00 to 89\n"
      "c.yaml:9:35: outcomes[4].code: a success has no code of its own: it is 0\n"
      "c.yaml:10:20: outcomes[5].is: expected one of success, business, system; got \"fine\"\n");
  rules(cluster(R"(
outcomes: [{when: .a, is: business, code: 40001, details: "why: {{ .b }}"}]
)"));
  EXPECT_EQ(errors.to_text(), "c.yaml:4:59: outcomes[0].details: expected one {{ }} that gives an object\n");
}

}  // namespace
}  // namespace causeway::upstream
