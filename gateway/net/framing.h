// How a message's body is delimited (RFC 9112 6), held to one reading: requests and answers alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "net/headers.h"

namespace causeway::net {

enum class BodyFraming : std::uint8_t { kNone, kLength, kChunked, kUntilClose };

/// Collects Content-Length and Transfer-Encoding as they come. Not thread safe.
class FramingRules {
 public:
  /// Null when the field is in order (others than the two always are), else a reason from a fixed set.
  const char* add(const HeaderField& field, int minor_version);

  bool chunked() const { return chunked_; }
  std::optional<std::uint64_t> length() const { return length_; }

 private:
  std::optional<std::uint64_t> length_;
  bool chunked_ = false;
};

/// 1*DIGIT that fits (below 2^63, so that sums of lengths cannot wrap).
std::optional<std::uint64_t> parse_content_length(std::string_view value);

}  // namespace causeway::net
