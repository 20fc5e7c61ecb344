#include "core/http_date.h"

#include <cstring>

namespace causeway {
namespace {

constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

void put_digits(char* at, int width, unsigned value) {
  for (int place = width - 1; place >= 0; --place, value /= 10) at[place] = static_cast<char>('0' + value % 10);
}

void put_name(char* at, std::string_view names, unsigned index) { std::memcpy(at, names.data() + 3 * index, 3); }

}  // namespace

HttpDate::HttpDate(WallTime time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{second - day};

  char* const text = text_.data();
  std::memcpy(text, "DDD, dd MMM yyyy hh:mm:ss GMT", text_.size());
  put_name(text, kDays, std::chrono::weekday{day}.c_encoding());
  put_digits(text + 5, 2, static_cast<unsigned>(date.day()));
  put_name(text + 8, kMonths, static_cast<unsigned>(date.month()) - 1);
  put_digits(text + 12, 4, static_cast<unsigned>(static_cast<int>(date.year())));
  put_digits(text + 17, 2, static_cast<unsigned>(clock.hours().count()));
  put_digits(text + 20, 2, static_cast<unsigned>(clock.minutes().count()));
  put_digits(text + 23, 2, static_cast<unsigned>(clock.seconds().count()));
}

}  // namespace causeway
