#include "core/rfc3339.h"

#include <chrono>

namespace causeway {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  /// Exactly so many digits, -1 when they are not there.
  int digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit()) return fail();
      value = value * 10 + (text_[at_++] - '0');
    }
    return value;
  }
  /// One of two characters.
  void expect(char one, char other) {
    if (at_ < text_.size() && (text_[at_] == one || text_[at_] == other)) ++at_;
    else fail();
  }
  void expect(char one) { expect(one, one); }
  bool take(char one) {
    if (at_ == text_.size() || text_[at_] != one) return false;
    ++at_;
    return true;
  }
  /// Milliseconds of `123456`.
  int fraction() {
    int value = 0;
    int scale = 100;
    if (!is_digit()) return fail();
    for (; is_digit(); ++at_, scale /= 10) value += scale * (text_[at_] - '0');
    return value;
  }
  bool done() const { return ok_ && at_ == text_.size(); }

 private:
  bool is_digit() const { return at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; }
  int fail() {
    ok_ = false;
    return -1;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  Reader reader(text);
  const int y = reader.digits(4);
  reader.expect('-');
  const int m = reader.digits(2);
  reader.expect('-');
  const int d = reader.digits(2);
  reader.expect('T', 't');
  const int hour = reader.digits(2);
  reader.expect(':');
  const int minute = reader.digits(2);
  reader.expect(':');
  const int second = reader.digits(2);
  const int milli = reader.take('.') ? reader.fraction() : 0;
  int offset = 0;
  const bool minus = reader.take('-');
  if (minus || reader.take('+')) {
    const int hours = reader.digits(2);
    reader.expect(':');
    const int minutes = reader.digits(2);
    if (hours > 23 || minutes > 59) return std::nullopt;
    offset = (hours * 60 + minutes) * (minus ? -1 : 1);
  } else {
    reader.expect('Z', 'z');
  }
  if (!reader.done() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const year_month_day date(year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d)));
  if (!date.ok()) return std::nullopt;
  const auto time = sys_days(date) + hours(hour) + minutes(minute - offset) + seconds(second);
  return duration_cast<milliseconds>(time.time_since_epoch()).count() + milli;
}

}  // namespace causeway
