// Signature v1, the handbook's (2.3), byte for byte: hex(sha256(timestamp + key id + body + secret)), where timestamp
// is the text of X-Timestamp. The fields run together and the URL is not covered: see replay.h for what that asks for.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/secrets.h"
#include "security/sha256.h"

namespace causeway::security {

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
