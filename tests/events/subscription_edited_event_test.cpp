#include <gtest/gtest.h>

#include "events/subscription/edited_event.h"

namespace causeway::events {
namespace {

std::string edit(std::string_view event, EventShape shape, std::string_view data) {
  Result<std::string> edited = edit_event(event, shape, data, "new");
  if (edited) return *edited;
  return std::to_string(number(edited.error().code())) + " " + edited.error().info().public_message;
}

TEST(EditedEvent, HasOtherDataAndAnotherIdAndKeepsTheRest) {
  EXPECT_EQ(
      edit(R"({"eventId": "old", "eventType": "X", "timestamp": 17065188000001, "source": "oms", "data": {"a": 1}})",
           EventShape::kNested, R"( {"a": 19.90} )"),
      R"({"eventId":"new","eventType":"X","timestamp":17065188000001,"source":"oms","data":{"a": 19.90},"replayOf":"old"})");
}

TEST(EditedEvent, OfAFlatTopicHasOtherFields) {
  EXPECT_EQ(edit(R"({"eventId":"old","eventType":"X","timestamp":1,"skuId":"s","qty":1})", EventShape::kFlat,
                 R"({"skuId":"t","eventId":"mine","timestamp":5,"replayOf":"x"})"),
            R"({"eventId":"new","eventType":"X","timestamp":1,"skuId":"t","replayOf":"old"})");
}

TEST(EditedEvent, EditedAgainNamesTheOneBefore) {
  EXPECT_EQ(edit(R"({"eventId":"2","eventType":"X","timestamp":1,"data":1,"replayOf":"1"})", EventShape::kNested, "2"),
            R"({"eventId":"new","eventType":"X","timestamp":1,"data":2,"replayOf":"2"})");
}

TEST(EditedEvent, NonsenseIsRefused) {
  EXPECT_EQ(edit(R"({"eventId":"1"})", EventShape::kNested, "{"),
            "40092 the body is not JSON: a key was expected at byte 1");
  EXPECT_EQ(edit(R"({"eventId":"1"})", EventShape::kFlat, "[]"),
            "40092 the body of an event of this topic is an object");
}

}  // namespace
}  // namespace causeway::events
