#include "security/oauth/key.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <new>
#include <utility>

#include "security/oauth/ecdsa_form.h"
#include "security/oauth/key_check.h"

namespace causeway::security {
namespace {

EVP_MAC* hmac() {
  static EVP_MAC* const fetched = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  if (fetched == nullptr) throw std::bad_alloc();
  return fetched;
}

/// The key of a PEM text, be it bare or within a certificate.
openssl::KeyPtr read_pem(std::string_view pem) {
  const auto bio = openssl::reader(pem);
  openssl::KeyPtr key(PEM_read_bio_PUBKEY(bio.get(), nullptr, &openssl::no_passphrase, nullptr));
  if (key) return key;
  const auto again = openssl::reader(pem);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(again.get(), nullptr, &openssl::no_passphrase, nullptr), &X509_free);
  if (certificate) key.reset(X509_get_pubkey(certificate.get()));
  return key;
}

}  // namespace

VerificationKey::Made VerificationKey::from_secret(JwsAlgorithm algorithm, std::string_view secret) {
  const AlgorithmTraits& wanted = traits(algorithm);
  if (wanted.family != KeyFamily::kSecret) return fmt::format("{} takes a public key", config::name_of(algorithm));
  if (secret.size() < wanted.octets)
    return fmt::format("{} needs a secret of at least {} bytes", config::name_of(algorithm), wanted.octets);
  VerificationKey made(algorithm);
  made.mac_.reset(EVP_MAC_CTX_new(hmac()));
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(wanted.digest), 0),
      OSSL_PARAM_construct_end()};
  if (!made.mac_ || EVP_MAC_init(made.mac_.get(), reinterpret_cast<const unsigned char*>(secret.data()), secret.size(),
                                 parameters) != 1)
    throw std::bad_alloc();
  return made;
}

VerificationKey::Made VerificationKey::from_pem(JwsAlgorithm algorithm, std::string_view pem) {
  if (traits(algorithm).family == KeyFamily::kSecret)
    return fmt::format("{} takes a secret", config::name_of(algorithm));
  if (pem.find("PRIVATE KEY-----") != std::string_view::npos)
    return std::string("this is a private key; give the public one");
  openssl::KeyPtr key = read_pem(pem);
  ERR_clear_error();  // of the form that it was not, or it would turn up in this thread's next TLS call
  if (!key) return std::string("expected PEM of a public key or a certificate");
  return from_public(algorithm, std::move(key));
}

VerificationKey::Made VerificationKey::from_public(JwsAlgorithm algorithm, openssl::KeyPtr key) {
  std::string problem = check_key(algorithm, key.get());
  if (!problem.empty()) return problem;
  VerificationKey made(algorithm);
  made.digest_.reset(EVP_MD_CTX_new());
  if (!made.digest_) throw std::bad_alloc();
  EVP_PKEY_CTX* parameters = nullptr;  // belongs to the digest's context
  if (EVP_DigestVerifyInit_ex(made.digest_.get(), &parameters, traits(algorithm).digest, nullptr, nullptr, key.get(),
                              nullptr) != 1)
    return fmt::format("OpenSSL does not take this key: {}", openssl::reason());
  if (traits(algorithm).pss && (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
                                EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) != 1))
    return fmt::format("OpenSSL does not take this key for PSS: {}", openssl::reason());
  made.key_ = std::move(key);
  return made;
}

bool VerificationKey::verify(std::string_view signing_input, Bytes signature) const {
  const AlgorithmTraits& how = traits(algorithm_);
  const auto* const input = reinterpret_cast<const unsigned char*>(signing_input.data());

  if (how.family == KeyFamily::kSecret) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> expected{};
    std::size_t size = 0;
    const openssl::MacPtr mac(EVP_MAC_CTX_dup(mac_.get()));
    if (!mac) throw std::bad_alloc();
    if (EVP_MAC_update(mac.get(), input, signing_input.size()) != 1 ||
        EVP_MAC_final(mac.get(), expected.data(), &size, expected.size()) != 1)
      return false;
    return signature.size() == size && CRYPTO_memcmp(expected.data(), signature.data(), size) == 0;
  }

  DerSignature der;
  if (how.family == KeyFamily::kEc) {
    if (signature.size() != 2 * how.octets || !der.assign(signature)) return false;
    signature = der.bytes();
  }
  const openssl::DigestPtr digest(EVP_MD_CTX_new());
  if (!digest || EVP_MD_CTX_copy_ex(digest.get(), digest_.get()) != 1) throw std::bad_alloc();
  const int verdict = EVP_DigestVerify(digest.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                                       signature.size(), input, signing_input.size());
  if (verdict != 1) ERR_clear_error();
  return verdict == 1;
}

bool VerificationKey::same_as(const VerificationKey& other) const {
  if (algorithm_ != other.algorithm_) return false;
  if (key_ && other.key_) {
    const bool same = EVP_PKEY_eq(key_.get(), other.key_.get()) == 1;
    ERR_clear_error();
    return same;
  }
  if (key_ || other.key_) return false;
  // Secrets are not kept: two that give the same MAC of one text are the same for what they are used for.
  const auto sample = [](const VerificationKey& key) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> octets{};
    const openssl::MacPtr mac(EVP_MAC_CTX_dup(key.mac_.get()));
    if (!mac || EVP_MAC_final(mac.get(), octets.data(), nullptr, octets.size()) != 1) throw std::bad_alloc();
    return octets;
  };
  return sample(*this) == sample(other);
}

}  // namespace causeway::security
