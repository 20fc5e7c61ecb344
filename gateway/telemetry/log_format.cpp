#include "telemetry/log_format.h"

#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <iterator>

#include "telemetry/log_escape.h"

namespace causeway::telemetry {
namespace {

/// `2026-03-01T12:00:00.123+08:00`. Consecutive lines mostly share their second, so its text is kept.
class LocalTime {
 public:
  void append(std::string& out, WallTime time) {
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    if (second != second_ || text_.empty()) render(second);
    out += text_;
    fmt::format_to(std::back_inserter(out), ".{:03}", (time - second).count());
    out += offset_;
  }

 private:
  void render(std::chrono::sys_seconds second) {
    second_ = second;
    const std::time_t seconds = second.time_since_epoch().count();
    std::tm local{};
    localtime_r(&seconds, &local);
    text_ = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday,
                        local.tm_hour, local.tm_min, local.tm_sec);
    const long minutes = (local.tm_gmtoff < 0 ? -local.tm_gmtoff : local.tm_gmtoff) / 60;
    offset_ = fmt::format("{}{:02}:{:02}", local.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
  }

  std::chrono::sys_seconds second_{};
  std::string text_;
  std::string offset_;
};

class TextFormat final : public LogFormat {
 public:
  TextFormat(Masker masker, LogLanguage language) : masker_(std::move(masker)), language_(language) {}

  void append(std::string& out, const CallRecord& call) override {
    begin(out, call.time, call.failed ? Level::kError : Level::kInfo);
    const bool english = language_ == LogLanguage::kEnglish;
    out += english ? "call " : "调用";
    append_text(out, call.system);
    out += english ? (call.failed ? " failed" : "") : (call.failed ? "接口失败" : "接口");
    field(out, "method", call.method);
    body(out, "request", call.request);
    if (!call.failed || call.response.size > 0) body(out, "response", call.response);
    if (call.failed) field(out, "error", call.error);
    fmt::format_to(std::back_inserter(out), " | cost={}ms | status={} | code={}",
                   std::chrono::floor<std::chrono::milliseconds>(call.cost).count(), call.status, call.code);
    field(out, "consumer", call.consumer);
    fmt::format_to(std::back_inserter(out), " | attempt={}", call.attempt);
    field(out, "trace", call.trace);
    field(out, "request_id", call.request_id);
  }

  void append(std::string& out, const RefusedRecord& refused) override {
    begin(out, refused.time, Level::kWarn);
    out += language_ == LogLanguage::kEnglish ? "refused " : "拒绝 ";
    append_text(out, refused.method);
    out += ' ';
    append_text(out, refused.path);
    fmt::format_to(std::back_inserter(out), " | status={} | code={}", refused.status, refused.code);
    field(out, "reason", refused.reason);
    field(out, "consumer", refused.consumer);
    field(out, "request_id", refused.request_id);
  }

  void append(std::string& out, const ProcessLine& line) override {
    begin(out, line.time, line.level);
    append_text(out, line.event);
    for (const auto& [name, value] : line.fields) field(out, name, value);
  }

 private:
  void begin(std::string& out, WallTime time, Level level) {
    time_.append(out, time);
    out += level == Level::kInfo ? " INFO " : level == Level::kWarn ? " WARN " : " ERROR ";
  }

  static void field(std::string& out, std::string_view name, std::string_view value) {
    out.append(" | ").append(name).append("=");
    append_text(out, value);
  }

  void body(std::string& out, std::string_view name, const LoggedBody& body) {
    masked_.clear();
    masker_.append(masked_, body);
    field(out, name, masked_);
  }

  const Masker masker_;
  const LogLanguage language_;
  LocalTime time_;
  std::string masked_;
};

class JsonFormat final : public LogFormat {
 public:
  explicit JsonFormat(Masker masker) : masker_(std::move(masker)) {}

  void append(std::string& out, const CallRecord& call) override {
    begin(out, call.time, call.failed ? Level::kError : Level::kInfo, "call");
    field(out, "system", call.system);
    field(out, "method", call.method);
    body(out, "request", call.request);
    body(out, "response", call.response);
    number(out, "cost_ms", std::chrono::duration<double, std::milli>(call.cost).count());
    number(out, "status", call.status);
    number(out, "code", call.code);
    field(out, "consumer", call.consumer);
    number(out, "attempt", call.attempt);
    field(out, "route", call.route);
    field(out, "trace", call.trace);
    field(out, "request_id", call.request_id);
    if (call.failed) field(out, "error", call.error);
    out += '}';
  }

  void append(std::string& out, const RefusedRecord& refused) override {
    begin(out, refused.time, Level::kWarn, "refused");
    field(out, "method", refused.method);
    field(out, "path", refused.path);
    number(out, "status", refused.status);
    number(out, "code", refused.code);
    field(out, "reason", refused.reason);
    field(out, "consumer", refused.consumer);
    field(out, "request_id", refused.request_id);
    out += '}';
  }

  void append(std::string& out, const ProcessLine& line) override {
    begin(out, line.time, line.level, line.event);
    for (const auto& [key, value] : line.fields) {
      name(out, key);
      quote(out, value);
    }
    out += '}';
  }

 private:
  void begin(std::string& out, WallTime time, Level level, std::string_view event) {
    out += R"({"ts":")";
    time_.append(out, time);
    out += '"';
    field(out, "level", level == Level::kInfo ? "info" : level == Level::kWarn ? "warn" : "error");
    field(out, "event", event);
  }

  static void name(std::string& out, std::string_view name) {
    out += ",\"";
    append_json(out, name);
    out += "\":";
  }
  /// A name of ours, which needs no escapes.
  static void own_name(std::string& out, std::string_view name) { out.append(",\"").append(name).append("\":"); }

  static void field(std::string& out, std::string_view key, std::string_view value) {
    own_name(out, key);
    quote(out, value);
  }

  static void quote(std::string& out, std::string_view value) {
    out += '"';
    append_json(out, value);
    out += '"';
  }

  static void number(std::string& out, std::string_view key, auto value) {
    own_name(out, key);
    fmt::format_to(std::back_inserter(out), "{}", value);
  }

  void body(std::string& out, std::string_view key, const LoggedBody& body) {
    masked_.clear();
    masker_.append(masked_, body);
    field(out, key, masked_);
  }

  const Masker masker_;
  LocalTime time_;
  std::string masked_;
};

}  // namespace

std::unique_ptr<LogFormat> make_log_format(const LogSettings& settings) {
  Masker masker(settings.calls.bodies.mask);
  if (settings.format == LogForm::kJson) return std::make_unique<JsonFormat>(std::move(masker));
  return std::make_unique<TextFormat>(std::move(masker), settings.language);
}

}  // namespace causeway::telemetry
