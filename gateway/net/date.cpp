#include "net/date.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "net/characters.h"

namespace causeway::net {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::size_t kDateLength = 29;

std::optional<unsigned> number_at(std::string_view text, std::size_t place, std::size_t digits) {
  if (!all_of(text.substr(place, digits), kDigit)) return std::nullopt;
  unsigned number = 0;
  for (const char byte : text.substr(place, digits)) number = number * 10 + static_cast<unsigned>(byte - '0');
  return number;
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text) {
  if (text.size() != kDateLength) return std::nullopt;
  const auto* month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const auto day = number_at(text, 5, 2);
  const auto year = number_at(text, 12, 4);
  const auto hour = number_at(text, 17, 2);
  const auto minute = number_at(text, 20, 2);
  const auto second = number_at(text, 23, 2);
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
                                         std::chrono::day(*day));
  if (!date.ok()) return std::nullopt;
  const WallTime time = std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                        std::chrono::seconds(*second);
  // Writing it again finds everything that remains: the weekday, the punctuation.
  if (HttpDate(time).text() != text) return std::nullopt;
  return time;
}

std::string_view DateCache::text(WallTime now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  if (second != second_) {
    second_ = second;
    date_ = HttpDate(now);
  }
  return date_.text();
}

}  // namespace causeway::net
