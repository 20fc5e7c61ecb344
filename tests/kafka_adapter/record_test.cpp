#include "adapters/kafka/record.h"

#include <gtest/gtest.h>

#include <string>

#include "core/json_text.h"
#include "events/topic.h"
#include "telemetry/metrics.h"

namespace causeway::kafka {
namespace {

using namespace std::string_view_literals;

constexpr WallTime kNow{std::chrono::milliseconds(1'800'000'000'000)};
constexpr std::string_view kTrace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

class RecordTest : public testing::Test {
 protected:
  events::ReadItem read(const Record& record) { return item_of(*topic(), record, kNow); }
  std::shared_ptr<const events::Topic> topic() {
    events::TopicSettings settings;
    settings.name.value = "order-topic";
    settings.kafka.topic.value = "legacy.orders";
    settings.shape = shape_;
    return events::TopicTable({settings}, metrics_).find("order-topic");
  }
  static Record record(std::optional<Bytes> value, std::optional<Bytes> key = std::nullopt) {
    Record record;
    record.partition = 3;
    record.offset = 41;
    record.timestamp = 1'700'000'000'123;
    record.key = key;
    record.value = value;
    return record;
  }
  static Record ours() {
    Record its =
        record(R"({"eventId":"e-1","eventType":"ORDER_CREATED","timestamp":1,"data":{"price":19.90}})", "ORD1");
    its.headers = {
        {"eventId", "e-1"},  {"eventType", "ORDER_CREATED"}, {"source", "oms"},       {"traceparent", kTrace},
        {"ce-subject", "é"}, {"causeway-store", "store-1"},  {"causeway-shard", "7"}, {"causeway-position", "1234"}};
    return its;
  }
  std::string wrapped(const Record& record) {
    const events::ReadItem item = read(record);
    EXPECT_EQ(item.event.type, "foreign");
    EXPECT_EQ(item.event.event_id, "legacy.orders-3-41");
    EXPECT_FALSE(item.origin.has_value());
    EXPECT_FALSE(check_json(item.event.body)) << item.event.body;
    return item.event.body;
  }

  telemetry::Metrics metrics_;
  events::EventShape shape_ = events::EventShape::kNested;
};

TEST_F(RecordTest, OfOursIsTheStoredEvent) {
  const events::ReadItem item = read(ours());
  EXPECT_EQ(item.lane, 3u);
  EXPECT_EQ(item.event.position, 42);
  EXPECT_EQ(item.event.event_id, "e-1");
  EXPECT_EQ(item.event.type, "ORDER_CREATED");
  EXPECT_EQ(item.event.source, "oms");
  EXPECT_EQ(item.event.key, "ORD1");
  EXPECT_EQ(item.event.stored_at, 1'700'000'000'123);
  EXPECT_EQ(item.event.headers, R"({"traceparent":")" + std::string(kTrace) + R"(","ce-subject":"é"})");
  EXPECT_EQ(item.event.body, R"({"eventId":"e-1","eventType":"ORDER_CREATED","timestamp":1,"data":{"price":19.90}})");
  ASSERT_TRUE(item.origin.has_value());
  EXPECT_EQ(item.origin->store_id, "store-1");
  EXPECT_EQ(item.origin->shard, 7u);
  EXPECT_EQ(item.origin->position, 1234);
}

TEST_F(RecordTest, SentByTheRelayComesBackAsItWas) {
  const auto its = topic();
  events::StoredEvent event;
  event.position = 1234;
  event.event_id = "e-1";
  event.source = "oms";
  event.type = "ORDER_CREATED";
  event.headers = R"({"traceparent":")" + std::string(kTrace) + R"(","ce-source":"/a\"b"})";
  event.body = R"({"eventId":"e-1","eventType":"ORDER_CREATED","timestamp":1,"data":1e400})";
  const auto headers = headers_of({*its, 3, "store-1", 7, event});
  Record sent = record(event.body);
  for (const auto& [name, value] : headers) sent.headers.push_back({name, value});
  const events::ReadItem item = read(sent);
  EXPECT_EQ(item.event.event_id, event.event_id);
  EXPECT_EQ(item.event.type, event.type);
  EXPECT_EQ(item.event.source, event.source);
  EXPECT_EQ(item.event.headers, event.headers);
  EXPECT_EQ(item.event.body, event.body);
  ASSERT_TRUE(item.origin.has_value());
  EXPECT_EQ(item.origin->position, 1234);
}

