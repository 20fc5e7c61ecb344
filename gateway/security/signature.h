// The headers of a signed call (docs/signing.md; design: http.md, Authentication). What the signature is made of is in
// signature_v1.h and signature_v2.h; X-Signature says by its form which of them it is.
#pragma once

#include <optional>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "security/sha256.h"
#include "security/signature_version.h"

namespace causeway::security {

/// The headers of one call as received, views into the request; absent ones are nullopt. That each occurs at most once
/// is checked by whoever reads them.
struct SignatureHeaders {
  std::optional<std::string_view> authorization;   ///< `Authorization: ApiKey <id>`, the scheme in any case
  std::optional<std::string_view> timestamp;       ///< `X-Timestamp`: 13 digits, milliseconds since 1970
  std::optional<std::string_view> signature;       ///< `X-Signature`: 64 lower-case hex digits, behind `v2=` in v2
  std::optional<std::string_view> nonce = {};      ///< `X-Nonce`: v2 only
  std::optional<std::string_view> body_hash = {};  ///< `X-Content-SHA256`: 64 lower-case hex digits; v2 only
};

/// True when the call presents this scheme, be it in part: then it stands or falls by it, whatever else is allowed.
bool presents_signature(const SignatureHeaders& headers);
/// The version that X-Signature claims to be; v1 when it is absent.
SignatureVersion presented_version(const SignatureHeaders& headers);

/// Well-formed headers, nothing proved yet. The texts are views into the request.
struct PresentedSignature {
  SignatureVersion version = SignatureVersion::kV1;
  std::string_view key_id;
  std::string_view timestamp_text;
  WallTime timestamp;
  Sha256Digest signature;
  std::string_view nonce;                 ///< v2 only
  std::optional<Sha256Digest> body_hash;  ///< v2 only: announced, so that the head alone can be verified
};

/// What key ids are made of: a token of RFC 9110, 5.6.2, of at most 128 characters.
bool is_key_id(std::string_view text);
/// `[A-Za-z0-9_-]{16,64}`
bool is_nonce(std::string_view text);

/// 40190 when nothing is presented; 40191 for a missing part or a bad form. X-Nonce and X-Content-SHA256 of a v1 call
/// are not looked at.
Result<PresentedSignature> parse_signature(const SignatureHeaders& headers);

}  // namespace causeway::security
