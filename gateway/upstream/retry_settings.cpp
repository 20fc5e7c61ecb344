#include "upstream/retry_settings.h"

#include <array>
#include <utility>

namespace causeway::upstream {
namespace {

constexpr Duration kShortest = std::chrono::milliseconds(1);
constexpr Duration kLongest = std::chrono::minutes(5);

using Kind = RetryReason::Kind;
constexpr std::array<std::pair<std::string_view, Kind>, 4> kNames{{{"connect_failure", Kind::kConnectFailure},
                                                                   {"reset", Kind::kReset},
                                                                   {"timeout", Kind::kTimeout},
                                                                   {"system", Kind::kSystem}}};

}  // namespace

RetrySettings::RetrySettings() {
  delay = std::chrono::milliseconds(50);
  multiplier = 2;
  max_delay = std::chrono::seconds(1);
  jitter = config::Percent{20};
}

const config::Keys<RetrySettings>& RetrySettings::keys() {
  static const auto keys =
      config::Keys<RetrySettings>(
          "retry of a call",
          "What may be sent again is decided apart: never a call whose first byte was sent, unless "
          "its method is idempotent or the system honours a key (`idempotency`).")
          .optional("max_attempts", &RetrySettings::max_attempts, "how often a call is tried in all")
          .range(1, 10)
          .optional("delay", &RetrySettings::delay, "how long to wait after the first failure")
          .range(kShortest, kLongest)
          .optional("multiplier", &RetrySettings::multiplier, "how much longer each further wait is")
          .range(1, 100)
          .optional("max_delay", &RetrySettings::max_delay,
                    "the longest wait, also when the system asks for more (Retry-After)")
          .range(kShortest, kLongest)
          .optional("jitter", &RetrySettings::jitter, "a wait is shortened by up to this share, at random")
          .optional("on", &RetrySettings::on, "after which failures a call is tried again")
          .by_default("connect_failure, reset, and a 503 with Retry-After")
          .optional("budget", &RetrySettings::budget,
                    "at most this share of the calls in flight may be further attempts; three may always be");
  return keys;
}

}  // namespace causeway::upstream

namespace causeway::config {

std::optional<upstream::RetryReason> TextForm<upstream::RetryReason>::parse(std::string_view text) {
  for (const auto& [name, kind] : upstream::kNames)
    if (text == name) return upstream::RetryReason{kind};
  const auto status = parse_unsigned(text);
  if (!status || *status < 400 || *status > 599) return std::nullopt;
  return upstream::RetryReason{upstream::Kind::kStatus, static_cast<std::uint16_t>(*status)};
}

std::string TextForm<upstream::RetryReason>::format(const upstream::RetryReason& reason) {
  for (const auto& [name, kind] : upstream::kNames)
    if (reason.kind == kind) return std::string(name);
  return std::to_string(reason.status);
}

}  // namespace causeway::config
