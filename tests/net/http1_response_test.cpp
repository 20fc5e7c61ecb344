#include "net/http1_response.h"

#include <gtest/gtest.h>

#include <string>

namespace causeway::net {
namespace {

constexpr const char* kFramings[] = {"none", "length", "chunked", "until_close"};

std::string describe(const ResponseHead& head) {
  std::string text = std::to_string(head.status) + " \"" + std::string(head.reason) + "\" 1." +
                     std::to_string(head.minor_version) + " " + kFramings[static_cast<int>(head.framing)];
  if (head.framing == BodyFraming::kLength) text += " " + std::to_string(head.content_length);
  if (head.keep_alive) text += " keeps";
  for (const HeaderField& field : head.headers)
    text.append(" [").append(field.name).append("=").append(field.value).append("]");
  return text;
}

std::string parse(const std::string& bytes, Method request, std::size_t piece, bool moving, ResponseLimits limits) {
  ResponseParser parser(limits);
  ResponseHead head;
  std::string buffer;
  buffer.reserve(bytes.size());
  for (std::size_t begin = 0; begin < bytes.size(); begin += piece) {
    if (moving) buffer = std::string(buffer.data(), buffer.size());
    buffer.append(bytes, begin, piece);
    const Result<std::size_t> length = parser.parse(buffer, request, head);
    if (!length) return std::to_string(number(length.error().code())) + " " + length.error().info_if()->reason;
    if (length.value() > 0) return describe(head) + " | " + bytes.substr(length.value());
  }
  return "more";
}

std::string read(const std::string& bytes, Method request = Method::kGet, ResponseLimits limits = {}) {
  const std::string whole = parse(bytes, request, bytes.size(), false, limits);
  EXPECT_EQ(parse(bytes, request, 1, false, limits), whole) << bytes;
  EXPECT_EQ(parse(bytes, request, 1, true, limits), whole) << bytes;
  return whole;
}

TEST(ResponseParser, ReadsAHead) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nok"),
            "200 \"OK\" 1.1 length 2 keeps [Content-Length=2] [X-A=b] | ok");
  EXPECT_EQ(read("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n"),
            "404 \"Not Found\" 1.1 chunked keeps [Transfer-Encoding=chunked] | ");
  EXPECT_EQ(read("HTTP/1.1 201 \r\nContent-Length: 0\r\n\r\n"), "201 \"\" 1.1 none keeps [Content-Length=0] | ");
  EXPECT_EQ(read("HTTP/1.1 201\r\nContent-Length: 0\r\n\r\n"), "201 \"\" 1.1 none keeps [Content-Length=0] | ");
  EXPECT_EQ(read("HTTP/1.1 200 \xe5\xa5\xbd\r\n\r\nabc"), "200 \"\xe5\xa5\xbd\" 1.1 until_close | abc");
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Le"), "more");
}

TEST(ResponseParser, KeepAlive) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
            "200 \"OK\" 1.1 none [Content-Length=0] [Connection=close] | ");
  EXPECT_EQ(read("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"), "200 \"OK\" 1.0 none [Content-Length=0] | ");
  EXPECT_EQ(read("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"),
            "200 \"OK\" 1.0 none keeps [Content-Length=0] [Connection=keep-alive] | ");
  EXPECT_EQ(read("HTTP/1.0 200 OK\r\n\r\n"), "200 \"OK\" 1.0 until_close | ");
}

TEST(ResponseParser, RequestAndStatusDecideWhetherABodyFollows) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Method::kHead),
            "200 \"OK\" 1.1 none keeps [Content-Length=5] | ");
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Method::kHead),
            "200 \"OK\" 1.1 none keeps [Transfer-Encoding=chunked] | ");
  EXPECT_EQ(read("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
            "304 \"Not Modified\" 1.1 none keeps [Content-Length=5] | ");
  EXPECT_EQ(read("HTTP/1.1 204 No Content\r\n\r\n"), "204 \"No Content\" 1.1 none keeps | ");
  EXPECT_EQ(read("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            "204 \"No Content\" 1.1 none [Transfer-Encoding=chunked] | 0\r\n\r\n");
}

TEST(ResponseParser, NonsenseIsRefused) {
  for (const char* bytes : {"HTTP/2.0 200 OK\r\n\r\n",
                            "http/1.1 200 OK\r\n\r\n",
                            "\r\nHTTP/1.1 200 OK\r\n\r\n",
                            "HTTP/1.1  200 OK\r\n\r\n",
                            "HTTP/1.1 20 OK\r\n\r\n",
                            "HTTP/1.1 2000 OK\r\n\r\n",
                            "HTTP/1.1 099 OK\r\n\r\n",
                            "HTTP/1.1 600 OK\r\n\r\n",
                            "HTTP/1.1 -20 OK\r\n\r\n",
                            "HTTP/1.1 200 OK\nA: b\r\n\r\n",
                            "HTTP/1.1 200 O\x01\r\n\r\n",
                            "HTTP/1.1 200 OK\rA: b\r\n\r\n",
                            "HTTP/1.1 200\n\r\n",
                            "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nConnection: content-length\r\n\r\n",
                            "HTTP/1.1 100 Continue\r\nContent-Length: 1\r\n\r\n",
                            "SSH-2.0-OpenSSH_9.2\r\n"}) {
    EXPECT_EQ(read(bytes).substr(0, 6), "50292 ") << bytes;
  }
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\n\r\n", Method::kGet, {.head = 19}), "200 \"OK\" 1.1 until_close | ");
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\n\r\n", Method::kGet, {.head = 18}), "50292 head_size");
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nA: b\r\nA: b\r\n\r\n", Method::kGet, {.fields = 1}), "50292 field_count");
}

TEST(ResponseParser, InterimAnswersAreCounted) {
  for (const int interim : {0, 1, 8, 9}) {
    std::string bytes;
    for (int i = 0; i < interim; ++i)
      bytes += i % 2 == 0 ? "HTTP/1.1 100 Continue\r\n\r\n" : "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n";
    bytes += "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    ResponseParser parser;
    ResponseHead head;
    std::string_view rest = bytes;
    Result<std::size_t> length = parser.parse(rest, Method::kGet, head);
    while (length && head.interim()) {
      rest.remove_prefix(*length);
      parser.next();
      length = parser.parse(rest, Method::kGet, head);
    }
    EXPECT_EQ(length.ok(), interim <= 8) << interim;
    if (length) EXPECT_EQ(describe(head), "200 \"OK\" 1.1 none keeps [Content-Length=0]");
    if (!length) EXPECT_EQ(length.error().info_if()->reason, "many_interim");
  }
}

}  // namespace
}  // namespace causeway::net
