// A program, compiled: a tree of nodes in one array, which workers share and nobody changes. Internal to expression.
//
// The parser makes the nodes, the resolver puts into them what names mean, and says of each whether it has exactly one
// result. Children are indices into `nodes`; lists lie in `lists`, as (first, count).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "expression/builtins/builtins.h"
#include "expression/values/numbers.h"
#include "expression/values/value.h"
#include "expression/variables.h"

namespace causeway::expression {

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = 0xffffffff;

enum class Op : std::uint8_t {
  kIdentity,  // .
  kField,  // a.b      a: what it is taken of, b: text; small: a is `.`; these four have a flag: `?`, no part, no error
  kIndex,  // a[b]
  kSlice,  // a[b:c]   b or c may be kNoNode
  kIterate,  // a[]
  kLiteral,  // a: into literals
  kText,     // "…\(…)"  a, b: list: text, insertion, text … text; c: builtin of a format, kNoNode: tostring
  kArray,    // [a]      a may be kNoNode
  kObject,  // {…}      a, b: list of key, value or kNoNode (the input's), key …; flag: all names are known and differ,
            // then c: into members
  kNegate,       // -a
  kPipe,         // a | b
  kComma,        // a , b
  kAlternative,  // a // b
  kArithmetic,   // a + b    flag: Arithmetic
  kCompare,      // a < b    flag: Comparison
  kAnd,
  kOr,
  kAssign,        // a = b
  kUpdate,        // a |= b
  kArithUpdate,   // a += b  flag: Arithmetic
  kAltUpdate,     // a //= b
  kIf,            // a: condition, b: then, c: else or kNoNode
  kTry,           // a: body, b: handler or kNoNode
  kReduce,        // a: source, b: list of patterns, flag: how many, c: start, d: update
  kForeach,       // the same; e: extract or kNoNode
  kBind,          // a: source, b: list of patterns, flag: how many, d: body
  kDefine,        // a: function, b: what follows
  kLabel,         // a: slot, b: body; before it is resolved c: text
  kBreak,         // a: slot, b: hops; before: c: text
  kVariable,      // a: slot, b: hops; before: c: text
  kContext,       // a: a variable of the context
  kCall,          // c: text, a, b: list of arguments; the resolver makes it one of:
  kFunction,      //   a function of the program; d: function, e: hops
  kParameter,     //   d: position, e: hops
  kBuiltin,       //   d: builtin
  kPatternName,   // a: slot; before: c: text
  kPatternArray,  // a, b: list of patterns
  kPatternObject  // a, b: list of key, name or kNoNode, pattern or kNoNode …
};

enum class Comparison : std::uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

struct Node {
  Op op = Op::kIdentity;
  std::uint8_t flag = 0;
  bool single = false;  ///< exactly one result, or an error
  std::uint16_t height = 1;
  std::uint32_t offset = 0;  ///< in the text
  NodeId a = kNoNode;
  NodeId b = kNoNode;
  NodeId c = kNoNode;
  NodeId d = kNoNode;
  NodeId e = kNoNode;
};

struct Function {
  std::uint32_t name = 0;                  ///< text
  std::vector<std::uint32_t> parameters;   ///< texts
  std::vector<bool> parameter_is_value;    ///< `$x`
  std::vector<std::uint32_t> value_slots;  ///< of those that are values, in their order
  NodeId body = kNoNode;
  std::uint32_t slots = 0;
  std::uint32_t level = 0;  ///< of its body: 1 and more
  bool single = false;
};

/// A member of an object whose names are known.
struct WrittenMember {
  std::string_view key;    ///< `,"key":`
  std::string_view field;  ///< the value is this member of the input; null where it is something else
  NodeId key_node = kNoNode;
  NodeId value = kNoNode;  ///< kNoNode: the input's member of that name
};

class Plan {
 public:
  std::string source;
  std::vector<Node> nodes;
  std::vector<NodeId> lists;
  std::deque<std::string> texts;  ///< addresses stay
  std::vector<Value> literals;    ///< views of texts, and integers
  std::vector<Function> functions;
  std::vector<WrittenMember> members;  ///< of objects with their flag, from Node::c on
  NodeId root = kNoNode;
  std::uint32_t slots = 0;  ///< of the program itself
  VariableSet uses;
  bool uses_input = false;

  const Node& operator[](NodeId id) const { return nodes[id]; }
  std::string_view text(std::uint32_t id) const { return texts[id]; }
};

}  // namespace causeway::expression
