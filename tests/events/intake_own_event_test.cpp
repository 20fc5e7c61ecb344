#include "intake_fixture.h"
#include "security/sha256.h"

namespace causeway::events {
namespace {

using OwnEvent = IntakeTest;

TEST_F(OwnEvent, IsStoredAsItWasSaidWithEveryDigit) {
  EXPECT_EQ(nested(R"({"eventId":"e.1_a:B-2","eventType":"ORDER_CREATED","timestamp":1706518800000,
"data":{ "orderId":"ORD1", "amount":19.90, "big":123456789012345678901234567890, "tiny":1e-400 },"key":"K"})"),
            "e.1_a:B-2 | ORDER_CREATED | K | 1706518800000 | "
            R"({"eventId":"e.1_a:B-2","eventType":"ORDER_CREATED","timestamp":1706518800000,"data":)"
            R"({ "orderId":"ORD1", "amount":19.90, "big":123456789012345678901234567890, "tiny":1e-400 }})"
            R"( | {"traceparent":"00-1-2-01"})");
}

TEST_F(OwnEvent, GetsAnIdAndATimestampWhenItHasNone) {
  const Result<Intake::Taken> taken = read(Intake(nested_, "", {}), R"({"eventType":"T","data":null})");
  ASSERT_TRUE(taken.ok());
  const EventDraft& draft = taken->drafts[0];
  EXPECT_EQ(draft.event_id.size(), 36u);
  EXPECT_EQ(draft.event_id[14], '7') << draft.event_id;
  EXPECT_TRUE(is_event_id(draft.event_id));
  EXPECT_EQ(draft.timestamp, 1772337600123);
  EXPECT_EQ(draft.body,
            R"({"eventId":")" + draft.event_id + R"(","eventType":"T","timestamp":1772337600123,"data":null})");
  EXPECT_EQ(draft.key, "");
}

TEST_F(OwnEvent, AnyJsonCanBeData) {
  for (const std::string data : {"0", "-1.50", "true", "\"\\u00e9 \xc3\xa9\"", "[1, 2]", "{}"})
    EXPECT_EQ(nested(R"({"eventId":"1","eventType":"T","timestamp":0,"data":)" + data + "}"),
              R"(1 | T |  | 0 | {"eventId":"1","eventType":"T","timestamp":0,"data":)" + data +
                  R"(} | {"traceparent":"00-1-2-01"})");
}

TEST_F(OwnEvent, FlatHasItsFieldsBesideItsOwn) {
  EXPECT_EQ(flat(R"( { "skuId" : "S1", "eventType":"INVENTORY_CHANGED", "beforeQty":10.0 ,
 "eventId":"i-1","warehouseId":"W","timestamp":5,"data":{"a":1},"key":"k" } )"),
            "i-1 | INVENTORY_CHANGED | W:S1 | 5 | "
            R"({"eventId":"i-1","eventType":"INVENTORY_CHANGED","timestamp":5,)"
            R"("skuId" : "S1","beforeQty":10.0,"warehouseId":"W","data":{"a":1},"key":"k"})"
            R"( | {"traceparent":"00-1-2-01"})");
  EXPECT_EQ(flat(R"({"eventId":"i-2","eventType":"T","timestamp":5})"),
            R"(i-2 | T |  | 5 | {"eventId":"i-2","eventType":"T","timestamp":5} | {"traceparent":"00-1-2-01"})");
}

TEST_F(OwnEvent, FlatDoesNotTakeWhatOnlyTheGatewaySays) {
  EXPECT_EQ(
      flat(R"({"eventType":"T","replayOf":"x","resolvedBy":"check"})"),
      R"(40092 | "violations":[)"
      R"({"path":"/replayOf","keyword":"additionalProperties","message":"replayOf is set by the gateway alone"},)"
      R"({"path":"/resolvedBy","keyword":"additionalProperties","message":"resolvedBy is set by the gateway alone"}])");
}

TEST_F(OwnEvent, TellsEverythingThatIsWrong) {
  EXPECT_EQ(
      nested(R"({"eventId":"a b","timestamp":"now","key":7,"dta/~":{},"replayOf":"x"})"),
      R"(40092 | "violations":[)"
      R"({"path":"/eventId","keyword":"pattern","message":"eventId must be 1 to 128 letters, digits and . _ : -"},)"
      R"({"path":"/timestamp","keyword":"type","message":"timestamp must be a whole number: unix milliseconds"},)"
      R"({"path":"/key","keyword":"type","message":"key must be a string"},)"
      R"({"path":"/dta~1~0","keyword":"additionalProperties","message":"dta/~ is no member of an event: what happened belongs into data"},)"
      R"({"path":"/replayOf","keyword":"additionalProperties","message":"replayOf is set by the gateway alone"},)"
      R"({"path":"/data","keyword":"required","message":"data is required"},)"
      R"({"path":"/eventType","keyword":"required","message":"eventType is required"}])");
}

