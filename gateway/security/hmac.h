// HMAC (RFC 2104) over the hashes that partners sign with, through OpenSSL's EVP: a key is set up once, each call
// continues from a copy of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/bytes.h"

struct evp_mac_ctx_st;  // OpenSSL's EVP_MAC_CTX

namespace causeway::security {

enum class HmacHash : std::uint8_t { kSha1, kSha256, kSha512 };

/// Octets of a code: 20, 32 or 64.
std::size_t hmac_size(HmacHash hash);

/// A message authentication code, computed or presented.
struct Mac {
  std::array<std::uint8_t, 64> octets{};
  std::size_t size = 0;
};
/// Compares in a time that depends on the sizes alone.
bool equal_in_constant_time(const Mac& a, const Mac& b);

/// One code in progress. Move-only; one thread at a time. Throws std::bad_alloc when there is no memory.
class Hmac {
 public:
  void update(Bytes piece);
  /// The code of everything so far; once.
  Mac finish();

 private:
  friend class HmacKey;
  struct Free {
    void operator()(evp_mac_ctx_st* context) const;
  };
  using Context = std::unique_ptr<evp_mac_ctx_st, Free>;
  explicit Hmac(Context context) : context_(std::move(context)) {}
  Context context_;
};

/// A secret that is ready for use. Immutable and thread safe; keeps no copy of the text, and OpenSSL wipes its own.
class HmacKey {
 public:
  HmacKey(HmacHash hash, std::string_view secret);
  Hmac begin() const;

 private:
  Hmac keyed_;
};

}  // namespace causeway::security
