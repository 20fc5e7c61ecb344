#include "security/signature_v1.h"

namespace causeway::security {

SignatureV1::SignatureV1(std::string_view timestamp, std::string_view key_id) {
  content_.update(timestamp);
  content_.update(key_id);
}

bool SignatureV1::verify(std::span<const config::Secret> secrets, const Sha256Digest& expected) {
  bool fits = false;
  for (const auto& secret : secrets) {
    const bool last = &secret == &secrets.back();
    Sha256 hash = last ? std::move(content_) : content_.fork();
    hash.update(secret.reveal());
    const bool same = equal_in_constant_time(hash.finish(), expected);
    fits = fits | same;
  }
  return fits;
}

std::string SignatureV1::sign(std::string_view timestamp, std::string_view key_id, Bytes body,
                              std::string_view secret) {
  SignatureV1 signature(timestamp, key_id);
  signature.update(body);
  signature.content_.update(secret);
  return to_hex(signature.content_.finish());
}

}  // namespace causeway::security
