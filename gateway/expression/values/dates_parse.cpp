// strptime.
#include <span>

#include "core/ascii.h"
#include "expression/values/dates.h"
#include "expression/values/strings.h"

namespace causeway::expression {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Reads one text by one format.
class TimeParser {
 public:
  explicit TimeParser(std::string_view text) : text_(text) {}

  bool read(std::string_view format);
  /// What follows from what was read.
  std::optional<BrokenDownTime> finish();
  std::string_view rest() const { return text_; }

 private:
  bool read_field(char letter);
  bool read_date(char letter);
  bool read_clock(char letter);
  bool read_week(char letter);
  bool read_zone();
  bool read_offset();
  bool read_epoch();

  bool take(char c);
  void skip_blanks();
  /// `digits` at most; from `least` to `most`.
  bool number(std::int64_t least, std::int64_t most, int digits, std::int64_t& out);
  /// Whole, or its first three letters, in any case.
  bool name(std::span<const std::string_view> names, std::int64_t& out);
  bool word(std::string_view word);
  void date_from_year_day();
  void date_from_week();

  std::string_view text_;
  BrokenDownTime time_{.weekday = 8, .year_day = 367};  // as jq has them when no date was read
  bool dated_ = false;
  bool has_month_ = false;
  bool has_day_ = false;
  bool has_weekday_ = false;
  bool has_year_day_ = false;
  bool has_sunday_week_ = false;
  bool has_monday_week_ = false;
  bool twelve_hours_ = false;
  bool afternoon_ = false;
  bool year_of_century_ = false;
  std::int64_t century_ = -1;
  std::int64_t week_ = 0;
  std::int64_t offset_ = 0;  // in seconds
};

void TimeParser::skip_blanks() {
  while (!text_.empty() && is_blank(text_[0])) text_.remove_prefix(1);
}

bool TimeParser::take(char c) {
  if (text_.empty() || text_[0] != c) return false;
  text_.remove_prefix(1);
  return true;
}

bool TimeParser::number(std::int64_t least, std::int64_t most, int digits, std::int64_t& out) {
  skip_blanks();
  if (text_.empty() || !is_digit(text_[0])) return false;
  out = 0;
  for (; digits > 0 && !text_.empty() && is_digit(text_[0]); --digits, text_.remove_prefix(1))
    out = out * 10 + (text_[0] - '0');
  return out >= least && out <= most;
}

bool TimeParser::word(std::string_view word) {
  if (text_.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (ascii_lower(text_[i]) != ascii_lower(word[i])) return false;
  text_.remove_prefix(word.size());
  return true;
}

bool TimeParser::name(std::span<const std::string_view> names, std::int64_t& out) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!word(names[i]) && !word(names[i].substr(0, 3))) continue;
    out = static_cast<std::int64_t>(i);
    return true;
  }
  return false;
}

bool TimeParser::read(std::string_view format) {
  while (!format.empty()) {
    const char c = format[0];
    format.remove_prefix(1);
    if (is_blank(c)) {
      skip_blanks();
      continue;
    }
    if (c != '%') {
      if (!take(c)) return false;
      continue;
    }
    while (!format.empty() && (format[0] == '_' || format[0] == '-' || format[0] == '0' || format[0] == '^'))
      format.remove_prefix(1);
    if (!format.empty() && (format[0] == 'E' || format[0] == 'O')) format.remove_prefix(1);
    if (format.empty() || !read_field(format[0])) return false;
    format.remove_prefix(1);
  }
  return true;
}

bool TimeParser::read_field(char letter) {
  switch (letter) {
    case '%':
      return take('%');
    case 'n':
    case 't':
      skip_blanks();
      return true;
    case 'c':
      return read("%a %b %e %H:%M:%S %Y");
    case 'D':
    case 'x':
      return read("%m/%d/%y");
    case 'F':
      return read("%Y-%m-%d");
    case 'r':
      return read("%I:%M:%S %p");
    case 'R':
      return read("%H:%M");
    case 'T':
    case 'X':
      return read("%H:%M:%S");
    case 's':
      return read_epoch();
    case 'z':
      return read_offset();
    case 'Z':
      return read_zone();
    default:
      return read_date(letter) || read_clock(letter) || read_week(letter);
  }
}

bool TimeParser::read_date(char letter) {
  switch (letter) {
    case 'b':
    case 'B':
    case 'h':
      dated_ = has_month_ = true;
      return name(kMonths, time_.month);
    case 'C':
      dated_ = true;
      return number(0, 99, 2, century_);
    case 'd':
    case 'e':
      dated_ = has_day_ = true;
      return number(1, 31, 2, time_.day);
    case 'j':
      has_year_day_ = true;
      if (!number(1, 366, 3, time_.year_day)) return false;
      --time_.year_day;
      return true;
    case 'm':
      dated_ = has_month_ = true;
      if (!number(1, 12, 2, time_.month)) return false;
      --time_.month;
      return true;
    case 'y':
      dated_ = year_of_century_ = true;
      if (!number(0, 99, 2, time_.year)) return false;
      time_.year += time_.year >= 69 ? 1900 : 2000;
      return true;
    case 'Y':
      dated_ = true;
      century_ = -1;
      year_of_century_ = false;
      return number(0, 9999, 4, time_.year);
    default:
      return false;
  }
}

