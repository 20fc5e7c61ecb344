// Octets as text, strictly: base64 with padding (RFC 4648, 4) and hex. For what partners send and secrets are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace causeway::security {

/// Decodes into `out`; how many octets there are. Nothing for any other byte, missing padding, bits that are left over,
/// or more octets than `out` takes. Does not allocate.
std::optional<std::size_t> decode_base64(std::string_view text, std::span<std::uint8_t> out);
/// The same for pairs of hex digits of either case.
std::optional<std::size_t> decode_hex(std::string_view text, std::span<std::uint8_t> out);

}  // namespace causeway::security
