#include "security/oauth/token_signing_key.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <new>
#include <utility>

#include "config/secrets.h"
#include "security/oauth/ecdsa_form.h"
#include "security/oauth/jwk.h"
#include "security/oauth/provider_keys.h"

namespace causeway::security {
namespace {

openssl::KeyPtr shared(const openssl::KeyPtr& key) {
  EVP_PKEY_up_ref(key.get());
  return openssl::KeyPtr(key.get());
}

openssl::DigestPtr prepare(JwsAlgorithm algorithm, evp_pkey_st* key) {
  openssl::DigestPtr digest(EVP_MD_CTX_new());
  if (!digest) throw std::bad_alloc();
  EVP_PKEY_CTX* parameters = nullptr;  // belongs to the digest's context
  const AlgorithmTraits& how = traits(algorithm);
  if (EVP_DigestSignInit_ex(digest.get(), &parameters, how.digest, nullptr, nullptr, key, nullptr) != 1) return nullptr;
  if (how.pss && (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
                  EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) != 1))
    return nullptr;
  return digest;
}

/// A file may hold a public half that belongs to another private one; what it signs would verify nowhere.
bool fits_itself(const TokenSigningKey& key) {
  constexpr std::string_view kSample = "sample";
  return key.verification_key().verify(kSample, key.sign(kSample));
}

}  // namespace

TokenSigningKey::TokenSigningKey(openssl::KeyPtr key, openssl::DigestPtr digest, VerificationKey verification)
    : key_(std::move(key)), digest_(std::move(digest)), verification_(std::move(verification)) {
  PublicJwk written = write_jwk(verification_.algorithm(), key_.get());
  kid_ = std::move(written.thumbprint);
  public_jwk_ = std::move(written.json);
}

TokenSigningKey::Made TokenSigningKey::from_pem(JwsAlgorithm algorithm, std::string_view pem) {
  const auto bio = openssl::reader(pem);
  openssl::KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &openssl::no_passphrase, nullptr));
  ERR_clear_error();
  if (!key) return std::string("expected PEM of a private key without passphrase");
  auto verification = VerificationKey::from_public(algorithm, shared(key));
  if (auto* problem = std::get_if<std::string>(&verification)) return std::move(*problem);
  auto digest = prepare(algorithm, key.get());
  if (!digest) return fmt::format("OpenSSL does not sign with this key: {}", openssl::reason());
  TokenSigningKey made(std::move(key), std::move(digest), std::move(std::get<VerificationKey>(verification)));
  if (!fits_itself(made)) return std::string("the private key does not belong to its public half");
  return made;
}

TokenSigningKey::Made TokenSigningKey::from_file(JwsAlgorithm algorithm, const std::filesystem::path& file) {
  PemText pem = read_pem_file(file);
  if (!pem.problem.empty()) return std::move(pem.problem);
  auto made = from_pem(algorithm, pem.text);
  config::wipe(pem.text);
  return made;
}

VerificationKey TokenSigningKey::verification_key() const {
  return std::move(std::get<VerificationKey>(VerificationKey::from_public(algorithm(), shared(key_))));
}

std::string TokenSigningKey::sign(std::string_view signing_input) const {
  const openssl::DigestPtr digest(EVP_MD_CTX_new());
  if (!digest || EVP_MD_CTX_copy_ex(digest.get(), digest_.get()) != 1) throw std::bad_alloc();
  const auto* const input = reinterpret_cast<const unsigned char*>(signing_input.data());
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
  std::size_t size = signature.size();
  if (EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, input,
                     signing_input.size()) != 1)
    throw std::bad_alloc();
  signature.resize(size);
  const AlgorithmTraits& how = traits(algorithm());
  return how.family == KeyFamily::kEc ? fixed_signature(signature, how.octets) : signature;
}

}  // namespace causeway::security
