// The order in which a call's credentials are checked (design: details.md, Authentication): head first, then the body's
// hash, and only after a right signature the timestamp and whether it was seen before.
#pragma once

#include <optional>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "security/consumer.h"
#include "security/replay.h"
#include "security/signature.h"

namespace causeway::security {

/// A signed call on its way. Move-only, one thread at a time; refers to the table and the request's head.
class SignatureCheck {
 public:
  /// From the head alone, so that the body of a stranger is never read: 40190 or 40191.
  static Result<SignatureCheck> begin(const SignatureHeaders& headers, const ConsumerTable& table);

  /// The next piece of the body, exactly as it was sent, transfer coding removed.
  void update(Bytes piece) { hash_.update(piece); }

  /// After the last piece, once: who called. 40191, then 40193, then 40194; 50391 when it cannot be remembered. A
  /// success uses up the signature. `unsafe`: the method is not GET, HEAD or OPTIONS.
  Result<const Consumer*> finish(const SigningSettings& settings, ReplayTable& replays, bool unsafe, WallTime now);

  /// Who claims to call; proved only by `finish`. For access rules that spare reading the body.
  const Consumer& claimed() const { return *key_->consumer; }

 private:
  SignatureCheck(const SigningKey& key, const PresentedSignature& presented)
      : key_(&key), presented_(presented), hash_(presented.timestamp_text, presented.key_id) {}

  const SigningKey* key_;
  PresentedSignature presented_;
  SignatureV1 hash_;
};

/// The age of a timestamp: at most `window` behind `now` and `future_skew` ahead, both included; otherwise 40193.
Result<> check_window(WallTime timestamp, WallTime now, Duration window, Duration future_skew);

/// `X-API-Key: <token>`: 40190 without one, 40191 for one that nobody has.
Result<const Consumer*> check_api_token(std::optional<std::string_view> token, const ConsumerTable& table);

}  // namespace causeway::security
