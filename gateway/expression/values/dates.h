// Dates as C's `struct tm` has them, in UTC and the proleptic Gregorian calendar: what jq's gmtime, mktime, strftime
// and strptime compute with. Internal to expression. Pure functions: neither the machine's time zone nor its language
// plays a part. Bounded: years are those of 32 bits.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace causeway::expression {

class TextBuilder;

struct BrokenDownTime {
  std::int64_t year = 1900;
  std::int64_t month = 0;  ///< 0 to 11
  std::int64_t day = 0;    ///< 1 to 31
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  std::int64_t weekday = 0;   ///< 0 is Sunday
  std::int64_t year_day = 0;  ///< 0 to 365
};

/// Of `b` > 0: never negative.
constexpr std::int64_t floor_mod(std::int64_t a, std::int64_t b) { return (a % b + b) % b; }

/// Since 1970. Empty when the year has more than 32 bits.
std::optional<BrokenDownTime> broken_down(std::int64_t seconds);
/// Fields may be beyond their range (month 12 is the next January), but not beyond 32 bits. The last two do not count.
std::int64_t seconds_of(const BrokenDownTime& time);
std::int64_t weekday_of(std::int64_t year, std::int64_t month, std::int64_t day);
/// Of the month's first day.
std::int64_t year_day_of(std::int64_t year, std::int64_t month);

/// Appends what strftime says in C's locale. False: a width in the format is too large.
bool format_time(TextBuilder& out, const BrokenDownTime& time, std::string_view format);

/// Reads from the front of `text`, as strptime does in C's locale, and takes it off. An offset (%z) that is not zero
/// moves the time to UTC. Empty: it does not match.
std::optional<BrokenDownTime> parse_time(std::string_view& text, std::string_view format);

inline constexpr std::string_view kWeekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                 "Thursday", "Friday", "Saturday"};
inline constexpr std::string_view kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                               "July",    "August",   "September", "October", "November", "December"};

}  // namespace causeway::expression
