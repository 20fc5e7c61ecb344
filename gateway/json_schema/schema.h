// JSON Schema 2020-12, the part of it that describes bodies (docs/validation.md lists the keywords). Compiled once;
// what is not of that part is an error then, never ignored.
//
// Ours differs from the specification in two ways: `format` is checked, and references stay within the file. Numbers
// are compared digit by digit, lengths count code points, patterns are RE2's.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/bytes.h"
#include "core/json_document.h"

namespace causeway::json_schema {

struct Plan;

/// Something in a schema that is wrong or not supported.
struct SchemaProblem {
  std::string pointer;     ///< JSON pointer into the schema, empty for the whole
  std::size_t offset = 0;  ///< in its text
  std::string message;
};

/// Something in a body that the schema does not allow.
struct Violation {
  std::string path;     ///< JSON pointer into the body, empty for the whole
  std::string keyword;  ///< of the schema, such as `required`; `limit` when checking was given up
  std::string message;  ///< for people: `expected a whole number, got "3"`; values cut when long
};

/// Immutable, thread safe, cheap to copy.
class Schema {
 public:
  static constexpr std::size_t kMostViolations = 100;

  /// The schema, or all that is wrong with its text.
  static std::variant<Schema, std::vector<SchemaProblem>> compile(Bytes text);

  /// All violations, to the first hundred; empty when the document is valid. Work is bounded by the size of the
  /// document: a schema that asks for more ends in one violation `limit`. Does not allocate when all is well, but for
  /// escapes, enumerations and uniqueItems.
  std::vector<Violation> validate(const JsonDocument& document) const;

 private:
  explicit Schema(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}
  std::shared_ptr<const Plan> plan_;
};

}  // namespace causeway::json_schema
