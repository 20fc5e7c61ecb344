// The order in which a call's credentials are checked (design: details.md, Authentication): head first, then the body's
// hash, and only after a right signature the timestamp and whether it was seen before.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "core/clock.h"
#include "core/result.h"
#include "security/consumer.h"
#include "security/replay.h"
#include "security/signature.h"
#include "security/signature_v1.h"
#include "security/signature_v2.h"

namespace causeway::security {

/// A signed call on its way. Move-only, one thread at a time; refers to the table, the settings and the request's head.
///
/// Mostly it goes begin, update …, check_body, use. A call of version 2 that announces the hash of its body has proved
/// with its head who it is: then `use` may come first, and the body be compared while it is already passed on.
class SignatureCheck {
 public:
  /// From the head alone, so that the body of a stranger is never read: 40190 or 40191. Where the head proves itself
  /// (head_proves), 40193 too. `head` counts for version 2 only.
  static Result<SignatureCheck> begin(const SignatureHeaders& headers, const SignedHead& head,
                                      const ConsumerTable& table, const SigningSettings& settings, WallTime now);

  /// The head carried the hash of the body, and its signature is right.
  bool head_proves() const { return presented_.body_hash.has_value(); }
  /// Who claims to call; proved only by `check_body` or `head_proves`. For access rules that spare reading the body.
  const Consumer& claimed() const { return *key_->consumer; }

  /// What `use` gives will be asked of that table.
  void expect(const ReplayTable& replays) const;
  /// The next piece of the body, exactly as it was sent, transfer coding removed.
  void update(Bytes piece);
  /// After the last piece, once: 40191 unless the body is the one that was signed.
  Result<> check_body();
  /// Once the call is proved to be `claimed`'s: what it uses up, or 40193. `unsafe`: the method is not GET, HEAD or
  /// OPTIONS.
  Result<SignatureUse> use(bool unsafe, WallTime now) const;
  SignatureVersion version() const { return presented_.version; }

 private:
  SignatureCheck(const SigningKey& key, const PresentedSignature& presented, const SignedHead& head,
                 const SigningSettings& settings);

  SignedParts parts() const;

  const SigningKey* key_;
  const SigningSettings* settings_;
  PresentedSignature presented_;
  SignedHead head_;
  std::variant<SignatureV1, Sha256> hash_;  ///< of version 1; of the body, for version 2
};

/// The age of a timestamp: at most `window` behind `now` and `future_skew` ahead, both included; otherwise 40193.
Result<> check_window(WallTime timestamp, WallTime now, Duration window, Duration future_skew);

/// What a verdict means: 40194 when it was used before, 40193 when that cannot be known, 50391 when it cannot be
/// remembered.
Result<> result_of(Admit verdict);
/// Comes last, after what proves the call; a success uses it up. Errors: result_of.
inline Result<> remember_once(const SignatureUse& use, ReplayTable& replays) { return result_of(replays.admit(use)); }

/// `X-API-Key: <token>`: 40190 without one, 40191 for one that nobody has.
Result<const Consumer*> check_api_token(std::optional<std::string_view> token, const ConsumerTable& table);

}  // namespace causeway::security
