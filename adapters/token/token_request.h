// What a client asks the token endpoint for (RFC 6749, 2.3.1 and 4.4.2), read from what it sent.
#pragma once

#include <memory_resource>
#include <string>
#include <string_view>
#include <variant>

#include "net/headers.h"

namespace causeway::adapters {

/// Why there is no token: the error codes of RFC 6749, 5.2.
enum class TokenError {
  kInvalidRequest,
  kInvalidClient,
  kUnsupportedGrantType,
  kInvalidScope,
};

struct TokenRefusal {
  TokenError error = TokenError::kInvalidRequest;
  std::string_view description;  ///< fixed words: nothing of what was sent
};

/// A well-formed request. Nothing in it is proved yet.
struct TokenRequest {
  explicit TokenRequest(std::pmr::memory_resource* memory)
      : grant_type(memory), client(memory), secret(memory), raw_client(memory), raw_secret(memory), scope(memory) {}

  std::pmr::string grant_type;
  std::pmr::string client;
  std::pmr::string secret;
  /// What Basic carried, not form-decoded: some clients leave the encoding out. Empty in the other form.
  std::pmr::string raw_client;
  std::pmr::string raw_secret;
  std::pmr::string scope;  ///< empty: none was named
};

/// A longer body is refused unread.
inline constexpr std::size_t kMostTokenRequestBytes = 16 << 10;

/// Reads `body` with the fields Authorization and Content-Type. Credentials come by Basic or in the form, never in
/// both; a parameter occurs once; one without a value counts as absent, unknown ones are left alone.
std::variant<TokenRequest, TokenRefusal> read_token_request(const net::Headers& headers, std::string_view body,
                                                            std::pmr::memory_resource* memory);

}  // namespace causeway::adapters
