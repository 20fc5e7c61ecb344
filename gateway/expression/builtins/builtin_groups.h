// Where the functions of the engine come from: one file a group. Internal to expression.
#pragma once

#include <span>

#include "expression/builtins/builtins.h"

namespace causeway::expression {

std::span<const Builtin> basic_functions();       ///< length, keys, has, add, selecting by kind, errors
std::span<const Builtin> array_functions();       ///< any, all, isempty, flatten, reverse
std::span<const Builtin> conversion_functions();  ///< tostring, tonumber, tojson, fromjson
std::span<const Builtin> string_functions();      ///< split, join, trim, case
std::span<const Builtin> format_functions();      ///< @base64 and so on
std::span<const Builtin> number_functions();      ///< floor, sqrt, pow …
std::span<const Builtin> sorting_functions();     ///< sort, group_by, unique_by, min_by …
std::span<const Builtin> generating_functions();  ///< range, recurse, select, first, limit, until …
std::span<const Builtin> path_functions();        ///< path, getpath, del, map, walk …
std::span<const Builtin> entry_functions();       ///< to_entries, from_entries, with_entries
std::span<const Builtin> pattern_functions();     ///< test, match, sub … on RE2
std::span<const Builtin> date_functions();        ///< now, gmtime, strftime, strptime …
std::span<const Builtin> defined_functions();     ///< written in jq's language

}  // namespace causeway::expression
