#include "expression/plan/resolver.h"

#include <utility>

#include "expression/parse/parser.h"
#include "expression/values/text_builder.h"

namespace causeway::expression {

void Resolver::resolve() {
  slots_ = &plan_.slots;
  visit(plan_.root);
  plan_.uses_input = reads_input(plan_, plan_.root);
}

void Resolver::visit(NodeId id) {
  if (id == kNoNode) return;
  // Loading a definition makes nodes: no reference to one survives a visit.
  const Node node = plan_.nodes[id];
  switch (node.op) {
    case Op::kIdentity:
    case Op::kLiteral:
    case Op::kContext:
      break;
    case Op::kVariable:
      visit_variable(plan_.nodes[id]);
      break;
    case Op::kBreak: {
      const Name* const label = find(Means::kLabel, plan_.text(node.c));
      if (!label) no_label(node, plan_.text(node.c));
      plan_.nodes[id].a = label->id;
      plan_.nodes[id].b = level_ - label->level;
      break;
    }
    case Op::kField:
      visit(node.a);
      break;
    case Op::kText:
      visit_list(node.a, node.b);
      break;
    case Op::kObject:
      visit_list(node.a, node.b);
      for (NodeId i = 0; i < node.b; i += 2) check_key(plan_.lists[node.a + i]);
      if (node.flag) prepare_members(plan_.nodes[id]);
      break;
    case Op::kCall:
      visit_list(node.a, node.b);
      visit_call(id);
      break;
    case Op::kFunction:
    case Op::kParameter:
    case Op::kBuiltin:
      break;
    case Op::kDefine: {
      const std::size_t before = names_.size();
      visit_function(node.a);
      visit(node.b);
      names_.resize(before);
      break;
    }
    case Op::kLabel: {
      const std::uint32_t slot = new_slot();
      plan_.nodes[id].a = slot;
      names_.push_back({Means::kLabel, plan_.text(node.c), 0, slot, level_});
      visit(node.b);
      names_.pop_back();
      break;
    }
    case Op::kBind: {
      visit(node.a);
      const std::size_t before = names_.size();
      for (NodeId i = 0; i < node.flag; ++i) declare_names(plan_.lists[node.b + i]);
      for (NodeId i = 0; i < node.flag; ++i) visit_pattern(plan_.lists[node.b + i]);
      visit(node.d);
      names_.resize(before);
      break;
    }
    case Op::kReduce:
    case Op::kForeach: {
      visit(node.a);
      visit(node.c);
      const std::size_t before = names_.size();
      for (NodeId i = 0; i < node.flag; ++i) declare_names(plan_.lists[node.b + i]);
      for (NodeId i = 0; i < node.flag; ++i) visit_pattern(plan_.lists[node.b + i]);
      visit(node.d);
      visit(node.e);
      names_.resize(before);
      break;
    }
    default:
      visit(node.a), visit(node.b), visit(node.c);
      break;
  }
  plan_.nodes[id].single = has_one_result(plan_, plan_.nodes[id]);
}

void Resolver::visit_list(NodeId first, NodeId count) {
  for (NodeId i = 0; i < count; ++i) visit(plan_.lists[first + i]);
}

void Resolver::check_key(NodeId id) const {
  const Node& key = plan_.nodes[id];
  if (key.op == Op::kLiteral && !plan_.literals[key.a].is_string()) fail(key, "a key must be a string");
}

void Resolver::prepare_members(Node& object) {
  object.c = static_cast<NodeId>(plan_.members.size());
  for (NodeId i = 0; i < object.b; i += 2) {
    const NodeId key = plan_.lists[object.a + i];
    const NodeId value = plan_.lists[object.a + i + 1];
    const std::string_view name = plan_.literals[plan_.nodes[key].a].said();
    std::string_view field = value == kNoNode ? name : std::string_view();
    if (value != kNoNode && plan_.nodes[value].op == Op::kField && plan_.nodes[value].a == kNoNode)
      field = plan_.text(plan_.nodes[value].b);
    plan_.members.push_back({plan_.texts.emplace_back("," + quoted(name) + ":"), field, key, value});
  }
}

/// Each name once, also when several patterns have it: the alternatives share their variables.
void Resolver::declare_names(NodeId pattern) {
  if (pattern == kNoNode) return;
  const Node node = plan_.nodes[pattern];
  if (node.op == Op::kPatternArray) {
    for (NodeId i = 0; i < node.b; ++i) declare_names(plan_.lists[node.a + i]);
  } else if (node.op == Op::kPatternObject) {
    for (NodeId i = 0; i < node.b; i += 3) {
      declare_names(plan_.lists[node.a + i + 1]);
      declare_names(plan_.lists[node.a + i + 2]);
    }
  } else {
    const std::string_view name = plan_.text(node.c);
    const std::uint32_t slot = new_slot();
    plan_.nodes[pattern].a = slot;
    names_.push_back({Means::kVariable, name, 0, slot, level_});
  }
}

/// The variables of a pattern are declared; of a name that comes twice the last holds.
void Resolver::visit_pattern(NodeId pattern) {
  if (pattern == kNoNode) return;
  const Node node = plan_.nodes[pattern];
  if (node.op == Op::kPatternName) {
    plan_.nodes[pattern].a = find(Means::kVariable, plan_.text(node.c))->id;
  } else if (node.op == Op::kPatternArray) {
    for (NodeId i = 0; i < node.b; ++i) visit_pattern(plan_.lists[node.a + i]);
  } else {
    for (NodeId i = 0; i < node.b; i += 3) {
      visit(plan_.lists[node.a + i]);
      check_key(plan_.lists[node.a + i]);
      visit_pattern(plan_.lists[node.a + i + 1]);
      visit_pattern(plan_.lists[node.a + i + 2]);
    }
  }
}

void Resolver::visit_function(std::uint32_t function) {
  const std::string_view name = plan_.text(plan_.functions[function].name);
  const std::vector<std::uint32_t> parameters = plan_.functions[function].parameters;
  names_.push_back({Means::kFunction, name, parameters.size(), function, level_});
  const std::size_t before = names_.size();
  std::uint32_t slots = 0;
  std::uint32_t* const outer = std::exchange(slots_, &slots);
  plan_.functions[function].level = ++level_;
  for (std::uint32_t i = 0; i < parameters.size(); ++i) {
    names_.push_back({Means::kParameter, plan_.text(parameters[i]), 0, i, level_});
    if (!plan_.functions[function].parameter_is_value[i]) continue;
    const std::uint32_t slot = new_slot();
    plan_.functions[function].value_slots.push_back(slot);
    names_.push_back({Means::kVariable, plan_.text(parameters[i]), 0, slot, level_});
  }
  visit(plan_.functions[function].body);
  names_.resize(before);
  --level_;
  slots_ = outer;
  Function& made = plan_.functions[function];
  made.slots = slots;
  made.single = plan_.nodes[made.body].single;
}

std::uint32_t Resolver::new_slot() { return (*slots_)++; }

const Resolver::Name* Resolver::find(Means means, std::string_view text, std::size_t arity) const {
  for (auto at = names_.rbegin(); at != names_.rend(); ++at)
    if (at->means == means && at->text == text && at->arity == arity) return &*at;
  return nullptr;
}

void Resolver::visit_variable(Node& node) {
  const std::string_view name = plan_.text(node.c);
  if (const Name* const found = find(Means::kVariable, name)) {
    node.a = found->id;
    node.b = level_ - found->level;
    return;
  }
  for (std::size_t i = 0; i < kVariableCount; ++i) {
    const auto variable = static_cast<Variable>(i);
    if (name_of(variable).substr(1) != name) continue;
    if (!allowed_.has(variable)) break;
    node.op = Op::kContext;
    node.a = static_cast<NodeId>(i);
    plan_.uses.add(variable);
    return;
  }
  no_variable(node, name);
}

void Resolver::visit_call(NodeId id) {
  const Node node = plan_.nodes[id];
  const std::string_view name = plan_.text(node.c);
  // The innermost of both kinds: a parameter hides a function and the other way round.
  for (auto at = names_.rbegin(); at != names_.rend(); ++at) {
    if (at->text != name || at->arity != node.b) continue;
    if (at->means != Means::kFunction && at->means != Means::kParameter) continue;
    Node& call = plan_.nodes[id];
    call.op = at->means == Means::kFunction ? Op::kFunction : Op::kParameter;
    call.d = at->id;
    call.e = level_ - at->level;
    return;
  }
  if (node.b == 0 && (name == "null" || name == "true" || name == "false")) {
    plan_.literals.push_back(name == "null" ? Value() : Value(name == "true"));
    plan_.nodes[id].op = Op::kLiteral;
    plan_.nodes[id].a = static_cast<NodeId>(plan_.literals.size() - 1);
    return;
  }
  const Builtin* const builtin = find_builtin(name, node.b);
  if (!builtin) no_function(node, name);
  if (builtin->definition.empty()) {
    plan_.nodes[id].op = Op::kBuiltin;
    plan_.nodes[id].d = index_of(*builtin);
    return;
  }
  const std::uint32_t function = load(*builtin);
  plan_.nodes[id].op = Op::kFunction;
  plan_.nodes[id].d = function;
  plan_.nodes[id].e = level_;
}

/// A definition of the engine sees nothing of the program: it stands beside it, as if at its very beginning.
std::uint32_t Resolver::load(const Builtin& builtin) {
  const std::uint32_t index = index_of(builtin);
  if (const auto found = loaded_.find(index); found != loaded_.end()) return found->second;
  const std::uint32_t function = Parser(builtin.definition, plan_).parse_definitions().back();
  loaded_.emplace(index, function);
  std::vector<Name> names = std::exchange(names_, {});
  const std::uint32_t level = std::exchange(level_, 0);
  visit_function(function);
  names_ = std::move(names);
  level_ = level;
  return function;
}

}  // namespace causeway::expression
