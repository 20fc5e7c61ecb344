// Views of raw bytes. Nothing here owns memory: whoever hands out a Bytes says how long it lives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace causeway {

/// A read-only view of bytes: a body, a header value, a piece read from a socket. Not necessarily text.
using Bytes = std::string_view;

/// A size in bytes, as written in configuration (`16KiB`). A type of its own so that it is never mistaken for a count.
enum class ByteSize : std::uint64_t {};

constexpr std::uint64_t bytes(ByteSize size) { return static_cast<std::uint64_t>(size); }

}  // namespace causeway
