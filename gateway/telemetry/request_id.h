// The id of a request: the caller's `X-Request-Id` when it is harmless, else a new UUID version 7 (RFC 9562).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/clock.h"
#include "telemetry/random.h"

namespace causeway::telemetry {

/// A value without allocation.
class RequestId {
 public:
  RequestId() = default;
  /// `offered` is taken when it matches `[A-Za-z0-9._-]{1,64}`; empty means that the caller sent none.
  RequestId(std::string_view offered, WallTime now, Random& random);

  std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, 64> text_;
  std::uint8_t size_ = 0;
};

}  // namespace causeway::telemetry
