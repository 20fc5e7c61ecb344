#include "telemetry/log_thread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>

#include "telemetry/lines.h"

namespace causeway::telemetry {
namespace {

LogSettings json() {
  LogSettings settings;
  settings.format = LogForm::kJson;
  return settings;
}

LogSettings chinese() {
  LogSettings settings;
  settings.language = LogLanguage::kChinese;
  return settings;
}

TEST(LogThread, WritesACallAsTheHandbookDoes) {
  LogUnderTest under;
  CallLog& calls = under.log.add_call_log();
  ASSERT_TRUE(calls.write(sample_call()));
  EXPECT_EQ(under.drained(),
            "2026-03-01T12:00:00.123+08:00 INFO call WMS | method=pushOutboundOrder | request={\"orderId\":\"ORD1\"} | "
            "response={\"ok\":true} | cost=12ms | status=200 | code=0 | consumer=oms | attempt=1 | "
            "trace=12345678901234567890123456789012 | request_id=r-1\n");
  EXPECT_EQ(under.drained(), "");
}

TEST(LogThread, WritesAFailureWithItsError) {
  LogUnderTest under;
  CallLog& calls = under.log.add_call_log();
  ASSERT_TRUE(calls.write(failed_call()));
  EXPECT_EQ(
      under.drained(),
      "2026-03-01T12:00:00.123+08:00 ERROR call WMS failed | method=pushOutboundOrder | "
      "request={\"orderId\":\"ORD1\"} | error=connect 10.0.0.7:8080: Connection refused | cost=12ms | status=502 | "
      "code=50290 | consumer=oms | attempt=1 | trace=12345678901234567890123456789012 | request_id=r-1\n");
}

TEST(LogThread, ShowsTheBodyOfAFailureWhenThereIsOne) {
  LogUnderTest under;
  CallLog& calls = under.log.add_call_log();
  CallRecord call = failed_call();
  call.response = {"disk full", 9, "text/plain"};
  call.error = "status 500";
  ASSERT_TRUE(calls.write(call));
  EXPECT_THAT(under.drained(), testing::HasSubstr(" | response=disk full | error=status 500 | cost=12ms | "));
}

TEST(LogThread, SpeaksChinese) {
  LogUnderTest under(chinese());
  CallLog& calls = under.log.add_call_log();
  ASSERT_TRUE(calls.write(sample_call()));
  ASSERT_TRUE(calls.write(failed_call()));
  ASSERT_TRUE(calls.write(sample_refusal()));
  EXPECT_EQ(
      under.drained(),
      "2026-03-01T12:00:00.123+08:00 INFO 调用WMS接口 | method=pushOutboundOrder | request={\"orderId\":\"ORD1\"} | "
      "response={\"ok\":true} | cost=12ms | status=200 | code=0 | consumer=oms | attempt=1 | "
      "trace=12345678901234567890123456789012 | request_id=r-1\n"
      "2026-03-01T12:00:00.123+08:00 ERROR 调用WMS接口失败 | method=pushOutboundOrder | "
      "request={\"orderId\":\"ORD1\"} | error=connect 10.0.0.7:8080: Connection refused | cost=12ms | status=502 | "
      "code=50290 | consumer=oms | attempt=1 | trace=12345678901234567890123456789012 | request_id=r-1\n"
      "2026-03-01T12:00:00.123+08:00 WARN 拒绝 POST /api/v1/orders | status=401 | code=40191 | "
      "reason=wrong_signature | consumer=oms | request_id=r-2\n");
}

TEST(LogThread, WritesARefusalWithoutTheQuery) {
  LogUnderTest under;
  CallLog& calls = under.log.add_call_log();
  RefusedRecord refused = sample_refusal();
  refused.path = "/api/v1/orders?token=secret";
  ASSERT_TRUE(calls.write(refused));
  EXPECT_EQ(under.drained(),
            "2026-03-01T12:00:00.123+08:00 WARN refused POST /api/v1/orders | status=401 | code=40191 | "
            "reason=wrong_signature | consumer=oms | request_id=r-2\n");
}

TEST(LogThread, WritesJson) {
  LogUnderTest under(json());
  CallLog& calls = under.log.add_call_log();
  ASSERT_TRUE(calls.write(sample_call()));
  ASSERT_TRUE(calls.write(failed_call()));
  ASSERT_TRUE(calls.write(sample_refusal()));
  EXPECT_EQ(under.drained(),
            R"({"ts":"2026-03-01T12:00:00.123+08:00","level":"info","event":"call","system":"WMS",)"
            R"("method":"pushOutboundOrder","request":"{\"orderId\":\"ORD1\"}","response":"{\"ok\":true}",)"
            R"("cost_ms":12.345,"status":200,"code":0,"consumer":"oms","attempt":1,"route":"outbound.push",)"
            R"("trace":"12345678901234567890123456789012","request_id":"r-1"})"
            "\n"
            R"({"ts":"2026-03-01T12:00:00.123+08:00","level":"error","event":"call","system":"WMS",)"
            R"("method":"pushOutboundOrder","request":"{\"orderId\":\"ORD1\"}","response":"",)"
            R"("cost_ms":12.345,"status":502,"code":50290,"consumer":"oms","attempt":1,"route":"outbound.push",)"
            R"("trace":"12345678901234567890123456789012","request_id":"r-1",)"
            R"("error":"connect 10.0.0.7:8080: Connection refused"})"
            "\n"
            R"({"ts":"2026-03-01T12:00:00.123+08:00","level":"warn","event":"refused","method":"POST",)"
            R"("path":"/api/v1/orders","status":401,"code":40191,"reason":"wrong_signature","consumer":"oms",)"
            R"("request_id":"r-2"})"
            "\n");
}

TEST(LogThread, WritesLinesAboutTheProcess) {
  LogUnderTest under;
  under.log.write(Level::kInfo, "listening", {{"name", "public"}, {"address", "127.0.0.1:8080"}});
  under.log.write(Level::kWarn, "draining");
  EXPECT_EQ(under.drained(),
            "2026-03-01T12:00:00.123+08:00 INFO listening | name=public | address=127.0.0.1:8080\n"
            "2026-03-01T12:00:00.123+08:00 WARN draining\n");
  under.log.configure(json());
  under.log.write(Level::kInfo, "listening", {{"name", "public"}, {"address", "127.0.0.1:8080"}});
  EXPECT_EQ(under.drained(),
            R"({"ts":"2026-03-01T12:00:00.123+08:00","level":"info","event":"listening","name":"public",)"
            R"("address":"127.0.0.1:8080"})"
            "\n");
}

TEST(LogThread, KeepsForgedLinesInTheirPlace) {
  LogUnderTest under;
  CallLog& calls = under.log.add_call_log();
  RefusedRecord refused = sample_refusal();
  refused.path = "/x\r\n2026-03-01 INFO call WMS | status=200\x1b[2J\xff\xe2\x80\xae";
  refused.reason = "no | consumer=admin |";
  ASSERT_TRUE(calls.write(refused));
  EXPECT_EQ(under.drained(),
            "2026-03-01T12:00:00.123+08:00 WARN refused POST "
            "/x\\r\\n2026-03-01 INFO call WMS \\| status=200\\x1b[2J\\xff\\u202e | status=401 | code=40191 | "
            "reason=no \\| consumer=admin \\| | consumer=oms | request_id=r-2\n");
  under.log.configure(json());
  ASSERT_TRUE(calls.write(refused));
  EXPECT_EQ(under.drained(),
            R"({"ts":"2026-03-01T12:00:00.123+08:00","level":"warn","event":"refused","method":"POST",)"
            R"("path":"/x\r\n2026-03-01 INFO call WMS | status=200\u001b[2J\\xff\u202e","status":401,"code":40191,)"
            R"("reason":"no | consumer=admin |","consumer":"oms","request_id":"r-2"})"
            "\n");
}

TEST(LogThread, MasksAndCutsBodies) {
  LogSettings settings;
  settings.calls.bodies.limit = ByteSize{27};
  settings.calls.bodies.mask = {"pin"};
  LogUnderTest under(settings);
  CallLog& calls = under.log.add_call_log();
  CallRecord call = sample_call();
  constexpr std::string_view body = R"({"PIN":"1234","name":"张伟","pin":"9999"})";
  call.request = {body, body.size(), "application/json"};
  call.response = {"\x89PNG\r\n\x1a\n", 70000, "image/png"};
  ASSERT_TRUE(calls.write(call));
  EXPECT_THAT(under.drained(),
              testing::HasSubstr(
                  " | request={\"PIN\":\"***\",\"name\":\"张…(43 bytes) | response=(70000 bytes of image/png) | "));

  settings.calls.bodies.limit = ByteSize{4096};
  settings.calls.bodies.mask = {"name"};
  under.log.configure(settings);
  ASSERT_TRUE(calls.write(call));
  EXPECT_THAT(under.drained(),
              testing::HasSubstr(" | request={\"PIN\":\"1234\",\"name\":\"***\",\"pin\":\"9999\"} | "));
}

TEST(LogThread, PutsTheLinesOfAllWorkersInOrder) {
  LogUnderTest under;
  CallLog& first = under.log.add_call_log();
  CallLog& second = under.log.add_call_log();
  const auto refuse = [&](CallLog& log, int milliseconds, std::string_view path) {
    RefusedRecord refused = sample_refusal();
    refused.time = under.clock.now + std::chrono::milliseconds(milliseconds);
    refused.path = path;
    ASSERT_TRUE(log.write(refused));
  };
  refuse(second, 2, "/b");
  refuse(second, 4, "/d");
  refuse(first, 1, "/a");
  refuse(first, 5, "/e");
  under.clock.now += std::chrono::milliseconds(3);
  under.log.write(Level::kInfo, "c");
  const std::string text = under.drained();
  std::string order;
  for (const char* part : {"/a", "/b", " c\n", "/d", "/e"}) {
    ASSERT_NE(text.find(part), std::string::npos) << text;
    order += std::to_string(std::count(text.begin(), text.begin() + static_cast<long>(text.find(part)), '\n'));
  }
  EXPECT_EQ(order, "01234");
}

TEST(LogThread, DrainsEverythingWhenItStops) {
  LogUnderTest under;
  CallLog& calls = under.log.add_call_log();
  under.log.start();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(calls.write(sample_refusal()));
  under.log.write(Level::kInfo, "stopped");
  under.log.stop();
  const std::string text = under.written.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 101);
}

TEST(LogThread, CountsWhatAFullRingDropped) {
  LogUnderTest under;
  CallLog& calls = under.log.add_call_log(1024);
  int written = 0;
  while (calls.write(sample_refusal())) ++written;
  EXPECT_FALSE(calls.write(sample_refusal()));
  const std::string text = under.drained();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), written);
  EXPECT_EQ(under.metrics.text(),
            "# HELP causeway_log_dropped_total Log lines lost because the log was too slow.\n"
            "# TYPE causeway_log_dropped_total counter\n"
            "causeway_log_dropped_total 2\n");
  EXPECT_TRUE(calls.write(sample_refusal()));
}

class FailingSink final : public spdlog::sinks::base_sink<std::mutex> {
  void sink_it_(const spdlog::details::log_msg&) override { throw std::runtime_error("no space left"); }
  void flush_() override {}
};

TEST(LogThread, OutlivesASinkThatFails) {
  Metrics metrics;
  FakeClock clock;
  LogThread log(std::make_shared<FailingSink>(), {}, clock, metrics);
  log.write(Level::kInfo, "lost");
  log.drain();
  EXPECT_THAT(metrics.text(), testing::HasSubstr("causeway_log_dropped_total 1\n"));
}

}  // namespace
}  // namespace causeway::telemetry
