#include "config/text_forms.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>

#include "core/rfc3339.h"

namespace causeway::config {
namespace {

using std::chrono::nanoseconds;

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86400 * kSecond;
constexpr std::array kTimes{Unit{"d", kDay}, Unit{"h", 3600 * kSecond}, Unit{"m", 60 * kSecond}, Unit{"s", kSecond},
                            Unit{"ms", 1'000'000}};
constexpr std::array kSizes{Unit{"TiB", 1LL << 40}, Unit{"GiB", 1LL << 30}, Unit{"MiB", 1LL << 20},
                            Unit{"KiB", 1LL << 10}, Unit{"B", 1}};
constexpr std::int64_t kLongest = 36500 * kDay;
constexpr std::uint64_t kHighestCount = 1'000'000'000;

constexpr bool digit(char c) { return c >= '0' && c <= '9'; }

template <class N>
std::optional<N> whole_number(std::string_view text) {
  N value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A count and one of the units, at most `maximum` together.
std::optional<std::int64_t> measure(std::string_view text, std::span<const Unit> units, std::int64_t maximum) {
  const auto* const end = std::ranges::find_if_not(text, digit);
  const std::string_view name(end, text.end());
  const auto unit = std::ranges::find(units, name, &Unit::name);
  const std::optional<std::int64_t> count = whole_number<std::int64_t>({text.begin(), end});
  if (unit == units.end() || !count || *count > maximum / unit->factor) return std::nullopt;
  return *count * unit->factor;
}

/// In the largest unit that divides it.
std::string with_unit(std::int64_t value, std::span<const Unit> units, std::string_view smallest) {
  for (const Unit& unit : units)
    if (value != 0 && value % unit.factor == 0) return fmt::format("{}{}", value / unit.factor, unit.name);
  return fmt::format("{}{}", value, smallest);
}

/// Takes exactly `digits` digits from the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits || !std::ranges::all_of(text.substr(0, digits), digit)) return std::nullopt;
  const std::optional<int> value = whole_number<int>(text.substr(0, digits));
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view either) {
  if (text.empty() || either.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<WallTime> parse_day(std::string_view text) {
  const std::optional<int> year = take_number(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const std::optional<int> month = take_number(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const std::optional<int> day = take_number(text, 2);
  if (!day || !text.empty()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date));
}

/// Stricter than the RFC: nobody means a leap second in a configuration.
std::optional<WallTime> parse_moment(std::string_view text) {
  constexpr std::size_t kPlace = 17;  // the places of a date-time are fixed
  const std::optional<std::int64_t> time = parse_rfc3339(text);
  if (!time || text.substr(kPlace, 2) == "60") return std::nullopt;
  return WallTime(std::chrono::milliseconds(*time));
}

}  // namespace

std::optional<std::int64_t> parse_signed(std::string_view text) { return whole_number<std::int64_t>(text); }
std::optional<std::uint64_t> parse_unsigned(std::string_view text) { return whole_number<std::uint64_t>(text); }

std::optional<double> parse_double(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || !digit(digits.front())) return std::nullopt;  // from_chars knows "inf" and "nan"
  const std::optional<double> value = whole_number<double>(text);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return value;
}

std::string format_double(double value) { return fmt::format("{}", value); }

std::optional<Duration> TextForm<Duration>::parse(std::string_view text) {
  const auto count = measure(text, kTimes, kLongest);
  if (!count) return std::nullopt;
  return Duration(*count);
}

std::string TextForm<Duration>::format(Duration value) {
  if (value == Duration::zero()) return "0s";
  return with_unit(value.count(), kTimes, "ns");
}

std::optional<ByteSize> TextForm<ByteSize>::parse(std::string_view text) {
  const auto count = measure(text, kSizes, std::numeric_limits<std::int64_t>::max());
  if (!count) return std::nullopt;
  return ByteSize(static_cast<std::uint64_t>(*count));
}

std::string TextForm<ByteSize>::format(ByteSize value) {
  return with_unit(static_cast<std::int64_t>(bytes(value)), kSizes, "B");
}

std::optional<ByteRate> TextForm<ByteRate>::parse(std::string_view text) {
  if (!text.ends_with("/s")) return std::nullopt;
  const auto size = TextForm<ByteSize>::parse(text.substr(0, text.size() - 2));
  if (!size) return std::nullopt;
  return ByteRate{*size};
}

std::string TextForm<ByteRate>::format(ByteRate value) { return TextForm<ByteSize>::format(value.per_second) + "/s"; }

std::optional<Rate> TextForm<Rate>::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view period = text.substr(slash + 1);
  const auto unit = std::ranges::find(kTimes, period, &Unit::name);
  const auto count = parse_unsigned(text.substr(0, slash));
  if (unit == kTimes.end() || period == "ms" || !count || *count == 0 || *count > kHighestCount) return std::nullopt;
  return Rate{*count, Duration(unit->factor)};
}

std::string TextForm<Rate>::format(Rate value) {
  const std::string period = TextForm<Duration>::format(value.per);
  return fmt::format("{}/{}", value.count, period.starts_with('1') ? period.substr(1) : period);
}

std::optional<Percent> TextForm<Percent>::parse(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  const auto value = parse_double(text.substr(0, text.size() - 1));
  if (!value || *value < 0 || *value > 100) return std::nullopt;
  return Percent{*value};
}

std::string TextForm<Percent>::format(Percent value) { return format_double(value.value) + "%"; }

std::optional<WallTime> TextForm<WallTime>::parse(std::string_view text) {
  if (text < "1970") return std::nullopt;
  return text.size() <= std::string_view("2027-03-01").size() ? parse_day(text) : parse_moment(text);
}

std::string TextForm<WallTime>::format(WallTime value) {
  const auto day = std::chrono::floor<std::chrono::days>(value);
  const std::chrono::year_month_day date(day);
  std::string text = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  if (value == day) return text;
  const std::chrono::hh_mm_ss time(value - day);
  text += fmt::format("T{:02}:{:02}:{:02}", time.hours().count(), time.minutes().count(), time.seconds().count());
  if (time.subseconds().count() != 0) text += fmt::format(".{:03}", time.subseconds().count());
  return text + "Z";
}

}  // namespace causeway::config
