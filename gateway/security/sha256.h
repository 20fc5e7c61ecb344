// SHA-256 (FIPS 180-4) through OpenSSL's EVP: the algorithm is fetched once per process, contexts are reused per
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.h"

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace causeway::security {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// A hash in progress. Move-only; one thread at a time. Making one takes an idle context of the thread and destroying
/// it gives the context back, so a hash per request does not allocate. Throws std::bad_alloc when there is no memory.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&& other) noexcept;
  Sha256& operator=(Sha256&& other) noexcept;

  void update(Bytes piece);
  /// The hash of everything so far. Afterwards the object can only be destroyed or assigned to.
  Sha256Digest finish();
  /// A second hash that continues from here.
  Sha256 fork() const;

 private:
  evp_md_ctx_st* context_;
};

Sha256Digest sha256(Bytes text);
/// 64 lower-case hex digits.
std::string sha256_hex(Bytes text);

/// Lower-case hex, two digits a byte.
std::string to_hex(std::span<const std::uint8_t> octets);
/// Exactly 64 lower-case hex digits; anything else, upper case too, gives nothing.
std::optional<Sha256Digest> parse_sha256(std::string_view hex);
/// Compares in a time that does not depend on where the digests differ.
bool equal_in_constant_time(const Sha256Digest& a, const Sha256Digest& b);

}  // namespace causeway::security
