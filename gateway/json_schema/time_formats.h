// RFC 3339, 5.6, strictly: `full-date`, `full-time` and `date-time`. A leap second is one only at 23:59:60 in UTC.
// Thread safe.
#pragma once

#include <string_view>

namespace causeway::json_schema {

bool is_date(std::string_view text);
bool is_time(std::string_view text);
bool is_date_time(std::string_view text);

}  // namespace causeway::json_schema
