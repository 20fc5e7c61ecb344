// Reading dates of HTTP fields, and the Date field of now (RFC 9110 5.6.7).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "core/clock.h"
#include "core/http_date.h"

namespace causeway::net {

/// Only the fixed form; the weekday must be right, a leap second is not.
std::optional<WallTime> parse_http_date(std::string_view text);

/// The Date field of now, formatted once a second. Not thread safe: one a worker.
class DateCache {
 public:
  /// Valid until the next call.
  std::string_view text(WallTime now);

 private:
  std::chrono::sys_seconds second_{std::chrono::seconds::min()};
  HttpDate date_{WallTime{}};
};

}  // namespace causeway::net
