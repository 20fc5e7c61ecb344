// What an answer's header fields say about keeping it: Cache-Control (RFC 9111 5.2) and Vary (RFC 9110 12.5.5).
#pragma once

#include <cstdint>
#include <string_view>

#include "net/headers.h"

namespace causeway::net {

enum class Keeping : std::uint8_t {
  kForAll,
  kForItsCaller,  ///< `private`, with names of fields too
  kNever,         ///< `no-store`
};

/// Of a request or of an answer, all its Cache-Control fields together. `no-cache`, `max-age` and the like are about
/// answering in place of a system that works, and say nothing here.
Keeping keeping_of(const Headers& fields);

/// The next name of a list such as Vary's, which gets shorter; empty between two commas.
std::string_view next_name(std::string_view& list);

}  // namespace causeway::net
