// Octets as text (RFC 4648): base64 with padding, base64url without it (RFC 7515, 2), and hex. Base64 is read strictly:
// each sequence of octets has exactly one text. Pure; thread safe.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace causeway {

std::string to_base64(Bytes octets);
std::string to_base64url(Bytes octets);

/// How many octets a text of that many characters holds at most.
constexpr std::size_t base64_octets(std::size_t characters) { return characters / 4 * 3 + characters % 4 * 3 / 4; }

/// Into `out`; a view of what was written. Empty when the text has blanks, characters of another alphabet, padding that
/// is not its alphabet's, a length that no octets have, bits set behind the last octet, or more octets than `out`
/// takes. Does not allocate.
std::optional<Bytes> from_base64(std::string_view text, std::span<char> out);
std::optional<Bytes> from_base64url(std::string_view text, std::span<char> out);

/// Pairs of hex digits of either case; empty likewise.
std::optional<Bytes> from_hex(std::string_view text, std::span<char> out);

/// Is it base64 with padding, for whoever passes it on? Lets bits behind the last octet pass.
bool is_base64(std::string_view text);

/// The decoders into memory of their own.
std::optional<std::string> from_base64(std::string_view text);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace causeway
