// Status codes (RFC 9110 15).
#pragma once

#include <string_view>

namespace causeway::net {

/// The standard phrase, `Not Found`. Empty for codes that have none. Static lifetime.
std::string_view reason_phrase(int status);

/// Answers that never have a body, whatever their fields say: 1xx, 204, 304.
constexpr bool never_has_body(int status) { return status < 200 || status == 204 || status == 304; }

}  // namespace causeway::net