TEST_F(RecordTest, WithBrokenHeadersOfOursIsForeign) {
  for (const auto& [name, value] : {std::pair{"causeway-shard", "x"},
                                    {"causeway-shard", ""},
                                    {"causeway-shard", "-1"},
                                    {"causeway-position", "0"},
                                    {"causeway-position", "1 "},
                                    {"causeway-store", ""},
                                    {"causeway-store", "\xff"},
                                    {"eventId", "a b"},
                                    {"eventType", ""}}) {
    Record its = ours();
    its.value = "{}";
    its.headers.push_back({name, value});
    EXPECT_FALSE(read(its).origin.has_value()) << name << '=' << value;
    EXPECT_EQ(read(its).event.type, "foreign");
  }
  Record broken = ours();
  broken.value = "{\"a\":";
  EXPECT_EQ(read(broken).event.type, "foreign");
}

TEST_F(RecordTest, OfOthersKeepsJsonDigitForDigit) {
  EXPECT_EQ(wrapped(record(R"( {"price":19.90,"big":123456789012345678901234567890} )", "K1")),
            R"({"eventId":"legacy.orders-3-41","eventType":"foreign","timestamp":1700000000123,)"
            R"("data":{"price":19.90,"big":123456789012345678901234567890},"key":"K1","headers":{}})");
  EXPECT_EQ(wrapped(record("7")), R"({"eventId":"legacy.orders-3-41","eventType":"foreign","timestamp":1700000000123,)"
                                  R"("data":7,"key":null,"headers":{}})");
}

TEST_F(RecordTest, OfOthersThatIsNoJsonIsBase64) {
  EXPECT_EQ(wrapped(record("plain text")),
            R"({"eventId":"legacy.orders-3-41","eventType":"foreign","timestamp":1700000000123,)"
            R"("encoding":"base64","data":"cGxhaW4gdGV4dA==","key":null,"headers":{}})");
  EXPECT_EQ(wrapped(record("\x00\xff"sv, "\xfe"sv)),
            R"({"eventId":"legacy.orders-3-41","eventType":"foreign","timestamp":1700000000123,)"
            R"("encoding":"base64","data":"AP8=","key":{"base64":"/g=="},"headers":{}})");
  EXPECT_TRUE(wrapped(record(R"({"a":1,"a":2})")).find(R"("encoding":"base64")") != std::string::npos);
  EXPECT_TRUE(wrapped(record(std::string(62, '[') + std::string(62, ']'))).find("base64") != std::string::npos);
}

TEST_F(RecordTest, WithoutAValueIsATombstone) {
  EXPECT_EQ(wrapped(record(std::nullopt, "K1")),
            R"({"eventId":"legacy.orders-3-41","eventType":"foreign","timestamp":1700000000123,)"
            R"("data":null,"key":"K1","headers":{}})");
}

TEST_F(RecordTest, OfOthersShowsItsHeaders) {
  Record its = record("1");
  its.headers = {{"b", "2"},          {"a", "x"},    {"b", "3"},    {"none", std::nullopt},
                 {"bytes", "\xff"sv}, {"\xff", "1"}, {"\xfe", "2"}, {"traceparent", kTrace}};
  EXPECT_EQ(wrapped(its), R"({"eventId":"legacy.orders-3-41","eventType":"foreign","timestamp":1700000000123,)"
                          R"("data":1,"key":null,"headers":{"a":"x","b":["2","3"],"bytes":{"base64":"/w=="},)"
                          R"("none":null,"traceparent":")" +
                              std::string(kTrace) + "\",\"\uFFFD\":[\"1\",\"2\"]}}");
  EXPECT_EQ(read(its).event.headers, R"({"traceparent":")" + std::string(kTrace) + R"("})");
}

