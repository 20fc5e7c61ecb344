// One text for all JSON values that are equal (JSON Schema, 4.2.2: numbers by value, objects whatever their order), for
// `enum`, `const` and `uniqueItems`. Recursion is as deep as the value. Thread safe.
#pragma once

#include <string>

#include "core/json_document.h"

namespace causeway::json_schema {

void append_canonical(std::string& out, const JsonDocument& document, JsonDocument::Index value);

}  // namespace causeway::json_schema
