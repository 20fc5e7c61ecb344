// Schemas of the configuration: a path to a file, relative to the file that names it, or the schema itself as a
// mapping. Read and compiled while the files are read, so that a reload takes a changed file.
#pragma once

#include <optional>

#include "config/values.h"
#include "json_schema/schema.h"

namespace causeway::json_schema {

/// Empty when it could not be read or compiled, which was reported (slug `schema`): for a file at the key that names
/// it, with place and JSON pointer inside of the file; for a mapping at the node that is wrong.
struct ConfiguredSchema {
  std::optional<Schema> schema;
};

}  // namespace causeway::json_schema

namespace causeway::config {

template <>
struct Value<json_schema::ConfiguredSchema> {
  static bool read_into(const Node& node, Reading& reading, json_schema::ConfiguredSchema& out, const Range*);
  static Shape shape() {
    return either("path of a JSON Schema, or the schema itself",
                  {{Shape::Form::kText, "path"}, map_of({Shape::Form::kAny, "anything"})});
  }
  static std::string text(const json_schema::ConfiguredSchema&) { return {}; }
};

}  // namespace causeway::config
