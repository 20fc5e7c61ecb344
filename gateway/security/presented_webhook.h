// What a request shows of a partner's signature, taken from its head.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "security/hmac.h"
#include "security/webhook_scheme.h"

namespace causeway::security {

/// A request's fields by name, whatever the case. That each occurs at most once is checked by whoever implements it.
class WebhookHead {
 public:
  virtual std::optional<std::string_view> field(std::string_view name) const = 0;

 protected:
  ~WebhookHead() = default;
};

/// What a head presents. Well-formed, nothing proved yet. The texts are views into the request.
struct PresentedWebhook {
  static constexpr std::size_t kMostCodes = 8;  ///< a rotation needs two

  std::string_view id;
  std::string_view timestamp_text;
  WallTime timestamp{};
  std::array<Mac, kMostCodes> codes;
  std::size_t code_count = 0;
};

/// 40190 without the header; 40191 for a missing part or a bad form.
Result<PresentedWebhook> parse_webhook(const WebhookScheme& scheme, const WebhookHead& head);

}  // namespace causeway::security
