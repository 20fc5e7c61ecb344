// Seeded mutations of valid messages: nothing crashes (the debug preset watches), and how the bytes were cut never
// matters.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "net/head_writer.h"
#include "net/http1_response.h"
#include "net/read_connection.h"

namespace causeway::net {
namespace {

constexpr int kRounds = 6000;

const std::vector<std::string> kRequests = {
    "GET /api/v1/orders?status=open&page=2 HTTP/1.1\r\nHost: gw.example:8080\r\nAccept: */*\r\nX-Request-Id: 1\r\n\r\n",
    "POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
    "13\r\n\r\n{\"amount\":19}",
    "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n0123456789\r\n0\r\nX-T: "
    "1\r\n\r\n",
    "PUT http://x:80/a/%E8%AE%A2?q HTTP/1.1\r\nHost: X\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nContent-Length: "
    "1\r\n\r\na",
    "\r\nOPTIONS * HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n\r\n",
};

const std::vector<std::string> kPieces = {"\r\n",
                                          "\n",
                                          "\r",
                                          "\r\n\r\n",
                                          " ",
                                          ":",
                                          "\t",
                                          "0\r\n",
                                          "Content-Length: 5\r\n",
                                          "Transfer-Encoding: chunked\r\n",
                                          "Host: x\r\n",
                                          "%2e",
                                          "%",
                                          "..",
                                          "//",
                                          "HTTP/1.1",
                                          ";",
                                          std::string(1, '\0'),
                                          "\x80",
                                          "\x7f",
                                          ",",
                                          "chunked",
                                          "Connection: x\r\n"};

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }

  std::string mutate(std::string bytes) {
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
      const std::size_t at = below(bytes.size() + 1);
      switch (below(5)) {
        case 0:
          bytes.insert(at, kPieces[below(kPieces.size())]);
          break;
        case 1:
          if (at < bytes.size()) bytes[at] = static_cast<char>(random_());
          break;
        case 2:
          bytes.erase(std::min(at, bytes.size()), 1 + below(6));
          break;
        case 3:
          bytes.insert(at, bytes.substr(below(bytes.size() + 1), 1 + below(40)));
          break;
        default:
          bytes += kRequests[below(kRequests.size())];
      }
    }
    return bytes;
  }

  std::vector<std::size_t> cuts(const std::string& bytes) {
    std::vector<std::size_t> places;
    for (std::size_t count = below(6); count > 0 && !bytes.empty(); --count) places.push_back(below(bytes.size()));
    std::sort(places.begin(), places.end());
    return places;
  }

 private:
  std::mt19937 random_;
};

TEST(Http1Fuzz, RequestsReadTheSameHoweverTheyAreCut) {
  Mutator mutator(20240601);
  int refused = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::string bytes = mutator.mutate(kRequests[mutator.below(kRequests.size())]);
    const Transcript whole = read_connection(bytes);
    refused += whole.refused();
    ASSERT_EQ(read_connection(bytes, every_byte(bytes)).text(), whole.text()) << round << "\n" << bytes;
    ASSERT_EQ(read_connection(bytes, mutator.cuts(bytes), true).text(), whole.text()) << round << "\n" << bytes;
  }
  // Were everything or nothing refused, this would test nothing.
  EXPECT_GT(refused, kRounds / 4);
  EXPECT_LT(refused, kRounds);
}

// What is accepted can be written again and then says the same: there is nothing in it that only we understand.
TEST(Http1Fuzz, WhatIsAcceptedIsWrittenAndReadAgain) {
  Mutator mutator(20240602);
  int accepted = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::string bytes = mutator.mutate(kRequests[mutator.below(kRequests.size())]);
    RequestParser parser;
    RequestHead head;
    Result<std::size_t> length = parser.parse(bytes, head);
    if (!length || *length == 0) continue;
    ++accepted;
    std::string written;
    HeadWriter writer(written);
    ASSERT_TRUE(writer.request_line(head.method_name, head.path, head.has_query, head.query)) << bytes;
    for (const HeaderField& field : head.headers) ASSERT_TRUE(writer.field(field)) << bytes;
    writer.end();
    RequestParser again;
    RequestHead read;
    Result<std::size_t> whole = again.parse(written, read);
    // An absolute form may carry an HTTP/1.0 request without Host, which 1.1 needs.
    if (!head.headers.contains(HeaderId::kHost)) continue;
    if (head.minor_version == 0 && !whole) continue;
    ASSERT_TRUE(whole) << written;
    EXPECT_EQ(*whole, written.size());
    EXPECT_EQ(read.path, head.path);
    EXPECT_EQ(read.framing, head.framing);
    EXPECT_EQ(read.content_length, head.content_length);
    EXPECT_EQ(read.headers.size(), head.headers.size());
  }
  EXPECT_GT(accepted, kRounds / 10);
}

TEST(Http1Fuzz, AnswersReadTheSameHoweverTheyAreCut) {
  Mutator mutator(20240603);
  const std::string answers[] = {
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nDate: x\r\n\r\n{}",
      "HTTP/1.0 404 Not Found\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 204\r\nServer: a\r\n\r\n",
  };
  for (int round = 0; round < kRounds; ++round) {
    const std::string bytes = mutator.mutate(answers[mutator.below(3)]);
    const auto read = [&bytes](std::size_t piece) {
      ResponseParser parser;
      ResponseHead head;
      for (std::size_t size = std::min(piece, bytes.size());; size = std::min(size + piece, bytes.size())) {
        const Result<std::size_t> length = parser.parse(std::string_view(bytes).substr(0, size), Method::kGet, head);
        if (!length) return length.error().info_if()->reason;
        if (length.value() > 0) return std::to_string(length.value()) + " " + std::to_string(head.status);
        if (size == bytes.size()) return std::string("more");
      }
    };
    const std::string whole = read(bytes.size() + 1);
    ASSERT_EQ(read(1), whole) << bytes;
    ASSERT_EQ(read(7), whole) << bytes;
  }
}

}  // namespace
}  // namespace causeway::net
