#include "transactions/making_event.h"

#include "transactions/table_fixture.h"

namespace causeway::transactions {
namespace {

class MakingEventTest : public TableFixture {
 protected:
  static constexpr WallTime kNow{std::chrono::milliseconds(kStart)};

  static tables::Half ordered() {
    tables::Half half = call_half("t-1");
    half.document = R"({"request":{"items":[1.50]},"consumer":{"name":"oms"}})";
    half.traceparent = "00-1-2-01";
    return half;
  }
  std::string made(const tables::Half& half, const ProgramTexts& texts, Bytes result = R"({"orderId":"A"})") {
    const auto programs = Programs::compile(texts.to_json());
    EXPECT_TRUE(programs.ok());
    const auto draft = make_event(half, **programs, *orders, result, DecidedBy::kCheck, kNow);
    if (!draft) return fakes::describe(draft.error());
    return draft->event_id + " | " + draft->key + " | " + draft->type + " | " + std::to_string(draft->timestamp) +
           " | " + draft->body + " | " + draft->headers;
  }
  static ProgramTexts order_created() {
    ProgramTexts texts;
    texts.publishes = true;
    texts.type = "ORDER_CREATED";
    texts.key = "{{ $result.orderId }}";
    texts.data = "{{ $result + {items: $request.items, by: $consumer.name, tx: $txid} }}";
    return texts;
  }

  std::shared_ptr<const events::Topic> orders = topic(topic_settings("order-topic", "{{ .orderId }}"));
};

TEST_F(MakingEventTest, OfACallHasItsTxidAndSaysWhatSettledIt) {
  EXPECT_EQ(made(ordered(), order_created()),
            R"(t-1 | A | ORDER_CREATED | 1772337600123 | {"eventId":"t-1","eventType":"ORDER_CREATED",)"
            R"("timestamp":1772337600123,"resolvedBy":"check","data":{"orderId":"A","items":[1.50],"by":"oms",)"
            R"("tx":"t-1"}} | {"traceparent":"00-1-2-01"})");
}

TEST_F(MakingEventTest, WithoutTextsItIsTheResultUnderTheTopicsKey) {
  ProgramTexts texts = order_created();
  texts.key = texts.data = "";
  EXPECT_EQ(made(ordered(), texts),
            R"(t-1 | A | ORDER_CREATED | 1772337600123 | {"eventId":"t-1","eventType":"ORDER_CREATED",)"
            R"("timestamp":1772337600123,"resolvedBy":"check","data":{"orderId":"A"}} | {"traceparent":"00-1-2-01"})");
}

TEST_F(MakingEventTest, AProgramThatFailsMakesNone) {
  EXPECT_EQ(made(ordered(), order_created(), "\"text\""),
            R"(40094: string ("text") at $result and object cannot be added)");
}

TEST_F(MakingEventTest, OfASystemIsWhatItPrepared) {
  events::EventDraft draft;
  draft.type = "ORDER_PAID";
  draft.key = "A";
  draft.timestamp = 12345;
  draft.body = R"({"eventId":"m-1","data":{"n":19.90}})";
  draft.headers = "{}";
  tables::Half half = prepared("m-1", "tx-1");
  half.document = prepared_document(draft);
  EXPECT_EQ(half.document,
            R"({"type":"ORDER_PAID","key":"A","timestamp":12345,"body":"{\"eventId\":\"m-1\",\"data\":{\"n\":19.90}}",)"
            R"("headers":"{}"})");
  EXPECT_EQ(made(half, ProgramTexts()), R"(m-1 | A | ORDER_PAID | 12345 | {"eventId":"m-1","data":{"n":19.90}} | {})");
}

TEST_F(MakingEventTest, ASystemsIsPublishedByItsConsumerAndACallsByItsRoute) {
  EXPECT_EQ(source_of(prepared("m-1", "tx-1")), "oms");
  EXPECT_EQ(source_of(ordered()), "create-order");
}

}  // namespace
}  // namespace causeway::transactions
