#include "net/body_decoder.h"

#include <gtest/gtest.h>

#include <string>

namespace causeway::net {
namespace {

// "body|what was left" or the error, whatever the size of the pieces.
std::string decode(BodyDecoder decoder, std::string bytes, std::size_t piece = std::string::npos) {
  std::string body;
  std::size_t begin = 0;
  while (begin < bytes.size() && !decoder.done()) {
    const std::size_t size = std::min(piece, bytes.size() - begin);
    Result<BodyDecoder::Step> step = decoder.consume(bytes.data() + begin, size);
    if (!step) return std::to_string(number(step.error().code())) + " " + step.error().info_if()->reason;
    body += step->data;
    begin += step->consumed;
    EXPECT_EQ(step->done, decoder.done());
    EXPECT_TRUE(step->done || step->consumed == size);
  }
  EXPECT_EQ(decoder.total(), body.size());
  return body + (decoder.done() ? "|" : decoder.may_end_here() ? "*" : "...") + bytes.substr(begin);
}

std::string chunked(const std::string& bytes, BodyRules rules = {}) {
  const std::string whole = decode(BodyDecoder(BodyFraming::kChunked, 0, rules), bytes);
  for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
    EXPECT_EQ(decode(BodyDecoder(BodyFraming::kChunked, 0, rules), bytes, piece), whole) << bytes << " by " << piece;
  }
  return whole;
}

TEST(BodyDecoder, NoBodyTakesNothing) {
  EXPECT_EQ(decode(BodyDecoder(), "GET"), "|GET");
  EXPECT_EQ(decode(BodyDecoder(BodyFraming::kLength, 0), "GET"), "|GET");
}

TEST(BodyDecoder, LengthTakesThatMuch) {
  for (const std::size_t piece : {1, 2, 3, 100}) {
    EXPECT_EQ(decode(BodyDecoder(BodyFraming::kLength, 5), "helloGET", piece), "hello|GET");
    EXPECT_EQ(decode(BodyDecoder(BodyFraming::kLength, 5), "hell", piece), "hell...");
  }
}

TEST(BodyDecoder, UntilCloseTakesEverythingAndMayEndAnywhere) {
  EXPECT_EQ(decode(BodyDecoder(BodyFraming::kUntilClose, 0), "hello", 2), "hello*");
}

TEST(BodyDecoder, ChunksBecomeOnePieceInPlace) {
  std::string bytes = "5\r\nhello\r\n7\r\n, world\r\n1\r\n!\r\n0\r\n\r\nGET /";
  BodyDecoder decoder(BodyFraming::kChunked, 0);
  Result<BodyDecoder::Step> step = decoder.consume(bytes.data(), bytes.size());
  ASSERT_TRUE(step);
  EXPECT_EQ(step->data, "hello, world!");
  EXPECT_EQ(step->data.data(), bytes.data() + 3);
  EXPECT_TRUE(step->done);
  EXPECT_EQ(bytes.substr(step->consumed), "GET /");
}

TEST(BodyDecoder, ChunkedInEveryCut) {
  EXPECT_EQ(chunked("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nGET"), "hello world|GET");
  EXPECT_EQ(chunked("0\r\n\r\n"), "|");
  EXPECT_EQ(chunked("0000000000000000\r\n\r\n"), "|");
  EXPECT_EQ(chunked("00A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n"), "01234567890123456789|");
  EXPECT_EQ(chunked("5\r\nhello\r\n"), "hello...");
  EXPECT_EQ(chunked("0\r\nX-Sum: a\r\nContent-Length: 9\r\n\r\nrest"), "|rest");
}

TEST(BodyDecoder, ChunkSizesArePureHexThatFits) {
  for (const char* size : {"", " 5", "5 ", "+5", "-5", "0x5", "5;a=b", "5;", "1_0", "g", "5\t", "00000000000000005",
                           "8000000000000000", "FFFFFFFFFFFFFFFF", "FFFFFFFFFFFFFFFF0"}) {
    EXPECT_EQ(chunked(std::string(size) + "\r\nhello\r\n0\r\n\r\n"), "40090 chunk_size") << size;
  }
  EXPECT_EQ(chunked("7fffffffffffffff\r\nhello"), "hello...");
}

TEST(BodyDecoder, LinesEndInCrLfOnly) {
  EXPECT_EQ(chunked("5\nhello\r\n0\r\n\r\n"), "40090 chunk_size");
  EXPECT_EQ(chunked("5\rhello\r\n0\r\n\r\n"), "40090 bare_cr");
  EXPECT_EQ(chunked("5\r\nhello\n0\r\n\r\n"), "40090 chunk_end");
  EXPECT_EQ(chunked("5\r\nhello!\r\n0\r\n\r\n"), "40090 chunk_end");
  EXPECT_EQ(chunked("5\r\nhello\r0\r\n\r\n"), "40090 chunk_end");
  EXPECT_EQ(chunked("5\r\nhello0\r\n\r\n"), "40090 chunk_end");
  EXPECT_EQ(chunked("0\r\n\n"), "40090 bare_lf");
  EXPECT_EQ(chunked("0\r\n\rX"), "40090 bare_cr");
}

TEST(BodyDecoder, TrailersAreCheckedAndCapped) {
  EXPECT_EQ(chunked("0\r\nA : b\r\n\r\n"), "40090 blank_in_field_name");
  EXPECT_EQ(chunked("0\r\nA: b\r\n c\r\n\r\n"), "40090 folded_line");
  EXPECT_EQ(chunked(std::string("0\r\nA: \0\r\n\r\n", 12)), "40090 control_in_value");
  EXPECT_EQ(chunked("0\r\nA: 345678\r\n\r\n", {.trailers = 13}), "|");
  EXPECT_EQ(chunked("0\r\nA: 3456789\r\n\r\n", {.trailers = 13}), "40090 trailer_size");
}

TEST(BodyDecoder, ALimitIsFeltWhenTheSizeIsAnnounced) {
  EXPECT_EQ(chunked("5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n", {.limit = 10}), "helloworld|");
  EXPECT_EQ(chunked("5\r\nhello\r\n6\r\n", {.limit = 10}), "41390 body_size");
  EXPECT_EQ(decode(BodyDecoder(BodyFraming::kLength, 11, {.limit = 10}), "h"), "41390 body_size");
  EXPECT_EQ(decode(BodyDecoder(BodyFraming::kLength, 10, {.limit = 10}), "helloworld", 3), "helloworld|");
  EXPECT_EQ(decode(BodyDecoder(BodyFraming::kUntilClose, 0, {.limit = 10}), "helloworld!", 4), "41390 body_size");
}

TEST(BodyDecoder, AnswersFailWithTheCodeTheyAreGiven) {
  EXPECT_EQ(chunked("x\r\n", {.malformed = Code::kUpstreamNonsense}), "50292 chunk_size");
}

}  // namespace
}  // namespace causeway::net