TEST_F(RecordTest, WithoutATimeIsOfNow) {
  Record its = record("1");
  its.timestamp = -1;
  EXPECT_EQ(read(its).event.stored_at, 1'800'000'000'000);
}

TEST_F(RecordTest, ThatHoldsOurEnvelopeIsThatEvent) {
  const events::ReadItem item =
      read(record(R"({"eventId":"x:1","eventType":"SHIPPED","timestamp":5,"data":{"qty":1.0}})", "K"));
  EXPECT_EQ(item.event.event_id, "x:1");
  EXPECT_EQ(item.event.type, "SHIPPED");
  EXPECT_EQ(item.event.key, "K");
  EXPECT_EQ(item.event.source, "kafka");
  EXPECT_EQ(item.event.body, R"({"eventId":"x:1","eventType":"SHIPPED","timestamp":5,"data":{"qty":1.0}})");
  EXPECT_FALSE(item.origin.has_value());
  EXPECT_EQ(read(record(R"({"eventId":"x:1","eventType":"SHIPPED","data":2})")).event.body,
            R"({"eventId":"x:1","eventType":"SHIPPED","timestamp":1700000000123,"data":2})");
  wrapped(record(R"({"eventId":"x 1","eventType":"SHIPPED","data":2})"));
  wrapped(record(R"({"eventType":"SHIPPED","data":2})"));
  wrapped(record(R"({"eventId":"x:1","eventType":"SHIPPED","qty":2})"));
  shape_ = events::EventShape::kFlat;
  EXPECT_EQ(read(record(R"({"eventId":"x:1","eventType":"SHIPPED","timestamp":5,"qty":2})")).event.body,
            R"({"eventId":"x:1","eventType":"SHIPPED","timestamp":5,"qty":2})");
}

TEST_F(RecordTest, ThatIsACloudEventIsThatEvent) {
  Record binary = record(R"({"a":1.50})");
  binary.headers = {{"ce_specversion", "1.0"},           {"ce_id", "c-1"},
                    {"ce_type", "com.example.moved"},    {"ce_source", "/wms"},
                    {"ce_time", "1970-01-01T00:00:01Z"}, {"content-type", "application/json"}};
  EXPECT_EQ(read(binary).event.body,
            R"({"eventId":"c-1","eventType":"com.example.moved","timestamp":1000,"data":{"a":1.50}})");
  EXPECT_EQ(read(binary).event.headers, R"({"ce-datacontenttype":"application/json","ce-source":"/wms"})");
  Record structured =
      record(R"({"specversion":"1.0","id":"c-2","type":"t","source":"/s","time":"1970-01-01T00:00:02Z","data":[1]})");
  structured.headers = {{"content-type", "application/cloudevents+json; charset=UTF-8"}};
  EXPECT_EQ(read(structured).event.body, R"({"eventId":"c-2","eventType":"t","timestamp":2000,"data":[1]})");
  structured.headers.clear();
  wrapped(structured);
}

TEST_F(RecordTest, HasAKeyThatOrdersWhateverItIs) {
  EXPECT_EQ(read(record("1", "\xff"sv)).event.key, "/w==");
  EXPECT_EQ(read(record("1", ""sv)).event.key, "");
  const std::string long_key(2000, 'k');
  EXPECT_EQ(read(record("1", long_key)).event.key.size(), 7u + 64u);
  EXPECT_NE(read(record("1", long_key)).event.key, read(record("1", long_key + 'x')).event.key);
}

}  // namespace
}  // namespace causeway::kafka
