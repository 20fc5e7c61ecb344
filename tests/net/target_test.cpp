#include "net/target.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "net/percent.h"
#include "net/query.h"

namespace causeway::net {
namespace {

std::string normalised(std::string_view raw, PathRules rules = {}) {
  std::pmr::monotonic_buffer_resource arena;
  Result<std::string_view> path = normalise_path(raw, arena, rules);
  if (path) return std::string(*path);
  return std::to_string(number(path.error().code())) + " " + path.error().info_if()->reason;
}

TEST(Target, APathThatIsNormalAlreadyIsNotCopied) {
  const std::string_view raw = "/api/v1/orders/A-1_2.3~4/%E8%AE%A2!$&'()*+,=:@";
  Result<std::string_view> path = normalise_path(raw, *std::pmr::null_memory_resource());
  ASSERT_TRUE(path);
  EXPECT_EQ(path->data(), raw.data());
  EXPECT_EQ(*path, raw);
}

TEST(Target, UnreservedIsDecodedOnceAndOtherEscapesAreUpperCase) {
  EXPECT_EQ(normalised("/%61%2D%7e%5F/b"), "/a-~_/b");
  EXPECT_EQ(normalised("/x/%e8%ae%a2%20%3b"), "/x/%E8%AE%A2%20%3B");
  EXPECT_EQ(normalised("/%41%2e%42"), "/A.B");
  EXPECT_EQ(normalised("/"), "/");
  EXPECT_EQ(normalised("*"), "*");
  EXPECT_EQ(normalised("/a/"), "/a/");
  EXPECT_EQ(normalised("/..."), "/...");
}

TEST(Target, WhatSystemsReadDifferentlyIsRefused) {
  for (const char* raw : {"/a%2fb", "/a%2Fb", "/a%5cb", "/a%23b", "/a%3fb", "/a%25b", "/a%252fb"}) {
    EXPECT_EQ(normalised(raw), "40090 escaped_separator") << raw;
  }
  for (const char* raw : {"/a%00b", "/a%0d%0ab", "/%1f", "/%7F"})
    EXPECT_EQ(normalised(raw), "40090 escaped_control") << raw;
  for (const char* raw : {"/a;b", "/;", "/..;/a"}) EXPECT_EQ(normalised(raw), "40090 semicolon") << raw;
  for (const char* raw : {"//", "//a", "/a//b", "/a//"}) EXPECT_EQ(normalised(raw), "40090 empty_segment") << raw;
  for (const char* raw : {"/.", "/..", "/./a", "/a/../b", "/a/.", "/a/..", "/%2e", "/a/%2E%2e/b", "/a/.%2e"}) {
    EXPECT_EQ(normalised(raw), "40090 dot_segment") << raw;
  }
  for (const char* raw : {"/%", "/%4", "/%4g", "/%g4", "/a%"}) EXPECT_EQ(normalised(raw), "40090 target_escape") << raw;
  for (const char* raw : {"/a b", "/a\\b", "/a|b", "/\xc0\xaf", "/a[b]", "/a#b", "/a?b"}) {
    EXPECT_EQ(normalised(raw), "40090 target_byte") << raw;
  }
  for (const char* raw : {"", "a", "a/b", "**"}) EXPECT_EQ(normalised(raw), "40090 path_form") << raw;
}

TEST(Target, ARouteMayOptIn) {
  EXPECT_EQ(normalised("/a%2fb%3f", {.encoded_separators = true}), "/a%2Fb%3F");
  EXPECT_EQ(normalised("/a%2f..%2fb", {.encoded_separators = true}), "40090 dot_segment");
  EXPECT_EQ(normalised("/a%2f%2e%2e/b", {.encoded_separators = true}), "40090 dot_segment");
  EXPECT_EQ(normalised("/a%00", {.encoded_separators = true}), "40090 escaped_control");
  EXPECT_EQ(normalised("/a;v=1/b", {.semicolons = true}), "/a;v=1/b");
  EXPECT_EQ(normalised("/a/..;v=1/b", {.semicolons = true}), "40090 dot_segment");
  EXPECT_EQ(normalised("/a//b", {.empty_segments = true}), "/a//b");
}

TEST(Target, IsReadFromAHead) {
  const std::string_view bytes = "GET /%61?x=%41 HTTP/1.1\r\nHost: a\r\n\r\n";
  RequestParser parser;
  RequestHead head;
  ASSERT_TRUE(parser.parse(bytes, head));
  std::pmr::monotonic_buffer_resource arena;
  Result<Target> target = read_target(head, arena);
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a");
  EXPECT_EQ(target->raw_path, "/%61");
  EXPECT_EQ(target->query, "x=%41");
  EXPECT_TRUE(target->has_query);
}

template <class String>
std::string segment(Bytes value) {
  String out = "/";
  return append_path_segment(out, value) ? std::string(out) : "refused " + std::string(out);
}

TEST(Percent, AValueBecomesOneSegment) {
  EXPECT_EQ(segment<std::string>("A-1"), "/A-1");
  EXPECT_EQ(segment<std::pmr::string>("a/b?c#d%e f;g\\h\xe8"), "/a%2Fb%3Fc%23d%25e%20f%3Bg%5Ch%E8");
  EXPECT_EQ(segment<std::string>(Bytes("\0\n", 2)), "/%00%0A");
  EXPECT_EQ(segment<std::string>("..."), "/...");
  for (const char* value : {"", ".", ".."}) EXPECT_EQ(segment<std::string>(value), "refused /") << value;
}

TEST(Percent, AValueBecomesAQueryValue) {
  std::string out = "a=";
  append_query_value(out, "x&y=z +1");
  EXPECT_EQ(out, "a=x%26y%3Dz%20%2B1");
  append_query_value(out, "");
  EXPECT_EQ(out, "a=x%26y%3Dz%20%2B1");
}

TEST(Percent, Decodes) {
  std::string out;
  EXPECT_TRUE(append_decoded(out, "a%2Fb%e8+%00"));
  EXPECT_EQ(out, std::string("a/b\xe8+\0", 6));
  out.clear();
  EXPECT_TRUE(append_decoded_query(out, "a+b%2B"));
  EXPECT_EQ(out, "a b+");
  for (const char* text : {"%", "a%1", "%1g", "%g1"}) EXPECT_FALSE(append_decoded(out, text)) << text;
}

TEST(Query, GivesItsParametersAsTheyStand) {
  std::string text;
  for (const QueryParameter& one : QueryParameters("a=1&&b=%20&c&=d&e=f=g&")) {
    text.append(one.name).append(":").append(one.value).append(" ");
  }
  EXPECT_EQ(text, "a:1 b:%20 c: :d e:f=g ");
  for (const char* query : {"", "&", "&&"}) {
    for (const QueryParameter& one : QueryParameters(query)) ADD_FAILURE() << query << one.name;
  }
}

}  // namespace
}  // namespace causeway::net
