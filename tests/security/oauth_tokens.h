// Keys and tokens for the tests of OAuth: generated once a process, signed in any way a test wants.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <memory>
#include <string>
#include <string_view>

#include "core/base64.h"
#include "security/oauth/token_signing_key.h"

namespace causeway::security {

using EvpKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

struct KeyPair {
  std::string private_pem;
  std::string public_pem;
};

inline std::string bio_text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

inline KeyPair pem_of(EVP_PKEY* raw) {
  const EvpKey key(raw, &EVP_PKEY_free);
  BIO* secret = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(secret, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  BIO* open = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(open, key.get());
  return {bio_text(secret), bio_text(open)};
}

inline const KeyPair& rsa_key() {
  static const KeyPair key = pem_of(EVP_RSA_gen(2048));
  return key;
}
inline const KeyPair& weak_rsa_key() {
  static const KeyPair key = pem_of(EVP_RSA_gen(1024));
  return key;
}
inline const KeyPair& p256_key() {
  static const KeyPair key = pem_of(EVP_EC_gen("P-256"));
  return key;
}
inline const KeyPair& p384_key() {
  static const KeyPair key = pem_of(EVP_EC_gen("P-384"));
  return key;
}
inline const KeyPair& p521_key() {
  static const KeyPair key = pem_of(EVP_EC_gen("P-521"));
  return key;
}
inline const KeyPair& ed25519_key() {
  static const KeyPair key = pem_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  return key;
}

inline const KeyPair& key_for(JwsAlgorithm algorithm) {
  switch (algorithm) {
    case JwsAlgorithm::kEs256:
      return p256_key();
    case JwsAlgorithm::kEs384:
      return p384_key();
    case JwsAlgorithm::kEs512:
      return p521_key();
    case JwsAlgorithm::kEdDsa:
      return ed25519_key();
    default:
      return rsa_key();
  }
}

inline TokenSigningKey signer(JwsAlgorithm algorithm) {
  auto made = TokenSigningKey::from_pem(algorithm, key_for(algorithm).private_pem);
  if (const auto* problem = std::get_if<std::string>(&made)) throw std::runtime_error(*problem);
  return std::move(std::get<TokenSigningKey>(made));
}

inline std::string hmac(JwsAlgorithm algorithm, std::string_view secret, std::string_view text) {
  unsigned char octets[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_get_digestbyname(traits(algorithm).digest), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), octets, &size);
  return {reinterpret_cast<char*>(octets), size};
}

inline std::string unsigned_token(std::string_view header, std::string_view payload) {
  return to_base64url(header) + '.' + to_base64url(payload);
}

/// `header` and `payload` exactly as they are.
inline std::string token(std::string_view header, std::string_view payload, const TokenSigningKey& key) {
  const std::string input = unsigned_token(header, payload);
  return input + '.' + to_base64url(key.sign(input));
}
inline std::string token(std::string_view header, std::string_view payload, JwsAlgorithm algorithm,
                         std::string_view secret) {
  const std::string input = unsigned_token(header, payload);
  return input + '.' + to_base64url(hmac(algorithm, secret, input));
}

}  // namespace causeway::security
