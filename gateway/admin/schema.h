// The shapes of what the admin API takes and answers: data for the checks and for the OpenAPI document.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace causeway::admin {

enum class JsonType : std::uint8_t { kString, kInteger, kNumber, kBoolean, kObject, kArray, kAny };

struct Schema;

struct Field {
  enum Flag : unsigned {
    kRequired = 1,  ///< of a body or query
    kNullable = 2,
    kSometimes = 4,  ///< of a schema: not for viewers, or not in lists
  };

  std::string_view name;
  JsonType type = JsonType::kString;
  std::string_view description;
  unsigned flags = 0;
  const Schema* of = nullptr;  ///< what a kArray holds, or what a kObject is

  bool is(Flag flag) const { return (flags & flag) != 0; }
};

/// Static lifetime: found again by its address.
struct Schema {
  std::string_view name;
  std::vector<Field> fields;
};

}  // namespace causeway::admin
