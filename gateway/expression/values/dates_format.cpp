// strftime.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "expression/values/dates.h"
#include "expression/values/text_builder.h"

namespace causeway::expression {
namespace {

constexpr std::size_t kWidest = 99;

/// What stands between `%` and the letter.
struct Style {
  char padding = 0;  ///< `_`, `0`, or `-` for none
  bool upper = false;
  bool swapped = false;
  std::size_t width = 0;
};

struct Number {
  std::int64_t value;
  std::size_t width;
  char padding = '0';
};

struct IsoWeek {
  std::int64_t year;
  std::int64_t week;
};

std::int64_t days_in(std::int64_t year) { return year_day_of(year, 12); }

/// Weeks begin on Monday; the first of a year is that of its first Thursday.
IsoWeek iso_week(const BrokenDownTime& time) {
  const std::int64_t from_monday = (time.weekday + 6) % 7;
  const std::int64_t thursday = time.year_day - from_monday + 3;
  if (thursday < 0) return {time.year - 1, (thursday + days_in(time.year - 1)) / 7 + 1};
  if (thursday >= days_in(time.year)) return {time.year + 1, 1};
  return {time.year, thursday / 7 + 1};
}

std::optional<Number> number_of(char letter, const BrokenDownTime& time) {
  const std::int64_t hour12 = (time.hour + 11) % 12 + 1;
  switch (letter) {
    case 'C':
      return Number{(time.year - floor_mod(time.year, 100)) / 100, 1};
    case 'd':
      return Number{time.day, 2};
    case 'e':
      return Number{time.day, 2, '_'};
    case 'g':
      return Number{floor_mod(iso_week(time).year, 100), 2};
    case 'G':
      return Number{iso_week(time).year, 1};
    case 'H':
      return Number{time.hour, 2};
    case 'I':
      return Number{hour12, 2};
    case 'j':
      return Number{time.year_day + 1, 3};
    case 'k':
      return Number{time.hour, 2, '_'};
    case 'l':
      return Number{hour12, 2, '_'};
    case 'm':
      return Number{time.month + 1, 2};
    case 'M':
      return Number{time.minute, 2};
    case 's':
      return Number{seconds_of(time), 1};
    case 'S':
      return Number{time.second, 2};
    case 'u':
      return Number{(time.weekday + 6) % 7 + 1, 1};
    case 'U':
      return Number{(time.year_day + 7 - time.weekday) / 7, 2};
    case 'V':
      return Number{iso_week(time).week, 2};
    case 'w':
      return Number{time.weekday, 1};
    case 'W':
      return Number{(time.year_day + 7 - (time.weekday + 6) % 7) / 7, 2};
    case 'y':
      return Number{floor_mod(time.year, 100), 2};
    case 'Y':
      return Number{time.year, 1};
    default:
      return std::nullopt;
  }
}

std::string_view text_of(char letter, const BrokenDownTime& time) {
  const std::string_view weekday = kWeekdays[time.weekday];
  const std::string_view month = kMonths[time.month];
  switch (letter) {
    case 'a':
      return weekday.substr(0, 3);
    case 'A':
      return weekday;
    case 'b':
    case 'h':
      return month.substr(0, 3);
    case 'B':
      return month;
    case 'p':
      return time.hour < 12 ? "AM" : "PM";
    case 'P':
      return time.hour < 12 ? "am" : "pm";
    case 'z':
      return "+0000";
    case 'Z':
      return "UTC";
    case 'n':
      return "\n";
    case 't':
      return "\t";
    case '%':
      return "%";
    default:
      return {};
  }
}

/// Of a letter that stands for several.
std::string_view composition_of(char letter) {
  switch (letter) {
    case 'c':
      return "%a %b %e %H:%M:%S %Y";
    case 'D':
    case 'x':
      return "%m/%d/%y";
    case 'F':
      return "%Y-%m-%d";
    case 'r':
      return "%I:%M:%S %p";
    case 'R':
      return "%H:%M";
    case 'T':
    case 'X':
      return "%H:%M:%S";
    default:
      return {};
  }
}

/// Takes what stands behind a `%` off, up to the letter.
Style take_style(std::string_view& format) {
  Style style;
  for (; !format.empty(); format.remove_prefix(1)) {
    const char c = format[0];
    if (c == '_' || c == '-' || c == '0') style.padding = c;
    else if (c == '^') style.upper = true;
    else if (c == '#') style.swapped = true;
    else break;
  }
  for (; !format.empty() && format[0] >= '0' && format[0] <= '9'; format.remove_prefix(1))
    style.width = std::min(style.width * 10 + static_cast<std::size_t>(format[0] - '0'), kWidest + 1);
  if (!format.empty() && (format[0] == 'E' || format[0] == 'O')) format.remove_prefix(1);
  return style;
}

void pad(TextBuilder& out, std::size_t size, std::size_t width, char with) {
  for (; size < width; ++size) out.append(with);
}

void append_number(TextBuilder& out, const Number& number, const Style& style) {
  const std::string digits = fmt::format("{}", std::abs(number.value));
  const char padding = style.padding ? style.padding : number.padding;
  const std::size_t width = style.width ? style.width : padding == '-' ? 0 : number.width;
  const std::size_t size = digits.size() + (number.value < 0 ? 1 : 0);
  if (padding == '_') pad(out, size, width, ' ');
  if (number.value < 0) out.append('-');
  if (padding == '0') pad(out, size, width, '0');
  out.append(digits);
}

void append_text(TextBuilder& out, char letter, std::string_view text, const Style& style) {
  pad(out, text.size(), style.width, style.padding == '0' ? '0' : ' ');
  const bool lower = style.swapped && (letter == 'p' || letter == 'Z');
  const bool upper = style.upper || (style.swapped && !lower);
  for (const char c : text) {
    if (upper && c >= 'a' && c <= 'z') out.append(static_cast<char>(c - 'a' + 'A'));
    else if (lower && c >= 'A' && c <= 'Z') out.append(static_cast<char>(c - 'A' + 'a'));
    else out.append(c);
  }
}

}  // namespace

bool format_time(TextBuilder& out, const BrokenDownTime& time, std::string_view format) {
  while (!format.empty()) {
    const std::size_t plain = std::min(format.find('%'), format.size());
    out.append(format.substr(0, plain));
    format.remove_prefix(plain);
    if (format.empty()) break;
    const std::string_view whole = format;
    format.remove_prefix(1);
    const Style style = take_style(format);
    if (style.width > kWidest) return false;
    const char letter = format.empty() ? '\0' : format[0];
    if (!format.empty()) format.remove_prefix(1);
    if (const auto number = number_of(letter, time)) {
      append_number(out, *number, style);
    } else if (const std::string_view text = text_of(letter, time); !text.empty()) {
      append_text(out, letter, text, style);
    } else if (const std::string_view composition = composition_of(letter); !composition.empty()) {
      TextBuilder inner(out.resources());
      format_time(inner, time, composition);
      append_text(out, letter, inner.view(), {style.padding, style.upper, false, style.width});
    } else {
      out.append(whole.substr(0, whole.size() - format.size()));
    }
  }
  return true;
}

}  // namespace causeway::expression
