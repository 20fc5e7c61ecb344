// What a schema is compiled to: nodes that name each other by index, so that schemas may refer to themselves. Internal
// to this room. Immutable once compiled.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/json_document.h"
#include "json_schema/formats.h"

namespace causeway::json_schema {

using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kNoNode = 0xffffffff;

using TypeSet = std::uint8_t;
enum Type : TypeSet {
  kNull = 1,
  kBoolean = 2,
  kNumber = 4,
  kInteger = 8,
  kString = 16,
  kArray = 32,
  kObject = 64,
  kAnyType = 127,
};

struct Bounds {
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
};

struct Pattern {
  std::string text;  ///< as it was written
  std::unique_ptr<const re2::RE2> program;
};

/// Tokens; empty: no such rule.
struct NumberRules {
  std::string minimum;
  std::string maximum;
  std::string exclusive_minimum;
  std::string exclusive_maximum;
  std::string multiple_of;
};

struct StringRules {
  Bounds length;
  std::optional<Pattern> pattern;
  const Format* format = nullptr;
};

struct ArrayRules {
  Bounds count;
  std::vector<NodeIndex> prefix;
  NodeIndex items = kNoNode;
  NodeIndex contains = kNoNode;
  Bounds contained{.least = 1};
  bool unique = false;
};

/// A name that the schema mentions, in `properties`, `required` or `dependentRequired`.
struct Member {
  std::string name;
  NodeIndex schema = kNoNode;
  bool required = false;
  std::vector<std::uint32_t> needs;  ///< indices of the members that must be there with it
};

struct ObjectRules {
  Bounds count;
  std::vector<Member> members;  ///< by name
  bool named = false;           ///< some member is required or needs others
  std::vector<std::pair<Pattern, NodeIndex>> patterns;
  NodeIndex additional = kNoNode;
  NodeIndex names = kNoNode;
};

/// `enum`, and `const` as one of one.
struct ValueRules {
  std::vector<std::string> canonical;  ///< sorted
  TypeSet kinds = 0;                   ///< of the values, without kInteger
  std::string shown;                   ///< `"A", "B"`
};

struct LogicRules {
  std::vector<NodeIndex> all_of;
  std::vector<NodeIndex> any_of;
  std::vector<NodeIndex> one_of;
  NodeIndex none_of = kNoNode;
  NodeIndex condition = kNoNode;
  NodeIndex then = kNoNode;
  NodeIndex otherwise = kNoNode;
  NodeIndex reference = kNoNode;
};

struct Node {
  bool refuses_all = false;  ///< the schema `false`
  bool hidden = false;       ///< writeOnly: values are not repeated in messages
  TypeSet types = kAnyType;
  std::unique_ptr<ValueRules> enumeration;
  std::unique_ptr<ValueRules> constant;
  std::unique_ptr<NumberRules> number;
  std::unique_ptr<StringRules> string;
  std::unique_ptr<ArrayRules> array;
  std::unique_ptr<ObjectRules> object;
  std::unique_ptr<LogicRules> logic;
};

struct Plan {
  std::vector<Node> nodes;  ///< the first is the root
};

}  // namespace causeway::json_schema
