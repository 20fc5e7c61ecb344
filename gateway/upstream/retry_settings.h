// `retry: {max_attempts: 2, delay: 50ms, multiplier: 2, max_delay: 1s, jitter: 20%, on: [connect_failure, "503"],
// budget: 20%}` of a cluster (design: config.md; details.md, "After an unknown attempt").
#pragma once

#include <cstdint>
#include <vector>

#include "config/keys.h"
#include "resilience/backoff.h"

namespace causeway::upstream {

/// One item of `retry.on`: a way to fail, or the status of an answer.
struct RetryReason {
  enum class Kind : std::uint8_t {
    kConnectFailure,  ///< no connection: provably unsent
    kReset,           ///< it broke off before a byte of the answer
    kTimeout,         ///< no answer within per_try_timeout
    kSystem,          ///< an answer of class system: a 5xx, or what an outcome says is one
    kStatus,
  };
  Kind kind = Kind::kConnectFailure;
  std::uint16_t status = 0;  ///< of kStatus
  bool operator==(const RetryReason&) const = default;
};

struct RetrySettings : resilience::BackoffSettings {
  RetrySettings();
  std::uint32_t max_attempts = 2;  ///< counts all tries
  std::vector<RetryReason> on;     ///< empty: connect_failure, reset, and a 503 that comes with Retry-After
  config::Percent budget{20};      ///< of the active calls may be retries, but at least kLeastBudget

  static constexpr std::uint32_t kLeastBudget = 3;
  static const config::Keys<RetrySettings>& keys();
};

}  // namespace causeway::upstream

template <>
struct causeway::config::TextForm<causeway::upstream::RetryReason> {
  static constexpr std::string_view kType = "reason to try again";
  static constexpr std::string_view kPattern = R"(connect_failure|reset|timeout|system|[45][0-9][0-9])";
  static constexpr std::string_view kExpected =
      "connect_failure, reset, timeout, system, or a status from 400 to 599 such as 503";
  static std::optional<upstream::RetryReason> parse(std::string_view text);
  static std::string format(const upstream::RetryReason& reason);
};