bool TimeParser::read_clock(char letter) {
  switch (letter) {
    case 'H':
    case 'k':
      twelve_hours_ = false;
      return number(0, 23, 2, time_.hour);
    case 'I':
    case 'l':
      twelve_hours_ = true;
      if (!number(1, 12, 2, time_.hour)) return false;
      time_.hour %= 12;
      return true;
    case 'M':
      return number(0, 59, 2, time_.minute);
    case 'p':
    case 'P':
      afternoon_ = word("PM");
      return afternoon_ || word("AM");
    case 'S':
      return number(0, 61, 2, time_.second);
    default:
      return false;
  }
}

bool TimeParser::read_week(char letter) {
  std::int64_t ignored = 0;
  switch (letter) {
    case 'a':
    case 'A':
      has_weekday_ = true;
      return name(kWeekdays, time_.weekday);
    case 'g':
      return number(0, 99, 2, ignored);
    case 'G':
      return number(0, 9999, 4, ignored);
    case 'u':
      has_weekday_ = true;
      if (!number(1, 7, 1, time_.weekday)) return false;
      time_.weekday %= 7;
      return true;
    case 'U':
      has_sunday_week_ = true;
      return number(0, 53, 2, week_);
    case 'V':
      return number(0, 53, 2, ignored);
    case 'w':
      has_weekday_ = true;
      return number(0, 6, 1, time_.weekday);
    case 'W':
      has_monday_week_ = true;
      return number(0, 53, 2, week_);
    default:
      return false;
  }
}

/// A name says nothing that could be relied on: it is passed over.
bool TimeParser::read_zone() {
  skip_blanks();
  while (!text_.empty() && !is_blank(text_[0])) text_.remove_prefix(1);
  return true;
}

/// `Z`, `+hh`, `+hhmm` or `+hh:mm`.
bool TimeParser::read_offset() {
  skip_blanks();
  offset_ = 0;
  if (take('Z')) return true;
  const bool negative = text_.starts_with('-');
  if (!take('-') && !take('+')) return false;
  const auto two_digits = [&](std::int64_t most, std::int64_t& out) {
    return text_.size() >= 2 && is_digit(text_[0]) && is_digit(text_[1]) && number(0, most, 2, out);
  };
  std::int64_t hours = 0;
  std::int64_t minutes = 0;
  if (!two_digits(23, hours)) return false;
  if (take(':') ? !two_digits(59, minutes) : !text_.empty() && is_digit(text_[0]) && !two_digits(59, minutes))
    return false;
  offset_ = (hours * 60 + minutes) * (negative ? -60 : 60);
  return true;
}

bool TimeParser::read_epoch() {
  std::int64_t seconds = 0;
  if (!number(0, 999'999'999'999'999, 16, seconds)) return false;
  const auto time = broken_down(seconds);
  if (time) time_ = *time;
  return time.has_value();
}

void TimeParser::date_from_year_day() {
  std::int64_t month = 11;
  while (month > 0 && year_day_of(time_.year, month) > time_.year_day) --month;
  if (!has_month_) time_.month = month;
  if (!has_day_) time_.day = time_.year_day - year_day_of(time_.year, month) + 1;
  has_month_ = has_day_ = true;
}

void TimeParser::date_from_week() {
  const std::int64_t first = has_sunday_week_ ? 0 : 1;  // the day with which weeks begin
  const std::int64_t new_year = weekday_of(time_.year, 0, 1);
  if (!has_year_day_) time_.year_day = (7 - (new_year - first)) % 7 + (week_ - 1) * 7 + (time_.weekday - first + 7) % 7;
  if (!has_month_ || !has_day_) date_from_year_day();
}

std::optional<BrokenDownTime> TimeParser::finish() {
  if (twelve_hours_ && afternoon_) time_.hour += 12;
  if (century_ >= 0) time_.year = century_ * 100 + (year_of_century_ ? time_.year % 100 : 0);
  if (dated_ && !has_weekday_) {
    if (!(has_month_ && has_day_) && has_year_day_) date_from_year_day();
    time_.weekday = weekday_of(time_.year, time_.month, time_.day);
  }
  if (dated_ && !has_year_day_) time_.year_day = year_day_of(time_.year, time_.month) + time_.day - 1;
  if ((has_sunday_week_ || has_monday_week_) && has_weekday_) date_from_week();
  if (offset_ == 0) return time_;
  return broken_down(seconds_of(time_) - offset_);
}

}  // namespace

std::optional<BrokenDownTime> parse_time(std::string_view& text, std::string_view format) {
  TimeParser parser(text);
  if (!parser.read(format)) return std::nullopt;
  text = parser.rest();
  return parser.finish();
}

}  // namespace causeway::expression
