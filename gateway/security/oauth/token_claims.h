// What a token says of itself, read from its payload (RFC 7519, 4.1). Nothing here is believed: the verifier asks only
// after the signature was right, but for the issuer, which leads to the key.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "core/json_document.h"
#include "core/result.h"
#include "security/oauth/compact_jws.h"

namespace causeway::security {

class TokenClaims {
 public:
  /// The payload is a JSON object with no name twice, nested 32 deep at most; it and the scratch outlive this.
  static Result<TokenClaims> parse(Bytes payload, TokenScratch& scratch);

  /// A claim that is a text; empty when it is absent or something else.
  std::optional<std::string> text(std::string_view name) const;
  /// Whatever it is, as it is written; empty when it is absent.
  std::string_view raw(std::string_view name) const;
  /// `aud`, a text or an array, names one of these.
  bool is_for(std::span<const std::string> audiences) const;

  /// `exp`, which must be there; `nbf` and `iat` where they are. 40191 before their time, 40192 after it, with the
  /// leeway; a date that is no number of this era is a bad claim.
  Result<WallTime> check_times(WallTime now) const;

  /// The scopes of the token, `scope` or else `scp`: texts separated by spaces, or an array of texts. Empty when it
  /// has neither claim; a bad claim when it is something else.
  Result<std::optional<std::vector<std::string>>> scopes() const;

 private:
  explicit TokenClaims(JsonDocument document) : document_(std::move(document)) {}

  Result<std::optional<WallTime>> date(std::string_view name) const;

  JsonDocument document_;
};

}  // namespace causeway::security
