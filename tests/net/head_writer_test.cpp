#include "net/head_writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "net/status.h"

namespace causeway::net {
namespace {

TEST(HeadWriter, WritesAnAnswer) {
  std::string out;
  HeadWriter writer(out);
  writer.status_line(404);
  EXPECT_TRUE(writer.field(HeaderId::kContentType, "application/json"));
  EXPECT_TRUE(writer.field("X-Shop", "a\tb \xe8"));
  EXPECT_TRUE(writer.field("X-Empty", ""));
  writer.content_length(0);
  writer.connection_close();
  writer.end();
  EXPECT_EQ(out,
            "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nX-Shop: a\tb \xe8\r\nX-Empty: \r\n"
            "Content-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST(HeadWriter, WritesARequest) {
  std::string out;
  HeadWriter writer(out);
  EXPECT_TRUE(writer.request_line("POST", "/orders/1?a=[b]"));
  EXPECT_TRUE(writer.field({"host", "oms:80", HeaderId::kHost}));
  writer.chunked();
  writer.end();
  EXPECT_EQ(out, "POST /orders/1?a=[b] HTTP/1.1\r\nhost: oms:80\r\nTransfer-Encoding: chunked\r\n\r\n");

  out.clear();
  EXPECT_TRUE(writer.request_line("GET", "/a", true, ""));
  EXPECT_TRUE(writer.request_line("GET", "/a", true, "b"));
  EXPECT_TRUE(writer.request_line("GET", "/a", false, "b"));
  EXPECT_EQ(out, "GET /a? HTTP/1.1\r\nGET /a?b HTTP/1.1\r\nGET /a HTTP/1.1\r\n");
}

TEST(HeadWriter, RefusesWhateverCouldStartALine) {
  std::string out;
  HeadWriter writer(out);
  for (int byte = 0; byte < 256; ++byte) {
    const bool allowed = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    for (std::size_t before = 0; before < 10; ++before) {
      out.clear();
      const std::string value = std::string(before, 'x') + static_cast<char>(byte) + "yyyyyyyyy";
      EXPECT_EQ(writer.field("X-A", value), allowed) << byte;
      EXPECT_EQ(writer.field(HeaderId::kLocation, value), allowed) << byte;
      EXPECT_EQ(out.empty(), !allowed) << byte;
    }
  }
  out.clear();
  for (const char* name : {"", "a b", "a:", "a\r\n", "\xe8", "a\"", "(a)"})
    EXPECT_FALSE(writer.field(name, "v")) << name;
  EXPECT_FALSE(writer.field(HeaderId::kUnknown, "v"));
  for (const char* target : {"", "/a b", "/a\r\nX: y", "/\xe8", "/a#b", "/\\"}) {
    EXPECT_FALSE(writer.request_line("GET", target)) << target;
    EXPECT_FALSE(writer.request_line("GET", target, true, "q")) << target;
  }
  EXPECT_FALSE(writer.request_line("GET", "/", true, "a b"));
  EXPECT_FALSE(writer.request_line("GE T", "/"));
  EXPECT_FALSE(writer.request_line("", "/"));
  EXPECT_EQ(out, "");
}

TEST(HeadWriter, UnknownStatusHasNoPhrase) {
  std::string out;
  HeadWriter(out).status_line(599);
  EXPECT_EQ(out, "HTTP/1.1 599 \r\n");
}

TEST(HeadWriter, Numbers) {
  std::string out;
  append_number(out, 0);
  out += ' ';
  append_number(out, std::numeric_limits<std::uint64_t>::max());
  out += ' ';
  append_chunk_size(out, 0xdeadbeef);
  EXPECT_EQ(out, "0 18446744073709551615 deadbeef\r\n");
}

TEST(Status, PhrasesAndBodies) {
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(431), "Request Header Fields Too Large");
  EXPECT_EQ(reason_phrase(299), "");
  EXPECT_TRUE(never_has_body(100) && never_has_body(204) && never_has_body(304));
  EXPECT_FALSE(never_has_body(200) || never_has_body(205) || never_has_body(404));
}

}  // namespace
}  // namespace causeway::net
