#include "net/http1_request.h"

#include <gtest/gtest.h>

#include <string>

#include "net/read_connection.h"

namespace causeway::net {
namespace {

std::string head(const std::string& fields) { return "POST /a HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n"; }

// The end of what the bytes lead to; the same however they are cut.
std::string end_of(const std::string& bytes, RequestLimits limits = {}) {
  const Transcript whole = read_connection(bytes, {}, false, limits);
  EXPECT_EQ(read_connection(bytes, every_byte(bytes), false, limits), whole) << bytes;
  EXPECT_EQ(read_connection(bytes, every_byte(bytes), true, limits), whole) << bytes;
  return whole.end;
}

std::string first_of(const std::string& bytes) {
  const Transcript transcript = read_connection(bytes);
  EXPECT_EQ(transcript.text(), read_connection(bytes, every_byte(bytes)).text());
  return transcript.requests.empty() ? transcript.end : transcript.requests[0];
}

// The shortest beginning of `bytes` that is refused.
std::string refused_at(std::string_view bytes) {
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    if (read_connection(bytes.substr(0, size)).refused()) return std::string(bytes.substr(0, size));
  }
  return "never";
}

TEST(RequestParser, ReadsAHead) {
  EXPECT_EQ(
      first_of("GET /api/v1/orders?x=1&y HTTP/1.1\r\nHost: gw.example:8080\r\nX-A:  one two \t\r\nX-Empty:\r\n\r\n"),
      "GET /api/v1/orders?x=1&y 1.1 @gw.example:8080 [Host=gw.example:8080] [X-A=one two] [X-Empty=] body=");
  EXPECT_EQ(first_of("POST /a HTTP/1.1\r\nhOsT: x\r\nCONTENT-length: 5\r\n\r\nhello"),
            "POST /a 1.1 @x [hOsT=x] [CONTENT-length=5] body=hello");
  EXPECT_EQ(first_of("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
            "POST /a 1.1 @x [Host=x] [Transfer-Encoding=Chunked] body=hello");
  EXPECT_EQ(first_of("PURGE /a? HTTP/1.0\r\nX-A: D\xfcsseldorf\r\n\r\n"), "PURGE /a? 1.0 @ [X-A=D\xfcsseldorf] body=");
  EXPECT_EQ(first_of("GET / HTTP/1.7\r\nHost: x\r\n\r\n"), "GET / 1.1 @x [Host=x] body=");
}

TEST(RequestParser, AnswersPipelinedRequestsInOrder) {
  const Transcript transcript = read_connection(
      "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: x\r\nConnection: "
      "close\r\n\r\n"
      "GET /3 HTTP/1.1\r\n");
  EXPECT_EQ(
      transcript.text(),
      "POST /1 1.1 @x [Host=x] [Content-Length=3] body=abc\nGET /2 1.1 @x [Host=x] [Connection=close] body=\nclosed");
}

TEST(RequestParser, TellsWhereTheHeadEnds) {
  RequestParser parser;
  RequestHead head;
  const std::string_view bytes = "\r\nPOST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
  Result<std::size_t> length = parser.parse(bytes, head);
  ASSERT_TRUE(length);
  EXPECT_EQ(bytes.substr(*length), "hello");
  EXPECT_EQ(head.method, Method::kPost);
  EXPECT_EQ(head.target, "/a");
  EXPECT_EQ(head.framing, BodyFraming::kLength);
  EXPECT_EQ(head.content_length, 5u);
  parser.reset();
  EXPECT_EQ(parser.parse("", head).value(), 0u);
}

TEST(RequestParser, KeepAliveFollowsVersionAndConnection) {
  const auto keeps = [](const std::string& version, const std::string& fields) {
    return end_of("GET / HTTP/" + version + "\r\nHost: x\r\n" + fields + "\r\n") == "idle";
  };
  EXPECT_TRUE(keeps("1.1", ""));
  EXPECT_TRUE(keeps("1.1", "Connection: keep-alive\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: Close\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: X-A, close\t\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
  EXPECT_FALSE(keeps("1.0", ""));
  EXPECT_TRUE(keeps("1.0", "Connection: Keep-Alive\r\n"));
  EXPECT_FALSE(keeps("1.0", "Connection: keep-alive, close\r\n"));
}

TEST(RequestParser, LengthsHaveOneReading) {
  for (const char* value : {"", " ", "abc", "+5", "-1", "-0", "0x5", "0o5", "1_0", "1 0", "5, 5", "5,10", "5;", "5.0",
                            "9223372036854775808", "18446744073709551616", "99999999999999999999"}) {
    EXPECT_EQ(end_of(head("Content-Length: " + std::string(value) + "\r\n")), "40090 content_length") << value;
  }
  EXPECT_EQ(end_of(head("Content-Length: 5\r\nContent-Length: 5\r\n")), "40090 several_lengths");
  EXPECT_EQ(end_of(head("Content-Length: 5\r\ncontent-length: 6\r\n")), "40090 several_lengths");
  EXPECT_EQ(end_of(head("Content-Length: 005\r\n") + "hello"), "idle");
  EXPECT_EQ(end_of(head("Content-Length: \t 5 \r\n") + "hello"), "idle");
  EXPECT_EQ(end_of(head("Content-Length: 9223372036854775807\r\n")), "incomplete");
}

TEST(RequestParser, TransferEncodingIsChunkedOnceOrRefused) {
  for (const char* value :
       {"", "gzip", "identity", "xchunked", "chunked, chunked", "gzip, chunked", "chunked, gzip", ", chunked",
        "chunked,", "chunked;a=b", "chunked chunked", "\"chunked\"", "chunkedchunked"}) {
    EXPECT_EQ(end_of(head("Transfer-Encoding: " + std::string(value) + "\r\n")), "40090 transfer_encoding") << value;
  }
  EXPECT_EQ(end_of(head("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")),
            "40090 several_transfer_encodings");
  EXPECT_EQ(end_of(head("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")), "40090 length_and_chunked");
  EXPECT_EQ(end_of(head("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n")), "40090 length_and_chunked");
  EXPECT_EQ(end_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), "40090 transfer_encoding");
  EXPECT_EQ(end_of(head("Transfer_Encoding: chunked\r\n")), "idle");
}

TEST(RequestParser, HostIsThereOnceAndWellFormed) {
  EXPECT_EQ(end_of("GET / HTTP/1.1\r\n\r\n"), "40090 host_missing");
  EXPECT_EQ(end_of("GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"), "40090 several_hosts");
  EXPECT_EQ(end_of("GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n"), "40090 several_hosts");
  for (const char* host :
       {"",        "a b",  "a,b",      "a, b", "u@a",  "a/p", "a?q",       "a#f",    "a:b",
        "a:65536", "a:-1", "a:123456", ":80",  "[::1", "[]",  "[1.2.3.4]", "[v1.a]", "[fe80::1%25eth0]",
        "[::1]x",  "a%41", "a;b",      "\xe8", "a\\b"}) {
    EXPECT_EQ(end_of("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), "40090 host") << host;
  }
  for (const char* host :
       {"a", "a:", "a:0", "a:65535", "127.0.0.1:8080", "[::1]", "[::ffff:1.2.3.4]:80", "a_b.example", "a=b"}) {
    EXPECT_EQ(end_of("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), "idle") << host;
  }
}

TEST(RequestParser, AbsoluteFormsAgreeWithHost) {
  const auto read = [](const std::string& target, const std::string& host) {
    return first_of("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  };
  EXPECT_EQ(read("http://x/a?b", "x"), "GET /a?b 1.1 @x [Host=x] body=");
  EXPECT_EQ(read("HTTP://X:80", "x"), "GET / 1.1 @x [Host=x] body=");
  EXPECT_EQ(read("https://x?q", "x:443"), "GET /?q 1.1 @x:443 [Host=x:443] body=");
  EXPECT_EQ(read("http://y/", "x"), "40090 host_and_target");
  EXPECT_EQ(read("http://x:81/", "x"), "40090 host_and_target");
  EXPECT_EQ(read("https://x/", "x:80"), "40090 host_and_target");
  EXPECT_EQ(read("http:///a", "x"), "40090 target_authority");
  EXPECT_EQ(read("http://u@x/a", "x"), "40090 target_authority");
  EXPECT_EQ(read("http:/a", "x"), "40090 target_form");
  EXPECT_EQ(read("htt://x/", "x"), "40090 target_form");
  EXPECT_EQ(read("ftp://x/", "x"), "40090 target_form");
  EXPECT_EQ(read("x:80", "x:80"), "40090 target_form");
  EXPECT_EQ(first_of("GET http://x/a HTTP/1.0\r\n\r\n"), "GET /a 1.0 @x body=");
}

TEST(RequestParser, TargetsHoldOnlyWhatRfc3986Allows) {
  for (const char* target : {"/a#b", "/a\\b", "/a\"b", "/a<b", "/a|b", "/a^b", "/a`b", "/a{b}", "/caf\xc3\xa9", "/\x01",
                             "/[a]", "/?a\\b", "/?\xc3\xa9", "/a\tb", "/\x7f"}) {
    EXPECT_EQ(end_of("GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n"), "40090 target_byte") << target;
  }
  for (const char* target : {"/%", "/%4", "/%zz", "/?a=%", "/?%4", "/?a=100%&b"}) {
    EXPECT_EQ(end_of("GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n"), "40090 target_escape") << target;
  }
  EXPECT_EQ(end_of("GET /?a[]=1&b=/?:@!$'()*+,; HTTP/1.1\r\nHost: x\r\n\r\n"), "idle");
  EXPECT_EQ(end_of("GET * HTTP/1.1\r\nHost: x\r\n\r\n"), "40090 target_form");
  EXPECT_EQ(end_of("OPTIONS ** HTTP/1.1\r\nHost: x\r\n\r\n"), "40090 target_form");
  EXPECT_EQ(first_of("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"), "OPTIONS * 1.1 @x [Host=x] body=");
}

TEST(RequestParser, RequestLinesHaveOneForm) {
  for (const char* line : {"GET  / HTTP/1.1",
                           "GET / ",
                           "GET /  HTTP/1.1",
                           "GET / HTTP/2.0",
                           "GET / HTTP/1",
                           "GET / HTTP/1.10",
                           "GET / http/1.1",
                           "GET / HTTP/01.1",
                           "GET / HTTP/ 1.1",
                           "GET /a b HTTP/1.1",
                           "GET / HTTP/1.1 ",
                           "GET / RTSP/1.0",
                           "GET /",
                           "GET",
                           "",
                           " GET / HTTP/1.1",
                           "G@T / HTTP/1.1",
                           "GET\t/ HTTP/1.1",
                           "G\xc3\x84T / HTTP/1.1",
                           "/ HTTP/1.1"}) {
    const std::string end = end_of(std::string(line) + "\r\nHost: x\r\n\r\n");
    EXPECT_EQ(end.substr(0, 5), "40090") << line << ": " << end;
  }
  EXPECT_EQ(end_of(std::string(33, 'A') + " / HTTP/1.1\r\nHost: x\r\n\r\n"), "40090 method");
  EXPECT_EQ(end_of(std::string(32, 'A') + " / HTTP/1.1\r\nHost: x\r\n\r\n"), "idle");
  EXPECT_EQ(end_of("\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"), "40090 method");
  EXPECT_EQ(end_of("\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"), "idle");
}

TEST(RequestParser, TraceAndConnectAreNotAllowed) {
  EXPECT_EQ(end_of("TRACE / HTTP/1.1\r\nHost: x\r\n\r\n"), "40590 method");
  EXPECT_EQ(end_of("CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n"), "40590 method");
  EXPECT_EQ(end_of("trace / HTTP/1.1\r\nHost: x\r\n\r\n"), "idle");
}

TEST(RequestParser, FieldLinesHaveOneForm) {
  EXPECT_EQ(end_of(head("X-A: b\r\n c\r\n")), "40090 folded_line");
  EXPECT_EQ(end_of(head("X-A: b\r\n\tc\r\n")), "40090 folded_line");
  EXPECT_EQ(end_of("GET / HTTP/1.1\r\n Host: x\r\n\r\n"), "40090 folded_line");
  EXPECT_EQ(end_of(head("X-A : b\r\n")), "40090 blank_in_field_name");
  EXPECT_EQ(end_of(head("X-A\t: b\r\n")), "40090 blank_in_field_name");
  for (const char* line : {": b", "X-A", "X[A: b", "X-\xc3\xa9: b", "X\"A: b", "X/A: b"}) {
    EXPECT_EQ(end_of(head(std::string(line) + "\r\n")), "40090 field_name") << line;
  }
  EXPECT_EQ(end_of(head("X-A: b\nX-B: c\r\n")), "40090 bare_lf");
  EXPECT_EQ(end_of(head("X-A: b\rX-B: c\r\n")), "40090 bare_cr");
  EXPECT_EQ(end_of(head("\n")), "40090 bare_lf");
  EXPECT_EQ(end_of(head("\rX")), "40090 bare_cr");
  for (int byte = 0; byte < 256; ++byte) {
    if (byte == '\r' || byte == '\n') continue;
    const bool allowed = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    EXPECT_EQ(end_of(head(std::string("X-A: 1234567") + static_cast<char>(byte) + "890123456\r\n")),
              allowed ? "idle" : "40090 control_in_value")
        << byte;
  }
}

TEST(RequestParser, RefusesAtTheByteThatShowsIt) {
  EXPECT_EQ(refused_at("GET / HTTP/1.1\nHost: x\r\n\r\n"), "GET / HTTP/1.1\n");
  EXPECT_EQ(refused_at("GET / HTTP/1.1\rHost: x\r\n\r\n"), "GET / HTTP/1.1\rH");
  EXPECT_EQ(refused_at("\x16\x03\x01\x02"), "\x16");
  EXPECT_EQ(refused_at("G\x01"), "G\x01");
  EXPECT_EQ(refused_at("GET /\r\n\r\n"), "GET /\r");
  EXPECT_EQ(refused_at("GET x"), "GET x");
  EXPECT_EQ(refused_at("GET /\x80"), "GET /\x80");
  EXPECT_EQ(refused_at("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "PRI * ");
  EXPECT_EQ(refused_at("GET / HTTP/2.0\r\n"), "GET / HTTP/2");
  EXPECT_EQ(refused_at("GET / HTTP/1.1\r\nX-A : b"), "GET / HTTP/1.1\r\nX-A ");
  EXPECT_EQ(refused_at("GET / HTTP/1.1\r\nX-A: b\x01 and more"), "GET / HTTP/1.1\r\nX-A: b\x01");
  EXPECT_EQ(refused_at("GET / HTTP/1.1\r\nX-A: b\n"), "GET / HTTP/1.1\r\nX-A: b\n");
  EXPECT_EQ(refused_at("GET / HTTP/1.1\r\n "), "GET / HTTP/1.1\r\n ");
  EXPECT_EQ(refused_at("PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\nX"),
            "PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n");
  EXPECT_EQ(refused_at("TRACE / HTTP/1.1\r\n"), "TRACE ");
}

TEST(RequestParser, BodiesOnlyWhereTheyMeanSomething) {
  for (const std::string method : {"GET", "HEAD", "OPTIONS"}) {
    const std::string line = method + " / HTTP/1.1\r\nHost: x\r\n";
    EXPECT_EQ(end_of(line + "Content-Length: 5\r\n\r\nhello"), "40090 unexpected_body");
    EXPECT_EQ(end_of(line + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "40090 unexpected_body");
    EXPECT_EQ(end_of(line + "Content-Length: 0\r\n\r\n"), "idle");
    EXPECT_EQ(end_of(line + "Content-Length: 5\r\n\r\nhello", {.allow_unexpected_body = true}), "idle");
  }
  RequestParser parser({.allow_unexpected_body = true});
  RequestHead read;
  ASSERT_TRUE(parser.parse("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", read));
  EXPECT_TRUE(read.unexpected_body());
}

TEST(RequestParser, Expectations) {
  EXPECT_EQ(first_of(head("Expect: 100-Continue\r\nContent-Length: 1\r\n") + "a"),
            "POST /a 1.1 @x [Host=x] [Expect=100-Continue] [Content-Length=1] expects body=a");
  EXPECT_EQ(first_of(head("Expect: 100-continue\r\n")), "POST /a 1.1 @x [Host=x] [Expect=100-continue] body=");
  EXPECT_EQ(first_of("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na"),
            "POST / 1.0 @ [Expect=100-continue] [Content-Length=1] body=a");
  for (const char* value : {"", "200-ok", "100-continue, 100-continue", "100-continue; a=b"}) {
    EXPECT_EQ(end_of(head("Expect: " + std::string(value) + "\r\n")), "41790 expectation") << value;
  }
}

TEST(RequestParser, ConnectionMayNotNameWhatMustArrive) {
  EXPECT_EQ(end_of(head("Connection: close, Content-Length\r\n")), "40090 connection_names_protected");
  EXPECT_EQ(end_of(head("Connection: x_consumer_name\r\n")), "40090 connection_names_protected");
  EXPECT_EQ(end_of(head("Connection: a b\r\n")), "40090 connection_option");
  EXPECT_EQ(end_of(head("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n")), "idle");
}

TEST(RequestParser, LimitsAreExact) {
  const std::string line = "GET /" + std::string(99, 'a') + " HTTP/1.1\r\n";
  const std::string rest = "Host: x\r\n\r\n";
  EXPECT_EQ(end_of(line + rest, {.target = 100}), "idle");
  EXPECT_EQ(end_of(line + rest, {.target = 99}), "41490 target_size");
  EXPECT_EQ(end_of("GET /" + std::string(100'000, 'a')), "41490 target_size");
  EXPECT_EQ(end_of(line + rest, {.head = line.size() + rest.size()}), "idle");
  EXPECT_EQ(end_of(line + rest, {.head = line.size() + rest.size() - 1}), "43190 head_size");
  EXPECT_EQ(end_of(line + "X-A: " + std::string(100'000, 'a')), "43190 head_size");
  EXPECT_EQ(end_of(line + std::string(100'000, 'A')), "43190 head_size");
  EXPECT_EQ(end_of(line + "A: b\r\n" + rest, {.fields = 2}), "idle");
  EXPECT_EQ(end_of(line + "A: b\r\n" + rest, {.fields = 1}), "43190 field_count");
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (std::size_t i = 1; i < Headers::kMaxFields; ++i) many += "A: b\r\n";
  EXPECT_EQ(end_of(many + "\r\n", {.fields = 1000}), "idle");
  EXPECT_EQ(end_of(many + "A: b\r\n\r\n", {.fields = 1000}), "43190 field_count");
}

}  // namespace
}  // namespace causeway::net
