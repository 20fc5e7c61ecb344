// A signed token in its compact form (RFC 7515, 7.1), taken apart and not yet believed.
#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"
#include "security/oauth/algorithm.h"

namespace causeway::security {

inline constexpr std::size_t kMostTokenBytes = 8 << 10;

/// Memory for reading one token, on the stack of whoever does. Everything that was read from a token refers to it.
class TokenScratch {
 public:
  TokenScratch() : memory_(nodes_.data(), nodes_.size()) {}
  TokenScratch(const TokenScratch&) = delete;
  TokenScratch& operator=(const TokenScratch&) = delete;

  std::array<char, kMostTokenBytes>& octets() { return octets_; }
  std::pmr::memory_resource* memory() { return &memory_; }

 private:
  std::array<char, kMostTokenBytes> octets_;
  std::array<std::byte, 8 << 10> nodes_;
  std::pmr::monotonic_buffer_resource memory_;  // goes on on the heap; a token of 8 KiB has some 3,000 values at most
};

struct CompactJws {
  JwsAlgorithm algorithm{};  ///< what the header claims; only ever compared with the key's
  std::optional<std::string> kid;
  std::string_view signing_input;  ///< of the token's text
  Bytes payload;                   ///< of the scratch
  Bytes signature;                 ///< of the scratch

  /// Three parts of base64url without padding, a header that is a JSON object with no name twice. Refuses an `alg`
  /// that we do not know (`none` is one), `crit` (we know no extension), keys in the header (jwk, jku, x5c, x5u) and a
  /// typ other than JWT and at+jwt. Errors hold nothing of the token.
  static Result<CompactJws> parse(std::string_view token, TokenScratch& scratch);
};

}  // namespace causeway::security
