#include <random>

#include "core/json_scan.h"
#include "core/json_text.h"
#include "events/intake/doubled_member.h"
#include "intake_fixture.h"

namespace causeway::events {
namespace {

using IntakeFuzz = IntakeTest;

constexpr std::string_view kSeeds[] = {
    R"({"eventId":"e-1","eventType":"T","timestamp":17065,"key":"K","data":{"orderId":"A\u00e9","n":[1.50,-2e3,null]}})",
    R"([{"eventId":"1","eventType":"T","data":{"a":{"b":{}}}},{"eventType":"U","data":"\ud83d\ude00"}])",
    R"({"skuId":"S","warehouseId":"W","eventType":"T","eventId":"x","timestamp":0,"data":[],"t":true})",
    R"({"specversion":"1.0","id":"1","source":"/s","type":"T","time":"2018-04-05T17:31:00Z","data":{"a":1},"x":5})",
    R"({"specversion":"1.0","id":"1","source":"/s","type":"T","data_base64":"3q2+7w==","partitionkey":"p"})",
};
constexpr std::string_view kPieces[] = {"\"",
                                        "\\",
                                        "{",
                                        "}",
                                        "[",
                                        "]",
                                        ",",
                                        ":",
                                        "\\u0000",
                                        "null",
                                        "\"data\":",
                                        "\xff",
                                        "0",
                                        " ",
                                        "\"eventId\":\"1\",",
                                        "\"eventType\":\"T\","};

/// Whatever is taken can be stored: the body is JSON without doubled members, and its data is what was sent.
TEST_F(IntakeFuzz, WhatIsTakenIsWellFormed) {
  std::mt19937 random(4);
  std::size_t taken_count = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string body(kSeeds[random() % std::size(kSeeds)]);
    for (unsigned change = random() % 3; change > 0; --change) {
      const std::string_view piece = kPieces[random() % std::size(kPieces)];
      const std::size_t at = random() % body.size();
      if (random() % 2 == 0) body.insert(at, piece);
      else body.replace(at, random() % 6, piece);
    }
    const bool flat = random() % 2 == 0;
    constexpr std::string_view kTypes[] = {"application/json", "application/cloudevents+json",
                                           "application/cloudevents-batch+json"};
    const Result<Intake::Taken> taken =
        read(Intake(flat ? flat_ : nested_, "", {}), body, {{"Content-Type", kTypes[random() % 3]}});
    if (!taken) {
      const ErrorInfo* info = taken.error().info_if();
      ASSERT_NE(info, nullptr) << body;
      ASSERT_FALSE(check_json("{" + info->details + "}")) << body;
      continue;
    }
    for (const EventDraft& draft : taken->drafts) {
      ++taken_count;
      ASSERT_FALSE(check_json(draft.body)) << body << '\n' << draft.body;
      ASSERT_FALSE(check_json(draft.headers)) << body << '\n' << draft.headers;
      ASSERT_EQ(find_doubled_member(draft.body), std::nullopt) << body << '\n' << draft.body;
      ASSERT_TRUE(is_event_id(draft.event_id)) << body;
      ASSERT_EQ(json_string_value(find_member(draft.body, "eventId")), draft.event_id);
      ASSERT_EQ(json_string_value(find_member(draft.body, "eventType")), draft.type);
      const Bytes data = find_member(draft.body, "data");
      if (!flat && json_kind(data) == JsonKind::kObject) ASSERT_NE(body.find(data), std::string::npos) << body;
    }
  }
  EXPECT_GT(taken_count, 2'000u);
}

}  // namespace
}  // namespace causeway::events
