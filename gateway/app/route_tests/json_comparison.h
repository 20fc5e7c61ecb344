// Compares JSON with an expectation that is written in YAML.
//
// Values must be equal: numbers digit by digit (19.90 is not 19.9), objects whatever the order of their members. Two
// words say less: `$any` stands for any value, and the member `$more` (or the last item `$more` of a list) says that
// there may be further ones.
#pragma once

#include <string>
#include <string_view>

#include "app/route_tests/mismatch.h"
#include "config/node.h"
#include "core/bytes.h"

namespace causeway::app {

inline constexpr std::string_view kAny = "$any";
inline constexpr std::string_view kMore = "$more";

/// `what`: the name of the value, such as `answer.data`. `text` that is no JSON must be the expectation's text.
void compare_json(const config::Node& expected, Bytes text, const std::string& what, Mismatches& out);

/// One line of JSON, cut where it is long.
std::string shortened(Bytes json, std::size_t most = 200);
/// An expectation as JSON.
std::string as_json(const config::Node& node);

}  // namespace causeway::app
