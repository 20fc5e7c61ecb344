// Request methods (RFC 9110 9).
#pragma once

#include <cstdint>
#include <string_view>

namespace causeway::net {

/// Methods are case-sensitive: `get` is kOther.
enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kTrace, kConnect, kOther };

Method method_of(std::string_view name);
/// Empty for kOther.
std::string_view method_name(Method method);

/// Does a body with this method have a meaning?
constexpr bool expects_body(Method method) {
  return method != Method::kGet && method != Method::kHead && method != Method::kOptions && method != Method::kTrace;
}

/// Only reads (RFC 9110 9.2.1).
constexpr bool is_safe(Method method) {
  return method == Method::kGet || method == Method::kHead || method == Method::kOptions || method == Method::kTrace;
}

/// Twice is as good as once (RFC 9110 9.2.2).
constexpr bool is_idempotent(Method method) {
  return is_safe(method) || method == Method::kPut || method == Method::kDelete;
}

}  // namespace causeway::net
