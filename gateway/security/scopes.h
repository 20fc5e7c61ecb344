// Scopes: what a caller may do (RFC 6749, 3.3), and which of them a route asks for (`access.scopes`).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/placed.h"

namespace causeway::security {

/// One or more of %x21, %x23-5B, %x5D-7E, at most 128.
bool is_scope(std::string_view text);
/// An error unless it has the form of a scope.
void check_scope(const config::Placed<std::string>& scope, config::Reading& reading);

/// `scopes: [orders:read]`: everybody needs all of them. `scopes: {partner: [orders:write]}`: consumers with that role
/// need all of the list; who has several of the roles needs all of their lists; who has none is not asked.
struct RequiredScopes {
  struct Row {
    std::optional<config::Placed<std::string>> role;  ///< nullopt: everybody
    std::vector<config::Placed<std::string>> scopes;  ///< never empty
  };
  std::vector<Row> rows;
};

/// Whether `held` has all of `needed`; both ascending. Allocates nothing.
bool has_all(std::span<const std::string_view> held, std::span<const std::string> needed);

}  // namespace causeway::security

template <>
struct causeway::config::Value<causeway::security::RequiredScopes> {
  static bool read_into(const Node& node, Reading& reading, security::RequiredScopes& out, const Range* range);
  static Shape shape() {
    const Shape list = list_of(Value<std::string>::shape());
    return either("list of scopes, or mapping of roles to such lists", {list, map_of(list)});
  }
  static std::string text(const security::RequiredScopes&) { return {}; }
};
