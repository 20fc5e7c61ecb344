// Certificates and keys from PEM files, for both sides of TLS. Part of this room's TLS contexts.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "net/tls_context.h"

using ASN1_TIME = struct asn1_string_st;  // NOLINT(readability-identifier-naming): OpenSSL says so

namespace causeway::net {

/// Gives `context` its own chain and key, which belong together. What is wrong, if anything.
std::optional<TlsProblem> load_identity(SSL_CTX* context, const std::filesystem::path& certificate,
                                        const std::filesystem::path& private_key);

/// What OpenSSL says of a file that is none ("no start line", "unsupported") helps nobody; this says that it cannot be
/// read, or that it holds none of those.
std::string why_refused(const std::filesystem::path& file, std::string_view holds);

/// 1970 for a time that is none.
WallTime time_of(const ASN1_TIME* time);

}  // namespace causeway::net
