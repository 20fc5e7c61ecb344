// RFC 3986, 3: an absolute URI, by its grammar. Thread safe.
#pragma once

#include <string_view>

namespace causeway::json_schema {

bool is_uri(std::string_view text);

}  // namespace causeway::json_schema
