#include "security/oauth/openssl.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <new>

namespace causeway::security::openssl {

void Free::operator()(bignum_st* number) const { BN_clear_free(number); }
void Free::operator()(bio_st* bio) const { BIO_free_all(bio); }
void Free::operator()(ECDSA_SIG_st* signature) const { ECDSA_SIG_free(signature); }
void Free::operator()(evp_mac_ctx_st* context) const { EVP_MAC_CTX_free(context); }
void Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }
void Free::operator()(evp_pkey_ctx_st* context) const { EVP_PKEY_CTX_free(context); }
void Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

Owned<bio_st> reader(std::string_view text) {
  Owned<bio_st> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!bio) throw std::bad_alloc();
  return bio;
}

int no_passphrase(char*, int, int, void*) { return 0; }

std::string_view reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* const text = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return text == nullptr ? "unknown reason" : text;
}

}  // namespace causeway::security::openssl
