// Base64url without padding (RFC 7515, 2), strictly: each sequence of octets has exactly one text.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace causeway::security {

std::string to_base64url(Bytes octets);

/// How many octets a text of that many characters holds.
constexpr std::size_t base64url_octets(std::size_t characters) { return characters / 4 * 3 + characters % 4 * 3 / 4; }

/// Into `out`, which has room for base64url_octets(text.size()). Empty when the text has padding, blanks, characters
/// of another alphabet, a length that no octets have, or bits set behind the last octet. Does not allocate.
std::optional<Bytes> from_base64url(std::string_view text, std::span<char> out);

/// The same into memory of its own.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace causeway::security
