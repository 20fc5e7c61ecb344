// Helpers of the log's tests: a clock that stands still, a sink that keeps what was written.
#pragma once

#include <spdlog/sinks/ostream_sink.h>

#include <cstdlib>
#include <ctime>
#include <memory>
#include <sstream>
#include <string>

#include "core/clock.h"
#include "telemetry/log_thread.h"

namespace causeway::telemetry {

class FakeClock final : public Clock {
 public:
  WallTime wall() const override { return now; }
  SteadyTime steady() const override { return {}; }

  WallTime now{std::chrono::milliseconds(1772337600123)};  // 2026-03-01T04:00:00.123Z
};

/// The log with everything written to `written`, and the local time eight hours ahead of UTC.
class LogUnderTest {
 public:
  explicit LogUnderTest(const LogSettings& settings = {})
      : log(std::make_shared<spdlog::sinks::ostream_sink_mt>(written), in_shanghai(settings), clock, metrics) {}

  /// What was written since the last call.
  std::string drained() {
    log.drain();
    std::string text = written.str();
    written.str("");
    return text;
  }

  FakeClock clock;
  Metrics metrics;
  std::ostringstream written;
  LogThread log;

 private:
  static const LogSettings& in_shanghai(const LogSettings& settings) {
    setenv("TZ", "CST-8", 1);
    tzset();
    return settings;
  }
};

inline CallRecord sample_call() {
  CallRecord call;
  call.time = FakeClock().now;
  call.system = "WMS";
  call.method = "pushOutboundOrder";
  call.request = {R"({"orderId":"ORD1"})", 18, "application/json"};
  call.response = {R"({"ok":true})", 11, "application/json; charset=utf-8"};
  call.cost = std::chrono::microseconds(12345);
  call.status = 200;
  call.code = 0;
  call.consumer = "oms";
  call.attempt = 1;
  call.route = "outbound.push";
  call.trace = "12345678901234567890123456789012";
  call.request_id = "r-1";
  return call;
}

inline CallRecord failed_call() {
  CallRecord call = sample_call();
  call.failed = true;
  call.response = {};
  call.status = 502;
  call.code = 50290;
  call.error = "connect 10.0.0.7:8080: Connection refused";
  return call;
}

inline RefusedRecord sample_refusal() {
  RefusedRecord refused;
  refused.time = FakeClock().now;
  refused.method = "POST";
  refused.path = "/api/v1/orders";
  refused.status = 401;
  refused.code = 40191;
  refused.reason = "wrong_signature";
  refused.consumer = "oms";
  refused.request_id = "r-2";
  return refused;
}

}  // namespace causeway::telemetry
