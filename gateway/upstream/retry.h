// Whether a call that failed is tried again (design: correctness.md, promise 2; details.md, "After an unknown
// attempt"). Two questions: does the configuration want it, and may the system get the request once more?
#pragma once

#include <bitset>
#include <optional>
#include <string_view>

#include "core/result.h"
#include "net/http1_response.h"
#include "upstream/call.h"
#include "upstream/retry_settings.h"

namespace causeway::upstream {

/// `retry.on`, ready to be asked. Immutable.
class RetryRules {
 public:
  /// None: nothing is wanted again.
  explicit RetryRules(const std::optional<RetrySettings>& settings);

  /// Of an attempt without an answer, by the code of its error.
  std::optional<RetryReason::Kind> reason_of(const Error& error) const;
  /// Of an answer: by its status, or because an outcome says that the system failed.
  std::optional<RetryReason::Kind> reason_of(const CallResponse& answer) const;

  std::uint32_t max_attempts() const { return settings_ ? settings_->max_attempts : 1; }
  /// Before attempt number `tries` + 1. What the system asks for goes before our own backoff; neither is longer than
  /// max_delay.
  Duration wait(std::uint32_t tries, double random, std::optional<Duration> asked) const;
  config::Percent budget() const { return settings_ ? settings_->budget : config::Percent{0}; }

 private:
  std::optional<RetrySettings> settings_;
  bool connect_failure_ = false;
  bool reset_ = false;
  bool timeout_ = false;
  bool system_ = false;
  bool asked_503_ = false;  ///< a 503, if it comes with Retry-After
  std::bitset<200> statuses_;
};

/// The system may get this request again: not a byte of it was sent, or it does not matter how often it arrives.
bool may_repeat(const CallRequest& request);

/// Not a byte of this attempt was sent, or what was sent went down with an idle connection that nobody had seen die and
/// may safely come twice: sent again at once, whatever the configuration says.
bool lost_with_connection(const Error& error, const CallRequest& request, const CallResponse& response);

}  // namespace causeway::upstream
