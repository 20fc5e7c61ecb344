// Schemas that are written in YAML. Thread safe.
#pragma once

#include <string>
#include <string_view>

#include "config/node.h"

namespace causeway::json_schema {

/// As JSON. What is not in quotes and reads as a JSON number, `true`, `false` or `null` is that; the rest is strings.
void append_json(std::string& out, const config::Node& node);
/// The node that a JSON pointer leads to, or the last one on the way.
config::Node node_at(const config::Node& root, std::string_view pointer);

}  // namespace causeway::json_schema
