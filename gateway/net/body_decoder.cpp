#include "net/body_decoder.h"

#include <algorithm>
#include <cstring>

#include "net/characters.h"
#include "net/refuse.h"

namespace causeway::net {
namespace {

constexpr std::uint8_t kMostDigits = 16;

}  // namespace

BodyDecoder::BodyDecoder(BodyFraming framing, std::uint64_t length, BodyRules rules)
    : rules_(rules), framing_(framing), done_(framing == BodyFraming::kNone) {
  if (framing == BodyFraming::kLength) {
    left_ = length;
    done_ = length == 0;
  }
}

Result<BodyDecoder::Step> BodyDecoder::consume(char* data, std::size_t size) {
  if (done_) return Step{0, {}, true};
  return framing_ == BodyFraming::kChunked ? consume_chunked(data, size) : consume_plain(data, size);
}

Result<BodyDecoder::Step> BodyDecoder::consume_plain(char* data, std::size_t size) {
  if (framing_ == BodyFraming::kLength) {
    if (left_ > rules_.limit - total_) return refuse(Code::kBodyTooLarge, "body_size");
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
    left_ -= size;
    done_ = left_ == 0;
  } else if (size > rules_.limit - total_) {
    return refuse(Code::kBodyTooLarge, "body_size");
  }
  total_ += size;
  return Step{size, Bytes(data, size), done_};
}

Result<BodyDecoder::Step> BodyDecoder::consume_chunked(char* data, std::size_t size) {
  char* piece = nullptr;
  std::size_t piece_size = 0;
  std::size_t position = 0;
  while (position < size && !done_) {
    if (state_ == State::kData) {
      const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(size - position, left_));
      if (piece == nullptr) piece = data + position;
      if (piece + piece_size != data + position) std::memmove(piece + piece_size, data + position, taken);
      piece_size += taken;
      position += taken;
      left_ -= taken;
      total_ += taken;
      if (left_ == 0) state_ = State::kDataCr;
    } else if (state_ == State::kTrailers) {
      const std::size_t before = position;
      const std::size_t most = std::min(size, position + (rules_.trailers - trailer_bytes_));
      const FieldLines::Event event = trailers_.read({data, most}, position);
      trailer_bytes_ += position - before;
      if (event == FieldLines::Event::kError) return refuse(rules_.malformed, trailers_.reason());
      done_ = event == FieldLines::Event::kEnd;
      if (!done_ && trailer_bytes_ == rules_.trailers) return refuse(rules_.malformed, "trailer_size");
    } else if (const char* reason = size_byte(data[position++])) {
      return refuse(rules_.malformed, reason);
    } else if (state_ == State::kData && left_ > rules_.limit - total_) {
      return refuse(Code::kBodyTooLarge, "body_size");
    }
  }
  return Step{position, Bytes(piece, piece_size), done_};
}

// What stands between the chunks' data: CRLF after one, the size of the next.
const char* BodyDecoder::size_byte(char byte) {
  const int digit = hex_digit(byte);
  switch (state_) {
    case State::kSizeStart:
      left_ = 0;
      digits_ = 0;
      state_ = State::kSize;
      if (digit < 0) return "chunk_size";
      [[fallthrough]];
    case State::kSize:
      if (digit < 0) {
        state_ = State::kSizeLf;
        return byte == '\r' ? nullptr : "chunk_size";
      }
      if (++digits_ > kMostDigits || (left_ >> 59) != 0) return "chunk_size";
      left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
      return nullptr;
    case State::kSizeLf:
      if (byte != '\n') return "bare_cr";
      state_ = left_ == 0 ? State::kTrailers : State::kData;
      return nullptr;
    case State::kDataCr:
      state_ = State::kDataLf;
      return byte == '\r' ? nullptr : "chunk_end";
    case State::kDataLf:
      state_ = State::kSizeStart;
      return byte == '\n' ? nullptr : "chunk_end";
    case State::kData:
    case State::kTrailers:
      break;
  }
  return nullptr;
}

}  // namespace causeway::net
