#include "expression/values/dates.h"

#include <limits>

namespace causeway::expression {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kDaysOf400Years = 146'097;

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// Days since 1970-01-01. `month` from 0; `day` may be any.
std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day) {
  year += floor_div(month, 12);
  month = floor_mod(month, 12);
  // Years that begin in March have their odd day at the end.
  const std::int64_t shifted = month < 2 ? year - 1 : year;
  const std::int64_t month_of_shifted = (month + 10) % 12;
  const std::int64_t year_of_era = floor_mod(shifted, 400);
  const std::int64_t day_of_year = (153 * month_of_shifted + 2) / 5;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return floor_div(shifted, 400) * kDaysOf400Years + day_of_era - 719'468 + day - 1;
}

}  // namespace

std::int64_t weekday_of(std::int64_t year, std::int64_t month, std::int64_t day) {
  return floor_mod(days_of(year, month, day) + 4, 7);
}

std::int64_t year_day_of(std::int64_t year, std::int64_t month) {
  return days_of(year, month, 1) - days_of(year, 0, 1);
}

std::int64_t seconds_of(const BrokenDownTime& time) {
  return days_of(time.year, time.month, time.day) * kDay + time.hour * 3600 + time.minute * 60 + time.second;
}

std::optional<BrokenDownTime> broken_down(std::int64_t seconds) {
  const std::int64_t days = floor_div(seconds, kDay);
  const std::int64_t rest = floor_mod(seconds, kDay);
  const std::int64_t since_march_0000 = days + 719'468;
  const std::int64_t day_of_era = floor_mod(since_march_0000, kDaysOf400Years);
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / (kDaysOf400Years - 1)) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  BrokenDownTime time;
  time.day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  time.month = (shifted_month + 2) % 12;
  time.year = floor_div(since_march_0000, kDaysOf400Years) * 400 + year_of_era + (time.month < 2 ? 1 : 0);
  if (time.year > std::numeric_limits<std::int32_t>::max() || time.year < std::numeric_limits<std::int32_t>::min())
    return std::nullopt;
  time.hour = rest / 3600;
  time.minute = rest / 60 % 60;
  time.second = rest % 60;
  time.weekday = floor_mod(days + 4, 7);
  time.year_day = year_day_of(time.year, time.month) + time.day - 1;
  return time;
}

}  // namespace causeway::expression
