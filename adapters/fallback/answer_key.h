// Whose answer a kept one is, and to which question: callers are never answered with what another was answered
// (design: correctness.md, "Edges").
#pragma once

#include <optional>
#include <string_view>

#include "exchange/exchange.h"

namespace causeway::adapters {

struct KeyRules {
  bool shared = false;      ///< callers are not told apart
  bool all_fields = false;  ///< the route's own texts look at the caller's header fields: all that go on count
};

/// The hash of principal (consumer, its roles and scopes, issuer and subject of its token), host, path, query, version,
/// Accept and Cookie; the route is not in it. HEAD asks for what GET does.
security::Sha256Digest key_of(Exchange& exchange, const KeyRules& rules);

/// The fields that an answer depends on by its Vary, as one list; nothing for `*`, and for fields that are the
/// gateway's own and not told apart by the key.
std::optional<std::string_view> vary_of(Exchange& exchange, const net::Headers& answer, const KeyRules& rules);

/// The hash of what the caller says in these fields.
security::Sha256Digest varied_by(Exchange& exchange, std::string_view vary);

}  // namespace causeway::adapters
