// Short ways to say "this schema, that body".
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "json_schema/schema.h"

namespace causeway::json_schema {

/// What is wrong with a schema, a line each: `/pointer @offset: message`. Empty when it compiles.
inline std::string problems(std::string_view schema) {
  const auto compiled = Schema::compile(schema);
  std::string text;
  if (const auto* found = std::get_if<std::vector<SchemaProblem>>(&compiled))
    for (const SchemaProblem& one : *found)
      text += one.pointer + " @" + std::to_string(one.offset) + ": " + one.message + "\n";
  return text;
}

inline Schema schema_of(std::string_view text) {
  auto compiled = Schema::compile(text);
  EXPECT_TRUE(std::holds_alternative<Schema>(compiled)) << problems(text);
  return std::holds_alternative<Schema>(compiled) ? std::get<Schema>(compiled)
                                                  : std::get<Schema>(Schema::compile("true"));
}

inline std::string violations(const Schema& schema, std::string_view body) {
  const auto read = JsonDocument::read(body);
  EXPECT_TRUE(std::holds_alternative<JsonDocument>(read)) << body;
  if (!std::holds_alternative<JsonDocument>(read)) return "not JSON";
  std::string text;
  for (const Violation& one : schema.validate(std::get<JsonDocument>(read)))
    text += one.path + " " + one.keyword + ": " + one.message + "\n";
  return text;
}

/// A line each: `/path keyword: message`.
inline std::string violations(std::string_view schema, std::string_view body) {
  return violations(schema_of(schema), body);
}

}  // namespace causeway::json_schema
