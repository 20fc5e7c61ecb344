#include "json_schema/time_formats.h"

#include <optional>

namespace causeway::json_schema {
namespace {

constexpr bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

/// Exactly `count` digits at `at`.
std::optional<int> number(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return std::nullopt;
  int value = 0;
  for (const char byte : text.substr(at, count)) {
    if (!is_digit(byte)) return std::nullopt;
    value = value * 10 + (byte - '0');
  }
  return value;
}

/// `hh:mm` at `at`, in minutes.
std::optional<int> clock(std::string_view text, std::size_t at) {
  const std::optional<int> hour = number(text, at, 2);
  const std::optional<int> minute = number(text, at + 3, 2);
  if (!hour || !minute || text[at + 2] != ':' || *hour > 23 || *minute > 59) return std::nullopt;
  return *hour * 60 + *minute;
}

constexpr int kDay = 24 * 60;

}  // namespace

bool is_date(std::string_view text) {
  const std::optional<int> year = number(text, 0, 4);
  const std::optional<int> month = number(text, 5, 2);
  const std::optional<int> day = number(text, 8, 2);
  if (text.size() != 10 || !year || !month || !day || text[4] != '-' || text[7] != '-') return false;
  if (*month < 1 || *month > 12 || *day < 1) return false;
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = *year % 4 == 0 && (*year % 100 != 0 || *year % 400 == 0);
  return *day <= kDays[*month - 1] + (*month == 2 && leap ? 1 : 0);
}

bool is_time(std::string_view text) {
  const std::optional<int> local = clock(text, 0);
  const std::optional<int> second = number(text, 6, 2);
  if (!local || !second || text[5] != ':' || *second > 60) return false;
  text.remove_prefix(8);
  if (text.starts_with('.')) {
    std::size_t end = 1;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == 1) return false;
    text.remove_prefix(end);
  }
  int offset = 0;
  if (text.size() == 6 && (text[0] == '+' || text[0] == '-')) {
    const std::optional<int> zone = clock(text, 1);
    if (!zone) return false;
    offset = text[0] == '+' ? *zone : -*zone;
  } else if (text != "Z" && text != "z") {
    return false;
  }
  return *second < 60 || (*local - offset + kDay) % kDay == kDay - 1;
}

bool is_date_time(std::string_view text) {
  return text.size() > 11 && (text[10] | 0x20) == 't' && is_date(text.substr(0, 10)) && is_time(text.substr(11));
}

}  // namespace causeway::json_schema
