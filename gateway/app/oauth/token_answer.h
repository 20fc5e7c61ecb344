// What a token endpoint answered (RFC 6749, 5.1 and 5.2). Untrusted.
#pragma once

#include <string>
#include <string_view>

#include "core/clock.h"

namespace causeway::app {

struct TokenAnswer {
  std::string token;
  Duration lifetime{};
  std::string problem;  ///< not empty: it is no token, and why

  static constexpr std::size_t kMostBytes = 64 << 10;
  static constexpr std::size_t kLongestToken = 8 << 10;
  /// Where the endpoint does not say it.
  static constexpr Duration kAssumedLifetime = std::chrono::minutes(5);
  static constexpr Duration kLongestLifetime = std::chrono::hours(24);

  static TokenAnswer read(std::string_view body);
};

/// `error` of a refusal (`invalid_client`), empty when there is none that can be shown.
std::string refusal_of(std::string_view body);

/// How long after its coming a token is renewed: well before its end, but not in a hurry.
Duration renewal(Duration lifetime);

}  // namespace causeway::app
