// The small languages of scalars: durations, sizes, rates, percentages, dates. Pure functions from text to value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/clock.h"

namespace causeway::config {

using causeway::Duration;

/// `100/s`, `5/m`, `10/h`: so many in each period, at least one.
struct Rate {
  std::uint64_t count = 0;
  Duration per = std::chrono::seconds(1);

  double per_second() const { return static_cast<double>(count) / std::chrono::duration<double>(per).count(); }
  bool operator==(const Rate&) const = default;
};

/// `1KiB/s`: bytes in each second.
struct ByteRate {
  ByteSize per_second{};
  bool operator==(const ByteRate&) const = default;
};

/// `50%`, `99.9%`: 0 to 100.
struct Percent {
  double value = 0;

  double fraction() const { return value / 100; }
  bool operator==(const Percent&) const = default;
};

/// How a type is written as text. To make a type readable, specialise this with `kType` (for the reference),
/// `kExpected` (after "expected "), `parse` and `format`, its inverse; and with `kPattern`, a regular expression of
/// ECMAScript that every text that `parse` takes fits, for editors.
template <class T>
struct TextForm;

/// A whole number and a unit: ms, s, m, h, d; at most 36500d.
template <>
struct TextForm<Duration> {
  static constexpr std::string_view kType = "duration";
  static constexpr std::string_view kPattern = R"([0-9]+(ms|s|m|h|d))";
  static constexpr std::string_view kExpected = "a duration such as 5s or 250ms";
  static std::optional<Duration> parse(std::string_view text);
  static std::string format(Duration value);
};

/// A whole number and a unit: B, KiB, MiB, GiB, TiB; below 2^63.
template <>
struct TextForm<ByteSize> {
  static constexpr std::string_view kType = "size";
  static constexpr std::string_view kPattern = R"([0-9]+(B|KiB|MiB|GiB|TiB))";
  static constexpr std::string_view kExpected = "a size such as 16KiB or 10MiB";
  static std::optional<ByteSize> parse(std::string_view text);
  static std::string format(ByteSize value);
};

template <>
struct TextForm<ByteRate> {
  static constexpr std::string_view kType = "bytes per second";
  static constexpr std::string_view kPattern = R"([0-9]+(B|KiB|MiB|GiB|TiB)/s)";
  static constexpr std::string_view kExpected = "bytes per second such as 1KiB/s";
  static std::optional<ByteRate> parse(std::string_view text);
  static std::string format(ByteRate value);
};

/// At most a thousand million in a period; the period is s, m, h or d.
template <>
struct TextForm<Rate> {
  static constexpr std::string_view kType = "rate";
  static constexpr std::string_view kPattern = R"(0*[1-9][0-9]*/(s|m|h|d))";
  static constexpr std::string_view kExpected = "a rate such as 100/s";
  static std::optional<Rate> parse(std::string_view text);
  static std::string format(Rate value);
};

template <>
struct TextForm<Percent> {
  static constexpr std::string_view kType = "percentage";
  static constexpr std::string_view kPattern = R"(-?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?%)";
  static constexpr std::string_view kExpected = "a percentage from 0% to 100%";
  static std::optional<Percent> parse(std::string_view text);
  static std::string format(Percent value);
};

/// `2027-03-01` (midnight, UTC) or RFC 3339 with its zone; years 1970 to 9999. Finer than milliseconds is cut.
template <>
struct TextForm<WallTime> {
  static constexpr std::string_view kType = "date";
  static constexpr std::string_view kPattern =
      R"([0-9]{4}-[0-9]{2}-[0-9]{2}([Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2}))?)";
  static constexpr std::string_view kExpected = "a date such as 2027-03-01 or 2027-03-01T08:00:00Z";
  static std::optional<WallTime> parse(std::string_view text);
  static std::string format(WallTime value);
};

/// Exactly a decimal whole number, with `-` where T has a sign; leading zeros mean nothing. Empty when it does not fit.
std::optional<std::int64_t> parse_signed(std::string_view text);
std::optional<std::uint64_t> parse_unsigned(std::string_view text);
/// A finite decimal number, an exponent allowed.
std::optional<double> parse_double(std::string_view text);
/// The shortest text that reads back as the same number.
std::string format_double(double value);

}  // namespace causeway::config
