#include "config/text_forms.h"

#include <gtest/gtest.h>

namespace causeway::config {
namespace {

using namespace std::chrono_literals;

/// The value as it would be written, or "-" for text that is none.
template <class T>
std::string again(std::string_view text) {
  const auto value = TextForm<T>::parse(text);
  return value ? TextForm<T>::format(*value) : "-";
}

TEST(Durations, HaveAUnit) {
  EXPECT_EQ(TextForm<Duration>::parse("250ms"), 250ms);
  EXPECT_EQ(TextForm<Duration>::parse("30d"), 720h);
  EXPECT_EQ(TextForm<Duration>::parse("0s"), 0s);
  for (const std::string_view text : {"250ms", "5s", "10m", "6h", "30d", "90s", "36500d"})
    EXPECT_EQ(again<Duration>(text), text);
  EXPECT_EQ(again<Duration>("60s"), "1m");
  for (const std::string_view text : {"", "5", "s", "5 s", "-5s", "1.5s", "5S", "5us", "1h30m", "+5s", "5s ", "0x5s"})
    EXPECT_EQ(again<Duration>(text), "-") << text;
}

TEST(Durations, DoNotOverflow) {
  for (const std::string_view text :
       {"36501d", "9223372036854775807ms", "9223372036854775808s", "99999999999999999999999h"})
    EXPECT_EQ(again<Duration>(text), "-") << text;
}

TEST(Sizes, HaveABinaryUnit) {
  EXPECT_EQ(TextForm<ByteSize>::parse("16KiB"), ByteSize{16384});
  for (const std::string_view text : {"0B", "512B", "16KiB", "10MiB", "1GiB", "4TiB", "1025B"})
    EXPECT_EQ(again<ByteSize>(text), text);
  for (const std::string_view text : {"", "512", "16KB", "16k", "-1B", "1.5MiB", "8388608TiB", "9223372036854775808B"})
    EXPECT_EQ(again<ByteSize>(text), "-") << text;
  EXPECT_EQ(again<ByteSize>("8388607TiB"), "8388607TiB");
}

TEST(ByteRates, AreSizesInASecond) {
  EXPECT_EQ(again<ByteRate>("1KiB/s"), "1KiB/s");
  for (const std::string_view text : {"1KiB", "1KiB/m", "/s", "1/s"}) EXPECT_EQ(again<ByteRate>(text), "-") << text;
}

TEST(Rates, AreCountsInAPeriod) {
  EXPECT_EQ(TextForm<Rate>::parse("100/s"), (Rate{100, 1s}));
  EXPECT_EQ(TextForm<Rate>::parse("5/m"), (Rate{5, 60s}));
  EXPECT_DOUBLE_EQ(TextForm<Rate>::parse("90/m")->per_second(), 1.5);
  for (const std::string_view text : {"100/s", "5/m", "10/h", "1/d", "1000000000/s"})
    EXPECT_EQ(again<Rate>(text), text);
  for (const std::string_view text :
       {"", "fast", "100", "/s", "0/s", "-1/s", "1.5/s", "1/ms", "1/", "1/s/s", "1000000001/s", "1 / s"})
    EXPECT_EQ(again<Rate>(text), "-") << text;
}

TEST(Percentages, AreFromZeroToAHundred) {
  EXPECT_DOUBLE_EQ(TextForm<Percent>::parse("50%")->fraction(), 0.5);
  for (const std::string_view text : {"0%", "50%", "99.9%", "100%"}) EXPECT_EQ(again<Percent>(text), text);
  for (const std::string_view text : {"", "%", "50", "101%", "-1%", "nan%", "inf%", "5 %", "1e999%"})
    EXPECT_EQ(again<Percent>(text), "-") << text;
}

TEST(Dates, AreDaysInUtcOrRfc3339) {
  using std::chrono::sys_days, std::chrono::year;
  EXPECT_EQ(TextForm<WallTime>::parse("2027-03-01"), WallTime(sys_days(year(2027) / 3 / 1)));
  EXPECT_EQ(again<WallTime>("2027-03-01"), "2027-03-01");
  EXPECT_EQ(again<WallTime>("2027-03-01T08:30:00Z"), "2027-03-01T08:30:00Z");
  EXPECT_EQ(again<WallTime>("2027-03-01t08:30:00.123456z"), "2027-03-01T08:30:00.123Z");
  EXPECT_EQ(again<WallTime>("2027-03-01T00:30:00.5+08:00"), "2027-02-28T16:30:00.500Z");
  EXPECT_EQ(again<WallTime>("2024-02-29T23:00:00-01:30"), "2024-03-01T00:30:00Z");
  for (const std::string_view text :
       {"", "2027-3-1", "2027-02-29", "2027-13-01", "2027-00-10", "1969-01-01", "2027-03-01T08:30",
        "2027-03-01T08:30:00", "2027-03-01T24:00:00Z", "2027-03-01T08:60:00Z", "2027-03-01T08:30:60Z",
        "2027-03-01T08:30:00+24:00", "2027-03-01T08:30:00.Z", "2027-03-01T08:30:00Zx", "2027-03-01 08:30:00Z",
        "2027-03-01T08:30:00+0800"})
    EXPECT_EQ(again<WallTime>(text), "-") << text;
}

TEST(Numbers, AreDecimalAndWhole) {
  EXPECT_EQ(parse_signed("-012"), -12);
  EXPECT_EQ(parse_unsigned("18446744073709551615"), 18446744073709551615u);
  EXPECT_FALSE(parse_unsigned("18446744073709551616"));
  for (const std::string_view text : {"", "-", "+1", "0x1", "1.0", "1_000", " 1", "1e3"})
    EXPECT_FALSE(parse_signed(text)) << text;
  EXPECT_FALSE(parse_unsigned("-1"));
  EXPECT_EQ(parse_double("-1.5e3"), -1500);
  for (const std::string_view text : {"", "inf", "nan", "-inf", "1e999", "0x1p3", ".5", "1.5.2"})
    EXPECT_FALSE(parse_double(text)) << text;
  EXPECT_EQ(format_double(0.1), "0.1");
}

}  // namespace
}  // namespace causeway::config
