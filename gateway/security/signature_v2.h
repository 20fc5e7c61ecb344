// Signature v2: HMAC-SHA256, keyed with the secret, over thirteen lines that cover the whole call (docs/signing.md has
// them one by one, with vectors; design: http.md, Authentication). No line can contain a line break, so no two calls
// have the same lines.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "security/hmac.h"
#include "security/sha256.h"

namespace causeway::security {

/// What is signed of the call itself: as it was sent, before anything is normalised. Header values have no blanks
/// around them; an absent header is empty. Views into the request's head.
struct SignedHead {
  std::string_view method;
  std::string_view path;
  std::string_view query;  ///< without `?`
  bool has_query = false;  ///< a `?` was there, even if nothing followed
  std::string_view content_type;
  std::string_view content_encoding;
  std::string_view idempotency_key;
  std::string_view accept;
};

/// Everything that is signed but the body. Views.
struct SignedParts {
  std::string_view audience;  ///< `signing.audience`: a signature for one gateway says nothing to another
  std::string_view key_id;
  std::string_view timestamp;
  std::string_view nonce;
  SignedHead head;
};

/// The lines, joined by line feeds, none at the end.
std::string string_to_sign(const SignedParts& parts, const Sha256Digest& body);

/// True when one of `keys` (HMAC-SHA256) gives `expected`. Every key is tried, whichever fits: the time says nothing
/// about which.
bool verify_v2(const SignedParts& parts, const Sha256Digest& body, std::span<const HmacKey> keys,
               const Sha256Digest& expected);

/// The signature as a client computes it, as X-Signature carries it: `v2=` and 64 lower-case hex digits.
std::string sign_v2(const SignedParts& parts, const Sha256Digest& body, std::string_view secret);

/// The same with a key that is ready, without its text form.
Sha256Digest code_v2(const SignedParts& parts, const Sha256Digest& body, const HmacKey& key);

/// What the memory for replays knows of a call: the key and its nonce, apart from everything else that is remembered.
Sha256Digest nonce_digest(std::string_view key_id, std::string_view nonce);

}  // namespace causeway::security
