// What can be said of a node without running it.
#include <algorithm>

#include "expression/plan/resolver.h"

namespace causeway::expression {
namespace {

bool one(const Plan& plan, NodeId id) { return id == kNoNode || plan[id].single; }

bool all_one(const Plan& plan, NodeId first, NodeId count) {
  return std::all_of(plan.lists.begin() + first, plan.lists.begin() + first + count,
                     [&](NodeId id) { return one(plan, id); });
}

/// Binding its names happens exactly once: no key has several results.
bool binds_once(const Plan& plan, NodeId pattern) {
  if (pattern == kNoNode) return true;
  const Node& node = plan[pattern];
  if (node.op == Op::kPatternName) return true;
  const bool object = node.op == Op::kPatternObject;
  for (NodeId i = 0; i < node.b; ++i) {
    const NodeId child = plan.lists[node.a + i];
    if (object && i % 3 == 0 ? !one(plan, child) : !binds_once(plan, child)) return false;
  }
  return true;
}

bool any_reads(const Plan& plan, NodeId first, NodeId count) {
  return std::any_of(plan.lists.begin() + first, plan.lists.begin() + first + count,
                     [&](NodeId id) { return id == kNoNode || reads_input(plan, id); });
}

}  // namespace

bool has_one_result(const Plan& plan, const Node& node) {
  switch (node.op) {
    case Op::kIdentity:
    case Op::kLiteral:
    case Op::kVariable:
    case Op::kContext:
    case Op::kArray:
    case Op::kUpdate:
    case Op::kAltUpdate:
      return node.op != Op::kAltUpdate || one(plan, node.b);
    case Op::kField:
      return !node.flag && one(plan, node.a);
    case Op::kText:
    case Op::kObject:
      return all_one(plan, node.a, node.b);
    case Op::kTry:
      return node.b != kNoNode && one(plan, node.a) && one(plan, node.b);
    case Op::kReduce:
      return one(plan, node.c);
    case Op::kAssign:
    case Op::kArithUpdate:
      return one(plan, node.b);
    case Op::kBind:
      return node.flag == 1 && one(plan, node.a) && one(plan, node.d) && binds_once(plan, plan.lists[node.b]);
    case Op::kDefine:
      return one(plan, node.b);
    case Op::kFunction: {
      const Function& function = plan.functions[node.d];
      for (NodeId i = 0; i < node.b; ++i)
        if (function.parameter_is_value[i] && !one(plan, plan.lists[node.a + i])) return false;
      return function.single;
    }
    case Op::kBuiltin: {
      const Builtin& builtin = builtin_at(node.d);
      return builtin.form || (builtin.value && all_one(plan, node.a, node.b));
    }
    case Op::kIndex:
    case Op::kSlice:
      return !node.flag && one(plan, node.a) && one(plan, node.b) && one(plan, node.c);
    case Op::kNegate:
    case Op::kPipe:
    case Op::kAlternative:
    case Op::kArithmetic:
    case Op::kCompare:
    case Op::kAnd:
    case Op::kOr:
    case Op::kIf:
      return one(plan, node.a) && one(plan, node.b) && one(plan, node.c);
    default:
      return false;
  }
}

bool reads_input(const Plan& plan, NodeId id) {
  if (id == kNoNode) return false;
  const Node& node = plan[id];
  switch (node.op) {
    case Op::kLiteral:
    case Op::kVariable:
    case Op::kContext:
    case Op::kBreak:
      return false;
    case Op::kField:
      return node.a == kNoNode || reads_input(plan, node.a);
    case Op::kText:
    case Op::kObject:
      return any_reads(plan, node.a, node.b);
    case Op::kPipe:
    case Op::kTry:
      return reads_input(plan, node.a);
    case Op::kBind:
      return reads_input(plan, node.a) || reads_input(plan, node.d);
    case Op::kReduce:
    case Op::kForeach:
      return reads_input(plan, node.a) || reads_input(plan, node.c);
    case Op::kDefine:
    case Op::kLabel:
      return reads_input(plan, node.b);
    case Op::kIndex:
    case Op::kSlice:
    case Op::kIterate:
    case Op::kArray:
    case Op::kNegate:
    case Op::kComma:
    case Op::kAlternative:
    case Op::kArithmetic:
    case Op::kCompare:
    case Op::kAnd:
    case Op::kOr:
      return reads_input(plan, node.a) || reads_input(plan, node.b) || reads_input(plan, node.c);
    case Op::kIf:
      return node.c == kNoNode || reads_input(plan, node.a) || reads_input(plan, node.b) || reads_input(plan, node.c);
    default:
      return true;
  }
}

}  // namespace causeway::expression
