// How a record reads as a line of the log: the handbook's text form in two languages, or one JSON object.
//
// Text:  2026-03-01T12:00:00.123+08:00 INFO call WMS | method=… | request=… | response=… | cost=12ms | status=200 |
// code=0
//        | consumer=… | attempt=1 | trace=… | request_id=…      (one line; `call WMS failed | … | error=…` for a
//        failure)
// JSON:  ts, level, event, system, method, request, response, cost_ms, status, code, consumer, attempt, route, trace,
//        request_id, error
//
// No piece can break out of its place: line breaks, control characters, bidirectional overrides and invalid UTF-8 are
// escaped (`\n`, `\x1b`, `\u202e`), and the separator ` | ` inside a piece of the text form reads ` \| `.
#pragma once

#include <memory>
#include <string>

#include "telemetry/log_record.h"
#include "telemetry/masker.h"
#include "telemetry/process_log.h"
#include "telemetry/settings.h"

namespace causeway::telemetry {

/// Appends a line without its line break. Not thread safe.
class LogFormat {
 public:
  virtual ~LogFormat() = default;
  virtual void append(std::string& out, const CallRecord& record) = 0;
  virtual void append(std::string& out, const RefusedRecord& record) = 0;
  virtual void append(std::string& out, const ProcessLine& line) = 0;
};

std::unique_ptr<LogFormat> make_log_format(const LogSettings& settings);

}  // namespace causeway::telemetry
