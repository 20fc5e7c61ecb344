// Owners of OpenSSL's objects, for the implementations in this folder.
#pragma once

#include <memory>
#include <string_view>

// OpenSSL's BIGNUM, BIO, ECDSA_SIG, EVP_MAC_CTX, EVP_MD_CTX, EVP_PKEY and EVP_PKEY_CTX.
struct bignum_st;
struct bio_st;
struct ECDSA_SIG_st;
struct evp_mac_ctx_st;
struct evp_md_ctx_st;
struct evp_pkey_ctx_st;
struct evp_pkey_st;

namespace causeway::security::openssl {

struct Free {
  void operator()(bignum_st* number) const;
  void operator()(bio_st* bio) const;
  void operator()(ECDSA_SIG_st* signature) const;
  void operator()(evp_mac_ctx_st* context) const;
  void operator()(evp_md_ctx_st* context) const;
  void operator()(evp_pkey_ctx_st* context) const;
  void operator()(evp_pkey_st* key) const;
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

using KeyPtr = Owned<evp_pkey_st>;
using DigestPtr = Owned<evp_md_ctx_st>;
using MacPtr = Owned<evp_mac_ctx_st>;

/// A BIO that reads the text, which outlives it. Throws std::bad_alloc.
Owned<bio_st> reader(std::string_view text);
/// For PEM: never asks anybody for a passphrase.
int no_passphrase(char*, int, int, void*);
/// Why the last call failed, and forgets it: static text such as `no start line`, never data.
std::string_view reason();

}  // namespace causeway::security::openssl
