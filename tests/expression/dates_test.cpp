// Dates: what jq computes, in UTC, and the same as the C library where that is asked for the same.
#include <gtest/gtest.h>

#include <array>
#include <ctime>
#include <memory_resource>

#include "expression/run.h"
#include "expression/values/dates.h"
#include "expression/values/resources.h"
#include "expression/values/text_builder.h"

namespace causeway::expression {
namespace {

class FakeClock final : public Clock {
 public:
  WallTime wall() const override { return now; }
  SteadyTime steady() const override { return {}; }
  WallTime now;
};

TEST(Dates, SecondsBecomeDatesAndBack) {
  EXPECT_EQ(run("todate, gmtime", "1425599507"), R"("2015-03-05T23:51:47Z" [2015,2,5,23,51,47,4,63])");
  EXPECT_EQ(run("fromdate", R"("2015-03-05T23:51:47Z")"), "1425599507");
  EXPECT_EQ(run("todateiso8601, date, localtime[0]", "0"), R"("1970-01-01T00:00:00Z" "1970-01-01T00:00:00Z" 1970)");
  EXPECT_EQ(run(R"("1969-12-31T23:59:59Z" | fromdate, fromdateiso8601)"), "-1 -1");
  EXPECT_EQ(run("gmtime | mktime", "-86400.5"), "-86401");
  EXPECT_EQ(run("dateadd(\"seconds\"; 60), datesub(\"seconds\"; 60)", "100"), "160 40");
}

TEST(Dates, TheFractionOfASecondKeepsItsDigits) {
  EXPECT_EQ(run("gmtime[5]", "1425599507.123456789"), "47.123456789");
  EXPECT_EQ(run("gmtime[5], todate", "-0.25"), R"(59.75 "1969-12-31T23:59:59Z")");
  EXPECT_EQ(run("gmtime | mktime", "1425599507.9"), "1425599507");
}

TEST(Dates, NowIsWhatTheClockSays) {
  FakeClock clock;
  const Surroundings surroundings{{}, &clock};
  const auto program = std::get<Program>(Program::compile("now", {}));
  const auto result = [&](std::int64_t milliseconds) {
    clock.now = WallTime(std::chrono::milliseconds(milliseconds));
    Values values;
    values.surround(&surroundings);
    std::pmr::monotonic_buffer_resource memory;
    return std::string(*program.run_one("null", values, &memory));
  };
  EXPECT_EQ(result(1795737600123), "1795737600.123");
  EXPECT_EQ(result(1795737600000), "1795737600");
}

TEST(Dates, FieldsBeyondTheirRangeAreCarriedOn) {
  EXPECT_EQ(run("[2024, 12, 1] | todate"), R"("2025-01-01T00:00:00Z")");
  EXPECT_EQ(run("[2024, 1, 30, 25, -1] | todate"), R"("2024-03-02T00:59:00Z")");
  EXPECT_EQ(run("[2024, 8, 21] | mktime"), "1726876800");
  EXPECT_EQ(run("[] | mktime"), "-2209075200");
}

TEST(Dates, AnOffsetLeadsToUtc) {
  EXPECT_EQ(run(R"("2026-11-27T08:30:00+08:00" | strptime("%FT%T%z") | todate)"), R"("2026-11-27T00:30:00Z")");
  EXPECT_EQ(run(R"("2026-11-27T08:30:00-0130" | strptime("%Y-%m-%dT%H:%M:%S%z") | mktime | todate)"),
            R"("2026-11-27T10:00:00Z")");
  EXPECT_EQ(run(R"("2026-01-01T00:30:00+01" | strptime("%FT%T%z"))"), "[2025,11,31,23,30,0,3,364]");
  EXPECT_EQ(run(R"("2026-11-27T08:30:00Z" | strptime("%FT%T%z") | todate)"), R"("2026-11-27T08:30:00Z")");
}

TEST(Dates, WhatFollowsATextIsKeptWhenABlankIsBetween) {
  EXPECT_EQ(run(R"("2015-03-05 rest" | strptime("%F"))"), R"([2015,2,5,0,0,0,4,63," rest"])");
  EXPECT_EQ(run(R"("2015-03-05x" | strptime("%F"))"), R"(error: date "2015-03-05x" does not match format "%F")");
}

TEST(Dates, WhatIsNoDateIsAnError) {
  const std::string beyond = "error: error converting number of seconds since epoch to datetime";
  for (const char* number : {"1e18", "-1e18", "1e400", "nan", "infinite", "-infinite"}) {
    EXPECT_EQ(run(std::string(number) + " | todate"), beyond) << number;
    EXPECT_EQ(run(std::string(number) + " | gmtime"), beyond) << number;
    EXPECT_EQ(run(std::string(number) + " | strftime(\"%Y\")"), beyond) << number;
  }
  EXPECT_EQ(run("\"x\" | gmtime"), "error: gmtime() requires numeric inputs: string (\"x\")");
  EXPECT_EQ(run("\"x\" | mktime"), "error: mktime requires array inputs: string (\"x\")");
  EXPECT_EQ(run("[2015, \"x\"] | mktime"), "error: mktime requires parsed datetime inputs: array");
  EXPECT_EQ(run("[2015, nan] | mktime"), "error: mktime requires parsed datetime inputs: array");
  EXPECT_EQ(run("{} | todate"), "error: strftime/1 requires parsed datetime inputs: object");
  EXPECT_EQ(run("0 | strftime([])"), "error: strftime/1 requires a string format");
  EXPECT_EQ(run("0 | strptime(\"%Y\")"), "error: strptime/1 requires string inputs and arguments: number (0)");
  EXPECT_EQ(run("0 | strftime(\"%1000000000d\")"), "error: strftime/1: a width in the format is above 99");
  EXPECT_EQ(run("[1e300, 1e300, 1e300, 1e300, 1e300, 1e300] | mktime"),
            "error: mktime requires parsed datetime inputs: array");
  EXPECT_EQ(run("\"2015-13-01T00:00:00Z\" | fromdate"),
            "error: date \"2015-13-01T00:00:00Z\" does not match format \"%Y-%m-%dT%H:%M:%SZ\"");
}

TEST(Dates, FormatsOfSomeHundredDirectivesStayWithinTheMemory) {
  EXPECT_EQ(run("(\"%99d\" * 100000) as $f | 0 | strftime($f) | length", "null", {}, {.memory = 4u << 20}),
            "error: the program needs more than 4 MiB of memory");
}

std::string formatted(std::int64_t seconds, std::string_view format) {
  std::array<std::byte, 4096> first;
  Resources resources(first.data(), first.size(), 1'000'000, 1u << 20, 64);
  TextBuilder text(resources);
  EXPECT_TRUE(format_time(text, *broken_down(seconds), format));
  return std::string(text.view());
}

constexpr std::array kFormats = {"%Y-%m-%dT%H:%M:%SZ",
                                 "%a %A %b %B %h",
                                 "%c|%x|%X|%r|%D|%F|%T|%R",
                                 "%C %y %G %g %V %u",
                                 "%U %W %w %j",
                                 "%e|%k|%l|%I %p %P",
                                 "%-d|%_d|%5d|%^a|%10Y|%-5a|%05a|%#p",
                                 "100%% %n%t %Q %",
                                 "%Ey %Od"};

TEST(Dates, AreWrittenAsTheCLibraryWritesThem) {
  std::uint64_t state = 1;
  for (int i = 0; i < 3000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const std::int64_t seconds = static_cast<std::int64_t>(state >> 27) - (std::int64_t{1} << 35);  // years 881 to 4147
    const std::time_t moment = seconds;
    std::tm time{};
    gmtime_r(&moment, &time);
    for (const char* format : kFormats) {
      std::array<char, 512> wanted;
      const std::size_t size = std::strftime(wanted.data(), wanted.size(), format, &time);
      ASSERT_EQ(formatted(seconds, format), std::string_view(wanted.data(), size)) << seconds << " " << format;
    }
  }
}

std::string fields(const BrokenDownTime& time) {
  std::string text;
  for (const std::int64_t field :
       {time.year, time.month, time.day, time.hour, time.minute, time.second, time.weekday, time.year_day})
    text += std::to_string(field) + " ";
  return text;
}

TEST(Dates, AreReadAsTheCLibraryReadsThem) {
  constexpr std::array<std::array<const char*, 2>, 26> kCases = {{
      {"2015-03-05T23:51:47Z", "%Y-%m-%dT%H:%M:%SZ"},
      {"2015-03-05T23:51:47", "%FT%T"},
      {"Thu, 05 Mar 2015 11:51:47 PM", "%a, %d %b %Y %I:%M:%S %p"},
      {"Thursday 5 march 2015", "%A %e %B %Y"},
      {"Thu Mar  5 23:51:47 2015", "%c"},
      {"03/05/15", "%D"},
      {"03/05/69", "%x"},
      {"11:51:47 AM", "%r"},
      {"12:00 AM", "%I:%M %p"},
      {"23:51", "%R"},
      {"2015", "%Y"},
      {"2015 64", "%Y %j"},
      {"20 15", "%C %y"},
      {"2015 10 4", "%Y %U %w"},
      {"2015 10 4", "%Y %W %u"},
      {"  7", "%d"},
      {"2015-3-5", "%Y-%m-%d"},
      {"20150305", "%Y%m%d"},
      {"2015 CET", "%Y %Z"},
      {"24:00", "%H:%M"},
      {"2015-02-32", "%F"},
      {"2015-00-05", "%F"},
      {"x", "%Y"},
      {"", "%Y"},
      {"Foo", "%a"},
      {"100%", "1%S%%"},
  }};
  for (const auto& [text, format] : kCases) {
    std::tm wanted{};
    wanted.tm_wday = 8;
    wanted.tm_yday = 367;
    const char* const end = ::strptime(text, format, &wanted);
    std::string_view rest = text;
    const auto found = parse_time(rest, format);
    ASSERT_EQ(found.has_value(), end != nullptr) << text << " " << format;
    if (!end) continue;
    EXPECT_EQ(rest, end) << text << " " << format;
    EXPECT_EQ(fields(*found), fields({wanted.tm_year + 1900, wanted.tm_mon, wanted.tm_mday, wanted.tm_hour,
                                      wanted.tm_min, wanted.tm_sec, wanted.tm_wday, wanted.tm_yday}))
        << text << " " << format;
  }
}

TEST(Dates, EveryDayOfEightHundredYearsComesBack) {
  for (std::int64_t day = -146'097; day < 146'097; ++day) {
    const auto time = broken_down(day * 86'400);
    ASSERT_EQ(seconds_of(*time), day * 86'400);
    ASSERT_EQ(weekday_of(time->year, time->month, time->day), time->weekday);
  }
}

}  // namespace
}  // namespace causeway::expression
