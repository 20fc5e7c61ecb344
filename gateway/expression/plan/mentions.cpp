// What a program takes by name of a variable, or of its input.
#include <algorithm>
#include <optional>

#include "expression/plan/plan.h"
#include "expression/program.h"

namespace causeway::expression {
namespace {

using Members = std::vector<Program::Member>;

std::optional<std::string_view> text_of(const Plan& plan, NodeId id) {
  if (id == kNoNode || plan[id].op != Op::kLiteral || !plan.literals[plan[id].a].is_string()) return std::nullopt;
  return plan.literals[plan[id].a].said();
}

/// Goes down to where a node looks at the input of the whole program; behind a pipe, `.` is something else.
class InputMembers {
 public:
  InputMembers(const Plan& plan, Members& out) : plan_(plan), out_(out) {}

  void visit(NodeId id) {
    if (id == kNoNode) return;
    const Node& node = plan_[id];
    switch (node.op) {
      case Op::kField:
        if (is_input(node.a)) return add(plan_.text(node.b), node.offset);
        return visit(node.a);
      case Op::kIndex:
        if (const auto name = text_of(plan_, node.b); name && is_input(node.a)) return add(*name, node.offset);
        visit(node.a);
        return visit(node.b);
      case Op::kObject:
        for (NodeId i = 0; i < node.b; i += 2) visit_member(plan_.lists[node.a + i], plan_.lists[node.a + i + 1]);
        return;
      case Op::kText:
        for (NodeId i = 0; i < node.b; ++i) visit(plan_.lists[node.a + i]);
        return;
      case Op::kPipe:
        visit(node.a);
        if (is_input(node.a)) visit(node.b);
        return;
      case Op::kTry:
        return visit(node.a);
      case Op::kBind:
        visit(node.a);
        return visit(node.d);
      case Op::kReduce:
      case Op::kForeach:
        visit(node.a);
        return visit(node.c);
      case Op::kDefine:
      case Op::kLabel:
        return visit(node.b);
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
      case Op::kIf:
        visit(node.a);
        visit(node.b);
        return visit(node.c);
      default:
        return;
    }
  }

 private:
  bool is_input(NodeId id) const { return id == kNoNode || plan_[id].op == Op::kIdentity; }
  void add(std::string_view name, std::size_t offset) { out_.push_back({name, offset}); }
  void visit_member(NodeId key, NodeId value) {
    if (value != kNoNode) {
      visit(key);
      return visit(value);
    }
    if (const auto name = text_of(plan_, key)) add(*name, plan_[key].offset);
  }

  const Plan& plan_;
  Members& out_;
};

}  // namespace

Members Program::members_of(Variable variable) const {
  const Plan& plan = *plan_;
  const auto is_mention = [&](NodeId id) {
    return id != kNoNode && plan[id].op == Op::kContext && plan[id].a == static_cast<NodeId>(variable);
  };
  Members members;
  std::vector<NodeId> named;
  for (const Node& node : plan.nodes) {
    if ((node.op != Op::kField && node.op != Op::kIndex) || !is_mention(node.a)) continue;
    const std::string_view name =
        node.op == Op::kField ? plan.text(node.b) : text_of(plan, node.b).value_or(std::string_view());
    named.push_back(node.a);
    members.push_back({name, plan[node.a].offset});
  }
  for (NodeId id = 0; id < plan.nodes.size(); ++id)
    if (is_mention(id) && std::ranges::find(named, id) == named.end()) members.push_back({{}, plan[id].offset});
  std::ranges::sort(members, {}, &Member::offset);
  return members;
}

Members Program::members_of_input() const {
  Members members;
  InputMembers(*plan_, members).visit(plan_->root);
  std::ranges::sort(members, {}, &Member::offset);
  return members;
}

}  // namespace causeway::expression
