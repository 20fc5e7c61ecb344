#include "security/oauth/generated_key.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <new>

#include "security/oauth/openssl.h"

namespace causeway::security {
namespace {

constexpr std::size_t kRsaBits = 2048;

EVP_PKEY* generate(const AlgorithmTraits& its) {
  if (its.family == KeyFamily::kRsa) return EVP_RSA_gen(kRsaBits);
  if (its.family == KeyFamily::kEc) return EVP_EC_gen(its.curve);
  return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
}

}  // namespace

std::string generate_private_key(JwsAlgorithm algorithm) {
  const openssl::KeyPtr key(generate(traits(algorithm)));
  const openssl::Owned<bio_st> text(BIO_new(BIO_s_mem()));
  if (!key || !text || PEM_write_bio_PrivateKey(text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    throw std::bad_alloc();
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace causeway::security
