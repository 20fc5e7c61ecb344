// The parts of the JSON Schema that need no definitions of mappings: scalars, and what holds when a key is absent.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/shape.h"

namespace causeway::app {

using Json = nlohmann::ordered_json;

/// Of a text, a number or a truth value. `references`: `${env:…}` and `${file:…}` may stand for it.
Json scalar_schema(const config::Shape& shape, bool references);

/// `default_text` of a key as a value; null where it has none or is not short.
Json default_value(const config::Shape& shape, const std::string& text);

/// The value of `type`, with null where nothing may stand.
Json types_of(std::vector<std::string> names, const config::Shape& shape);

}  // namespace causeway::app
