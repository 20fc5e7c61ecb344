// Dates as HTTP writes them: IMF-fixdate (RFC 9110, 5.6.7), `Sun, 06 Nov 1994 08:49:37 GMT`.
#pragma once

#include <array>
#include <string_view>

#include "core/clock.h"

namespace causeway {

/// The 29 characters of one date. A value; thread safe as values are.
class HttpDate {
 public:
  /// Whole seconds, rounded down. Years 0000 to 9999, the range that the format has.
  explicit HttpDate(WallTime time);

  std::string_view text() const { return {text_.data(), text_.size()}; }

 private:
  std::array<char, 29> text_;
};

}  // namespace causeway