TEST_F(OwnEvent, TellsOnlyTheFirstTwentyAndCutsLongNames) {
  std::string body = R"({"eventType":"T","data":1)";
  for (int i = 0; i < 30; ++i) body += ",\"" + std::string(1000, static_cast<char>('A' + i)) + "\":1";
  const std::string told = nested(body + "}");
  std::size_t count = 0;
  for (std::size_t at = 0; (at = told.find("\"path\"", at)) != std::string::npos; ++at) ++count;
  EXPECT_EQ(count, 20u);
  EXPECT_LT(told.size(), 20 * 1200u);
}

TEST_F(OwnEvent, ChecksItsMembers) {
  const auto with = [&](const std::string& members) { return nested(R"({"data":1,)" + members + "}"); };
  const std::string id = violation("/eventId", "pattern", "eventId must be 1 to 128 letters, digits and . _ : -");
  EXPECT_EQ(with(R"("eventType":"T","eventId":"")"), id);
  EXPECT_EQ(with(R"("eventType":"T","eventId":"a/b")"), id);
  EXPECT_EQ(with(R"("eventType":"T","eventId":"ä")"), id);
  EXPECT_EQ(with(R"("eventType":"T","eventId":")" + std::string(129, 'a') + '"'), id);
  EXPECT_EQ(with(R"("eventType":"T","eventId":null)"), violation("/eventId", "type", "eventId must be a string"));
  EXPECT_EQ(with(R"("eventType":"")"), violation("/eventType", "minLength", "eventType must not be empty"));
  EXPECT_EQ(with(R"("eventType":5)"), violation("/eventType", "type", "eventType must be a string"));
  EXPECT_EQ(with(R"("eventType":"a\nb")"),
            violation("/eventType", "pattern", "eventType must not have control characters"));
  EXPECT_EQ(with(R"("eventType":")" + std::string(256, 'a') + '"'),
            violation("/eventType", "maxLength", "eventType must be at most 255 bytes"));
  EXPECT_EQ(with(R"("eventType":"T","key":"")"), violation("/key", "minLength", "key must not be empty"));
  const std::string time = violation("/timestamp", "type", "timestamp must be a whole number: unix milliseconds");
  for (const std::string value : {"1.5", "1e3", "\"1706518800000\"", "99999999999999999999", "253402300800000", "null"})
    EXPECT_EQ(with(R"("eventType":"T","timestamp":)" + value), time) << value;
  EXPECT_EQ(nested("[]"), violation("", "minItems", "there must be at least 1 event"));
  EXPECT_EQ(nested("7"), violation("", "type", "an event must be an object"));
}

TEST_F(OwnEvent, IsRefusedWhenItIsNotJson) {
  EXPECT_EQ(nested(""), "40091 the body is not JSON: a value was expected at byte 0");
  EXPECT_EQ(nested(R"({"eventType":"T" "data":1})"),
            "40091 the body is not JSON: a comma or } was expected at byte 17");
  EXPECT_EQ(nested(R"({"eventType":"T","data":{"a":1,"b":{"x":1,"\u0078":2}}})"),
            R"(40091 the member "x" is there twice)");
  EXPECT_EQ(nested(R"({"eventId":"1","eventType":"T","data":1,"eventId":"2"})"),
            R"(40091 the member "eventId" is there twice)");
}

TEST_F(OwnEvent, MayBeNestedSixtyFourDeepAloneAndInAnArray) {
  const auto event = [](std::size_t depth) {
    return R"({"eventId":"1","eventType":"T","data":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') +
           "}";
  };
  EXPECT_TRUE(read(Intake(nested_, "", {}), event(64)).ok());
  EXPECT_TRUE(read(Intake(nested_, "", {}), "[" + event(64) + "]").ok());
  EXPECT_EQ(nested(event(65)), "40091 the body is not JSON: nested too deep at byte 101");
  EXPECT_EQ(nested("[" + event(65) + "]"), "40091 the body is not JSON: nested too deep at byte 102");
}

TEST_F(OwnEvent, ArrayIsTakenInItsOrder) {
  EXPECT_EQ(
      nested(R"([{"eventId":"1","eventType":"A","timestamp":1,"data":{"orderId":"x"}},
                       {"eventId":"2","eventType":"B","timestamp":2,"data":0}])"),
      "[]\n"
      R"(1 | A | x | 1 | {"eventId":"1","eventType":"A","timestamp":1,"data":{"orderId":"x"}} | {"traceparent":"00-1-2-01"})"
      "\n"
      R"(2 | B |  | 2 | {"eventId":"2","eventType":"B","timestamp":2,"data":0} | {"traceparent":"00-1-2-01"})");
}

