// Percent-encoding (RFC 3986 2.1). The functions exist for std::string and std::pmr::string. Thread safe.
#pragma once

#include <memory_resource>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace causeway::net {

/// Bytes that need no escape in any part of a URI (RFC 3986 2.3).
bool is_unreserved(char byte);

/// Appends `value` as one path segment. False, and nothing is appended, when no spelling of it is one segment: an empty
/// value, `.` and `..`.
template <class String>
bool append_path_segment(String& out, Bytes value);

/// Appends `value` as a query's name or value.
template <class String>
void append_query_value(String& out, Bytes value);

/// Appends `text` with its escapes decoded. False on a broken escape (what came before it is appended).
template <class String>
bool append_decoded(String& out, std::string_view text);

/// As append_decoded, for a query's name or value: `+` is a blank.
template <class String>
bool append_decoded_query(String& out, std::string_view text);

}  // namespace causeway::net
