#include "security/signature_v2.h"

#include <algorithm>
#include <array>

namespace causeway::security {
namespace {

constexpr std::string_view kVersion = "v2";

using HexDigest = std::array<char, 64>;

HexDigest hex(const Sha256Digest& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  HexDigest text;
  char* at = text.data();
  for (const std::uint8_t octet : digest) {
    *at++ = kDigits[octet >> 4];
    *at++ = kDigits[octet & 15];
  }
  return text;
}

/// Calls `sink` with the pieces of the string to sign, in order.
template <class Sink>
void write(const SignedParts& parts, const Sha256Digest& body, Sink sink) {
  const HexDigest digits = hex(body);
  const SignedHead& head = parts.head;
  const auto line = [&](std::string_view text) {
    sink(std::string_view("\n"));
    sink(text);
  };
  sink(kVersion);
  line(head.method);
  line(parts.audience);
  line(parts.key_id);
  line(head.path);
  line(head.has_query ? std::string_view("?") : std::string_view());
  if (head.has_query) sink(head.query);
  line(parts.timestamp);
  line(parts.nonce);
  line({digits.data(), digits.size()});
  line(head.content_type);
  line(head.content_encoding);
  line(head.idempotency_key);
  line(head.accept);
}

}  // namespace

std::string string_to_sign(const SignedParts& parts, const Sha256Digest& body) {
  std::string text;
  write(parts, body, [&](std::string_view piece) { text += piece; });
  return text;
}

Sha256Digest code_v2(const SignedParts& parts, const Sha256Digest& body, const HmacKey& key) {
  Hmac hmac = key.begin();
  write(parts, body, [&](std::string_view piece) { hmac.update(piece); });
  const Mac mac = hmac.finish();
  Sha256Digest code;
  std::copy_n(mac.octets.begin(), code.size(), code.begin());
  return code;
}

bool verify_v2(const SignedParts& parts, const Sha256Digest& body, std::span<const HmacKey> keys,
               const Sha256Digest& expected) {
  bool fits = false;
  for (const HmacKey& key : keys) {
    const bool same = equal_in_constant_time(code_v2(parts, body, key), expected);
    fits = fits | same;
  }
  return fits;
}

std::string sign_v2(const SignedParts& parts, const Sha256Digest& body, std::string_view secret) {
  return "v2=" + to_hex(code_v2(parts, body, HmacKey(HmacHash::kSha256, secret)));
}

Sha256Digest nonce_digest(std::string_view key_id, std::string_view nonce) {
  Sha256 hash;
  for (const std::string_view piece : {kVersion, std::string_view("\n"), key_id, std::string_view("\n"), nonce})
    hash.update(piece);
  return hash.finish();
}

}  // namespace causeway::security
