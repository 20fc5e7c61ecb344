#include "core/retry_after.h"

#include <gtest/gtest.h>

#include <string>

namespace causeway {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{std::chrono::milliseconds(1772337600123)};  // 2026-03-01T04:00:00.123Z

std::string parse(std::string_view text) {
  const auto wait = parse_retry_after(text, kNow);
  return wait ? std::to_string(*wait / 1ms) : "nothing";
}

TEST(RetryAfter, IsSeconds) {
  EXPECT_EQ(parse("0"), "0");
  EXPECT_EQ(parse("120"), "120000");
  EXPECT_EQ(parse("9999999999"), "31536000000");  // a year at most
}

TEST(RetryAfter, IsADate) {
  EXPECT_EQ(parse("Mon, 02 Mar 2026 04:00:00 GMT"), "86399877");
  EXPECT_EQ(parse("Sun, 01 Mar 2026 03:00:40 GMT"), "0");
}

TEST(RetryAfter, IsNothingElse) {
  for (const char* const wrong :
       {"", "-1", "+1", "1.5", "soon", "99999999999999999999", "Tue, 02 Mar 2026 04:00:00 GMT",
        "Mon, 32 Mar 2026 04:00:00 GMT", "Mon, 02 Mar 2026 24:00:00 GMT", "Mon, 02 Mar 2026 04:00:00 CET",
        "Mon, 2 Mar 2026 04:00:00 GMT "})
    EXPECT_EQ(parse(wrong), "nothing") << wrong;
}

}  // namespace
}  // namespace causeway
