// Signature v1, the handbook's (2.3), byte for byte: hex(sha256(timestamp + key id + body + secret)), where timestamp
// is the text of X-Timestamp. The fields run together and the URL is not covered: see replay.h for what that asks for.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/secrets.h"
#include "core/clock.h"
#include "core/result.h"
#include "security/sha256.h"

namespace causeway::security {

/// The headers of one call as received, views into the request; absent ones are nullopt. That each occurs at most once
/// is checked by whoever reads them.
struct SignatureHeaders {
  std::optional<std::string_view> authorization;  ///< `Authorization: ApiKey <id>`, the scheme in any case
  std::optional<std::string_view> timestamp;      ///< `X-Timestamp`: 13 digits, milliseconds since 1970
  std::optional<std::string_view> signature;      ///< `X-Signature`: 64 lower-case hex digits
};

/// True when the call presents this scheme, be it in part: then it stands or falls by it, whatever else is allowed.
bool presents_signature(const SignatureHeaders& headers);

/// Well-formed headers, nothing proved yet. The texts are views into the request.
struct PresentedSignature {
  std::string_view key_id;
  std::string_view timestamp_text;
  WallTime timestamp;
  Sha256Digest signature;
};

/// What key ids are made of: a token of RFC 9110, 5.6.2, of at most 128 characters.
bool is_key_id(std::string_view text);

/// 40190 when nothing is presented; 40191 for a missing part or a bad form.
Result<PresentedSignature> parse_signature(const SignatureHeaders& headers);

/// One signature being computed while the body arrives. Move-only, one thread at a time; keeps none of its arguments.
class SignatureV1 {
 public:
  SignatureV1(std::string_view timestamp, std::string_view key_id);

  void update(Bytes piece) { content_.update(piece); }
  /// True when one of `secrets` gives `expected`. Every secret is tried, whichever fits: the time says nothing about
  /// which. Once, after the last piece.
  bool verify(std::span<const config::Secret> secrets, const Sha256Digest& expected);

  /// The signature of a call as a client computes it: 64 lower-case hex digits.
  static std::string sign(std::string_view timestamp, std::string_view key_id, Bytes body, std::string_view secret);

 private:
  Sha256 content_;
};

}  // namespace causeway::security
