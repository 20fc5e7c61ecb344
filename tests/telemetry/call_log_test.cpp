#include "telemetry/call_log.h"

#include <gtest/gtest.h>

#include <string>

#include "telemetry/lines.h"

namespace causeway::telemetry {
namespace {

TEST(ByteRing, HandsOutMessagesInOrderAndContiguous) {
  ByteRing ring(256);
  for (int i = 0; i < 1000; ++i) {
    const std::string message(static_cast<std::size_t>(i % 100) + 1, static_cast<char>('a' + i % 26));
    char* out = ring.reserve(message.size());
    ASSERT_NE(out, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(out) % 8, 0u);
    std::copy(message.begin(), message.end(), out);
    EXPECT_TRUE(ring.front(ring.mark()).empty());
    ring.commit();
    ASSERT_EQ(ring.front(ring.mark()), message);
    ring.pop();
  }
}

TEST(ByteRing, RefusesWhenFullAndWhatIsTooLong) {
  ByteRing ring(256);
  EXPECT_EQ(ring.max_message(), 120u);
  EXPECT_EQ(ring.reserve(121), nullptr);
  ASSERT_NE(ring.reserve(120), nullptr);
  ring.commit();
  ASSERT_NE(ring.reserve(120), nullptr);
  ring.commit();
  EXPECT_EQ(ring.reserve(1), nullptr);
  EXPECT_EQ(ring.front(ring.mark()).size(), 120u);
  ring.pop();
  EXPECT_NE(ring.reserve(1), nullptr);
}

TEST(ByteRing, StopsAtTheMark) {
  ByteRing ring(256);
  ASSERT_NE(ring.reserve(8), nullptr);
  ring.commit();
  const auto mark = ring.mark();
  ASSERT_NE(ring.reserve(8), nullptr);
  ring.commit();
  EXPECT_FALSE(ring.front(mark).empty());
  ring.pop();
  EXPECT_TRUE(ring.front(mark).empty());
  EXPECT_FALSE(ring.front(ring.mark()).empty());
}

TEST(CallLog, KeepsEveryPieceOfARecord) {
  CallLog log(1 << 16, Random(1));
  CallRecord call = failed_call();
  call.response = {"<r/>", 4, "text/xml"};
  ASSERT_TRUE(log.write(call));
  const auto record = log.front(log.mark());
  const auto& read = std::get<CallRecord>(record);
  EXPECT_EQ(read.time, call.time);
  EXPECT_TRUE(read.failed);
  EXPECT_EQ(read.system, "WMS");
  EXPECT_EQ(read.method, "pushOutboundOrder");
  EXPECT_EQ(read.request.prefix, R"({"orderId":"ORD1"})");
  EXPECT_EQ(read.request.size, 18u);
  EXPECT_EQ(read.request.type, "application/json");
  EXPECT_EQ(read.response.prefix, "<r/>");
  EXPECT_EQ(read.response.type, "text/xml");
  EXPECT_EQ(read.cost, call.cost);
  EXPECT_EQ(read.status, 502);
  EXPECT_EQ(read.code, 50290u);
  EXPECT_EQ(read.consumer, "oms");
  EXPECT_EQ(read.attempt, 1u);
  EXPECT_EQ(read.route, "outbound.push");
  EXPECT_EQ(read.trace, "12345678901234567890123456789012");
  EXPECT_EQ(read.request_id, "r-1");
  EXPECT_EQ(read.error, "connect 10.0.0.7:8080: Connection refused");
  log.pop();
  EXPECT_TRUE(std::holds_alternative<std::monostate>(log.front(log.mark())));
}

TEST(CallLog, CopiesBodiesUpToTheLimitAndNothingOfWhatIsNotText) {
  CallLog log(1 << 16, Random(1));
  log.limit_bodies(4);
  CallRecord call = sample_call();
  call.request = {"abcdefgh", 8, "text/plain"};
  call.response = {"abcdefgh", 8, "image/png"};
  call.error = std::string_view();
  ASSERT_TRUE(log.write(call));
  const auto record = log.front(log.mark());
  EXPECT_EQ(std::get<CallRecord>(record).request.prefix, "abcd");
  EXPECT_EQ(std::get<CallRecord>(record).request.size, 8u);
  EXPECT_EQ(std::get<CallRecord>(record).response.prefix, "");
  EXPECT_EQ(std::get<CallRecord>(record).response.size, 8u);
}

TEST(CallLog, CutsEndlessPaths) {
  CallLog log(1 << 16, Random(1));
  const std::string path(60'000, 'a');
  RefusedRecord refused = sample_refusal();
  refused.path = path;
  ASSERT_TRUE(log.write(refused));
  const auto record = log.front(log.mark());
  EXPECT_EQ(std::get<RefusedRecord>(record).path.size(), 2048u);
  EXPECT_EQ(std::get<RefusedRecord>(record).request_id, "r-2");
}

TEST(CallLog, LogsTheConfiguredShareOfSuccessesAndAllFailures) {
  const auto written = [](double share, const CallRecord& call) {
    CallLog log(1 << 16, Random(7));
    log.limit_successes(share);
    int count = 0;
    for (int i = 0; i < 1000; ++i) {
      EXPECT_TRUE(log.write(call));
      if (std::holds_alternative<std::monostate>(log.front(log.mark()))) continue;
      log.pop();
      ++count;
    }
    EXPECT_EQ(log.dropped(), 0u);
    return count;
  };
  EXPECT_EQ(written(1.0, sample_call()), 1000);
  EXPECT_EQ(written(0.0, sample_call()), 0);
  EXPECT_EQ(written(0.0, failed_call()), 1000);
  EXPECT_NEAR(written(0.25, sample_call()), 250, 60);
}

}  // namespace
}  // namespace causeway::telemetry
