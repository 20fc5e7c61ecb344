#include "security/scopes.h"

#include <fmt/format.h>

#include <algorithm>

namespace causeway::security {
namespace {

constexpr std::size_t kMostCharacters = 128;

using List = std::vector<config::Placed<std::string>>;

bool read_list(const config::Node& node, config::Reading& reading, List& out) {
  const std::size_t before = reading.errors().error_count();
  if (!config::Value<List>::read_into(node, reading, out, nullptr)) return false;
  for (const auto& scope : out) check_scope(scope, reading);
  if (out.empty()) reading.error(node, "an empty list asks for nothing; leave the key out");
  return reading.errors().error_count() == before;
}

}  // namespace

bool is_scope(std::string_view text) {
  const auto allowed = [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; };
  return !text.empty() && text.size() <= kMostCharacters && std::all_of(text.begin(), text.end(), allowed);
}

void check_scope(const config::Placed<std::string>& scope, config::Reading& reading) {
  if (is_scope(scope.value)) return;
  reading.errors().add(
      scope.position, scope.path,
      fmt::format("a scope is 1 to 128 visible ASCII characters without blanks, quotes and backslashes, got {}",
                  config::quote(scope.value)));
}

bool has_all(std::span<const std::string_view> held, std::span<const std::string> needed) {
  return std::includes(held.begin(), held.end(), needed.begin(), needed.end(),
                       [](std::string_view a, std::string_view b) { return a < b; });
}

}  // namespace causeway::security

namespace causeway::config {

bool Value<security::RequiredScopes>::read_into(const Node& node, Reading& reading, security::RequiredScopes& out,
                                                const Range*) {
  security::RequiredScopes required;
  if (!node.is_mapping()) {
    if (!node.is_sequence()) {
      reading.expected(node, "a list of scopes, or a mapping of roles to such lists");
      return false;
    }
    auto& row = required.rows.emplace_back();
    if (!security::read_list(node, reading, row.scopes)) return false;
    out = std::move(required);
    return true;
  }
  if (node.entries().empty()) {
    reading.error(node, "an empty mapping asks for nothing; leave the key out");
    return false;
  }
  bool ok = true;
  for (const Node::Entry& entry : node.entries()) {
    auto step = reading.enter(entry.key.text());
    auto& row = required.rows.emplace_back();
    row.role = Placed<std::string>{entry.key.text(), entry.key.position(), reading.path()};
    ok = security::read_list(entry.value, reading, row.scopes) && ok;
  }
  if (ok) out = std::move(required);
  return ok;
}

}  // namespace causeway::config
