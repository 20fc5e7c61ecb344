#include "security/hmac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <new>

namespace causeway::security {
namespace {

EVP_MAC* algorithm() {
  static EVP_MAC* const fetched = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  if (fetched == nullptr) throw std::bad_alloc();
  return fetched;
}

// With a fetched algorithm and a known hash, these calls fail only for lack of memory.
void require(int succeeded) {
  if (succeeded != 1) throw std::bad_alloc();
}

const char* name_of(HmacHash hash) {
  switch (hash) {
    case HmacHash::kSha1:
      return "SHA1";
    case HmacHash::kSha512:
      return "SHA512";
    case HmacHash::kSha256:
      break;
  }
  return "SHA256";
}

}  // namespace

std::size_t hmac_size(HmacHash hash) {
  switch (hash) {
    case HmacHash::kSha1:
      return 20;
    case HmacHash::kSha512:
      return 64;
    case HmacHash::kSha256:
      break;
  }
  return 32;
}

bool equal_in_constant_time(const Mac& a, const Mac& b) {
  return a.size == b.size && CRYPTO_memcmp(a.octets.data(), b.octets.data(), a.size) == 0;
}

void Hmac::Free::operator()(evp_mac_ctx_st* context) const { EVP_MAC_CTX_free(context); }

void Hmac::update(Bytes piece) {
  require(EVP_MAC_update(context_.get(), reinterpret_cast<const unsigned char*>(piece.data()), piece.size()));
}

Mac Hmac::finish() {
  Mac mac;
  require(EVP_MAC_final(context_.get(), mac.octets.data(), &mac.size, mac.octets.size()));
  return mac;
}

HmacKey::HmacKey(HmacHash hash, std::string_view secret) : keyed_(Hmac::Context(EVP_MAC_CTX_new(algorithm()))) {
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(name_of(hash)), 0),
      OSSL_PARAM_construct_end()};
  require(keyed_.context_ == nullptr
              ? 0
              : EVP_MAC_init(keyed_.context_.get(), reinterpret_cast<const unsigned char*>(secret.data()),
                             secret.size(), parameters));
}

Hmac HmacKey::begin() const {
  Hmac::Context copy(EVP_MAC_CTX_dup(keyed_.context_.get()));
  if (copy == nullptr) throw std::bad_alloc();
  return Hmac(std::move(copy));
}

}  // namespace causeway::security