TEST_F(OwnEvent, ArrayTellsWhatIsWrongWithEachOfThem) {
  EXPECT_EQ(nested(R"([{"eventType":"A","data":0},7,{"eventType":"A"},{"eventType":"A","data":{"b":1,"b":2}}])"),
            R"(42291 | "items":[{"index":1,"code":40092,"message":"an event must be an object"},)"
            R"({"index":2,"code":40092,"message":"data is required"},)"
            R"({"index":3,"code":40091,"message":"the member \"b\" is there twice"}])");
}

TEST_F(OwnEvent, ArrayHasAThousandAtMost) {
  const auto array = [](std::size_t count) {
    std::string body = "[";
    for (std::size_t i = 0; i < count; ++i) body += std::string(i > 0 ? "," : "") + R"({"eventType":"T","data":0})";
    return body + "]";
  };
  const Result<Intake::Taken> taken = read(Intake(nested_, "", {}), array(1000));
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(taken->drafts.size(), 1000u);
  EXPECT_EQ(nested(array(1001)), violation("", "maxItems", "there must be at most 1000 events"));
}

TEST_F(OwnEvent, TakesTheTypeOfItsRoute) {
  const Intake intake(nested_, "ORDER_CREATED", {});
  EXPECT_EQ(
      text(read(intake, R"({"eventId":"1","timestamp":1,"data":0})")),
      R"(1 | ORDER_CREATED |  | 1 | {"eventId":"1","eventType":"ORDER_CREATED","timestamp":1,"data":0} | {"traceparent":"00-1-2-01"})");
  EXPECT_TRUE(read(intake, R"({"eventType":"ORDER_CREATED","data":0})").ok());
  EXPECT_EQ(text(read(intake, R"({"eventType":"ORDER_CANCELLED","data":0})")),
            violation("/eventType", "const", "eventType must be ORDER_CREATED"));
}

TEST_F(OwnEvent, KeyIsItsOwnThenItsRoutesThenItsTopics) {
  const auto key = [&](const Intake& intake, const std::string& body) {
    return read(intake, R"({"eventType":"T",)" + body + "}")->drafts.at(0).key;
  };
  const Intake route(nested_, "", key_template("{{ .customer }}"));
  EXPECT_EQ(key(route, R"("key":"own","data":{"customer":"C","orderId":"O"})"), "own");
  EXPECT_EQ(key(route, R"("data":{"customer":"C","orderId":"O"})"), "C");
  EXPECT_EQ(key(route, R"("data":{"orderId":"O"})"), "O");
  EXPECT_EQ(key(route, R"("data":{})"), "");
  EXPECT_EQ(key(Intake(nested_, "", {}), R"("data":{"orderId":1.50})"), "1.50");
}

TEST_F(OwnEvent, IsRefusedWhereItsKeyCannotBeMade) {
  const Intake route(nested_, "T", key_template("{{ .customer.name }}"));
  const std::string_view wrong = R"({"data":{"customer":"C"}})";
  const Result<Intake::Taken> one = read(route, wrong);
  ASSERT_FALSE(one.ok());
  EXPECT_EQ(one.error().code(), Code::kTransformRefused);
  const Result<Intake::Taken> list = read(route, "[" + std::string(wrong) + "]");
  ASSERT_FALSE(list.ok());
  EXPECT_EQ(list.error().code(), Code::kItemsRefused);
  EXPECT_TRUE(list.error().info_if()->details.starts_with(R"("items":[{"index":0,"code":40094,"message":"cannot )"))
      << list.error().info_if()->details;
}

TEST_F(OwnEvent, HashCoversWhatWasSaidAndNothingElse) {
  const std::string first = hash(R"({"eventId":"1","eventType":"T","data":{"a":1.0}})");
  EXPECT_EQ(first.size(), 32u);
  clock_.advance(std::chrono::seconds(5));
  EXPECT_EQ(hash(R"({ "data" : {"a":1.0}, "eventType":"T" })"), first);
  EXPECT_EQ(hash(R"([{"eventType":"T","data":{"a":1.0}}])"), first);
  for (const char* other : {R"({"eventType":"T","data":{"a":1}})", R"({"eventType":"U","data":{"a":1.0}})",
                            R"({"eventType":"T","data":{"a":1.0},"key":"k"})",
                            R"({"eventType":"T","data":{"a":1.0},"timestamp":1772337600123})"})
    EXPECT_NE(hash(other), first) << other;
}

}  // namespace
}  // namespace causeway::events
