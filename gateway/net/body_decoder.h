// Finds the end of a message's body and takes the chunked coding off (RFC 9112 6, 7.1), in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "core/bytes.h"
#include "core/result.h"
#include "net/field_lines.h"
#include "net/framing.h"

namespace causeway::net {

struct BodyRules {
  Code malformed = Code::kMalformedHttp;  ///< kUpstreamNonsense for answers
  std::uint64_t limit =
      std::numeric_limits<std::uint64_t>::max();  ///< a longer body → kBodyTooLarge, when it is announced
  std::size_t trailers = 8 * 1024;                ///< bytes; trailers are checked and dropped
};

/// The outcome does not depend on how the bytes were cut. Chunk sizes are 1 to 16 hex digits and nothing
/// else (no extensions), every line ends in CRLF. No allocation. Not thread safe.
class BodyDecoder {
 public:
  struct Step {
    std::size_t consumed = 0;  ///< bytes of the input that belonged to this body; the rest is untouched
    Bytes data;                ///< body bytes, one contiguous piece inside the consumed input; may be empty
    bool done = false;         ///< the body has ended
  };

  /// No body.
  BodyDecoder() = default;
  /// `length` counts with BodyFraming::kLength only.
  BodyDecoder(BodyFraming framing, std::uint64_t length, BodyRules rules = {});

  /// Takes the next bytes of the connection. Chunks after the first of the input are moved to the front of it, behind
  /// the first, so that they are one piece. Consumes all of the input unless the body ends in it.
  /// After an error the connection cannot be read any further.
  Result<Step> consume(char* data, std::size_t size);

  /// The peer closed: in order when the body has ended, or ends by that.
  bool may_end_here() const { return done_ || framing_ == BodyFraming::kUntilClose; }
  bool done() const { return done_; }
  /// Body bytes so far.
  std::uint64_t total() const { return total_; }

 private:
  enum class State : std::uint8_t { kSizeStart, kSize, kSizeLf, kData, kDataCr, kDataLf, kTrailers };

  Result<Step> consume_plain(char* data, std::size_t size);
  Result<Step> consume_chunked(char* data, std::size_t size);
  const char* size_byte(char byte);

  BodyRules rules_;
  BodyFraming framing_ = BodyFraming::kNone;
  State state_ = State::kSizeStart;
  bool done_ = true;
  std::uint8_t digits_ = 0;
  std::uint64_t left_ = 0;  ///< of the body or of the chunk
  std::uint64_t total_ = 0;
  std::size_t trailer_bytes_ = 0;
  FieldLines trailers_;
};

}  // namespace causeway::net
