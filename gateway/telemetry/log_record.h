// What the log is told: values of views, copied when they are written and not kept.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/bytes.h"
#include "core/clock.h"

namespace causeway::telemetry {

enum class Level : std::uint8_t { kInfo, kWarn, kError };

/// A body of a call as far as it was seen.
struct LoggedBody {
  Bytes prefix;            ///< its beginning, or all of it
  std::uint64_t size = 0;  ///< of the whole body, in bytes
  std::string_view type;   ///< Content-Type, empty if there was none
};

/// One attempt at a system behind: `call WMS | method=… | …` or `call WMS failed | method=… | …`.
struct CallRecord {
  WallTime time;
  bool failed = false;  ///< failures are always logged, successes by the configured share
  std::string_view system;
  std::string_view method;  ///< the adapter's operation or the route's name, not the HTTP method
  LoggedBody request;
  LoggedBody response;
  Duration cost{};
  int status = 0;
  std::uint32_t code = 0;
  std::string_view consumer;
  std::uint32_t attempt = 1;
  std::string_view route;
  std::string_view trace;
  std::string_view request_id;
  std::string_view error;  ///< of a failure, in words
};

/// A call that never reached a system: `refused POST /path | status=… | …`.
struct RefusedRecord {
  WallTime time;
  std::string_view method;
  std::string_view path;  ///< of the target; what follows a `?` is not logged
  int status = 0;
  std::uint32_t code = 0;
  std::string_view reason;
  std::string_view consumer;
  std::string_view request_id;
};

}  // namespace causeway::telemetry
