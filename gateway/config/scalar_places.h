// Where the characters of a scalar stand in its file: for errors within a text, such as an expression. Part of the YAML
// reader.
#pragma once

#include <yaml-cpp/mark.h>

#include <string_view>
#include <vector>

#include "config/node.h"
#include "config/yaml_source.h"

namespace causeway::config {

/// The places of `text`, which yaml-cpp read at `mark`: one a line, and one behind each escape. Empty when text and
/// file cannot be brought together.
std::vector<ScalarPlace> places_of(YamlSource& source, const YAML::Mark& mark, std::string_view text);

}  // namespace causeway::config
