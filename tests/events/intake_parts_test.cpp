#include <gtest/gtest.h>

#include "events/intake/doubled_member.h"
#include "events/intake/media_type.h"

namespace causeway::events {
namespace {

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
