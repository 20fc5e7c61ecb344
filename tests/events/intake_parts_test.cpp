#include <gtest/gtest.h>

#include "events/intake/base64.h"
#include "events/intake/doubled_member.h"
#include "events/intake/media_type.h"
#include "events/intake/rfc3339.h"

namespace causeway::events {
namespace {

TEST(Rfc3339, IsReadToTheMillisecond) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_rfc3339("2018-04-05T03:56:24Z"), 1522900584000);
  EXPECT_EQ(parse_rfc3339("2018-04-05t03:56:24.5z"), 1522900584500);
  EXPECT_EQ(parse_rfc3339("2018-04-05T05:56:24.123999+02:00"), 1522900584123);
  EXPECT_EQ(parse_rfc3339("2018-04-04T22:26:24-05:30"), 1522900584000);
  EXPECT_EQ(parse_rfc3339("1969-12-31T23:59:59.999Z"), -1);
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z"), 1483228800000);
  EXPECT_EQ(parse_rfc3339("2024-02-29T00:00:00Z"), 1709164800000);
}

TEST(Rfc3339, RefusesWhatIsNoDateTime) {
  for (const char* text :
       {"", "2018-04-05", "2018-04-05T03:56:24", "2018-04-05 03:56:24Z", "2018-04-05T03:56Z", "2018-13-05T03:56:24Z",
        "2023-02-29T00:00:00Z", "2018-04-05T24:00:00Z", "2018-04-05T03:60:00Z", "2018-04-05T03:56:61Z",
        "2018-04-05T03:56:24.Z", "2018-04-05T03:56:24+2:00", "2018-04-05T03:56:24+24:00", "2018-04-05T03:56:24Zx",
        "+018-04-05T03:56:24Z"})
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
}

TEST(Base64, WritesTheVectorsOfRfc4648) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foo"), "Zm9v");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64("\xff\xfe"), "//4=");
}

TEST(Base64, KnowsItsOwn) {
  for (const char* text : {"", "Zg==", "Zm8=", "Zm9v", "//4="}) EXPECT_TRUE(is_base64(text)) << text;
  for (const char* text : {"Z", "Zg=", "Zg", "====", "Z===", "Zm9v\n", "Zm-_", "Zg==Zg=="})
    EXPECT_FALSE(is_base64(text)) << text;
}

TEST(DoubledMember, IsFoundAtAnyDepthAndInAnySpelling) {
  EXPECT_EQ(find_doubled_member(R"({"a":1,"a":2})"), "a");
  EXPECT_EQ(find_doubled_member(R"([{"b":{}},{"x":[{"c":1,"d":2,"\u0063":3}]}])"), "c");
  EXPECT_EQ(find_doubled_member(R"({"":1,"a":{"a":1},"":2})"), "");
  EXPECT_EQ(find_doubled_member(R"({"a\"b":1,"a\u0022b":2})"), "a\"b");
}

TEST(DoubledMember, IsNotFoundWhereThereIsNone) {
  for (const char* text :
       {"1", R"("a")", "{}", "[]", R"(["a","a"])", R"({"a":"a","b":"a"})", R"([{"a":1},{"a":2}])",
        R"({"a":{"a":{"a":["a",{"a":1}]}},"b":{"a":1}})", R"({"a":"{\"x\":1,\"x\":2}"})", R"({"a":[1,"b","b"],"b":2})"})
    EXPECT_EQ(find_doubled_member(text), std::nullopt) << text;
}

TEST(MediaType, IsReadWithoutItsCase) {
  const MediaType type("Application/Vnd.X+JSON ; Charset=\"UTF-8\"; x=y");
  EXPECT_EQ(type.essence(), "application/vnd.x+json");
  EXPECT_TRUE(type.is_json());
  EXPECT_FALSE(type.is_utf8_text());
  EXPECT_TRUE(MediaType("text/csv; charset=\"utf-8\"").is_utf8_text());
  EXPECT_TRUE(MediaType("application/soap+xml").is_utf8_text());
  EXPECT_FALSE(MediaType("text/plain; charset=gbk").is_utf8_text());
  EXPECT_EQ(MediaType("").essence(), "");
}

}  // namespace
}  // namespace causeway::events
