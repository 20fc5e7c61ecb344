// Nodes that have exactly one result.
#include <fmt/format.h>

#include "expression/machine/machine.h"
#include "expression/values/compare.h"
#include "expression/values/containers.h"
#include "expression/values/numbers.h"
#include "expression/values/text_builder.h"

namespace causeway::expression {

Flow Machine::one(NodeId id, const Frame& frame, const Spot& input, Value& out) {
  if (!step() || !deep_enough_stack()) return over();
  const Node& node = plan_[id];
  switch (node.op) {
    case Op::kIdentity:
      out = input.take();
      return Flow::kGo;
    case Op::kLiteral:
      out = plan_.literals[node.a];
      return Flow::kGo;
    case Op::kField:
      return one_field(node, frame, input, out);
    case Op::kVariable: {
      const Frame* owner = &frame;
      for (NodeId hops = node.b; hops > 0; --hops) owner = owner->up;
      out = owner->slots[node.a];
      return Flow::kGo;
    }
    case Op::kContext:
      return context(static_cast<Variable>(node.a), out);
    case Op::kObject:
      return one_object(node, frame, input, out);
    case Op::kArray:
      return one_array(node, frame, input, out);
    case Op::kText:
      return one_text(node, frame, input, out);
    case Op::kPipe: {
      Value between;
      if (const Flow flow = one(node.a, frame, input, between); flow != Flow::kGo) return flow;
      return one(node.b, frame, {between, nullptr, true}, out);
    }
    case Op::kIndex: {
      Value key;
      if (const Flow flow = one(node.b, frame, {input.value}, key); flow != Flow::kGo) return flow;
      Value of;
      if (const Flow flow = one(node.a, frame, {input.value}, of); flow != Flow::kGo) return flow;
      return index(of, key, out);
    }
    case Op::kSlice: {
      Value from;
      Value to;
      Value of;
      if (node.b != kNoNode)
        if (const Flow flow = one(node.b, frame, {input.value}, from); flow != Flow::kGo) return flow;
      if (node.c != kNoNode)
        if (const Flow flow = one(node.c, frame, {input.value}, to); flow != Flow::kGo) return flow;
      if (const Flow flow = one(node.a, frame, {input.value}, of); flow != Flow::kGo) return flow;
      return slice(of, from, to, out);
    }
    case Op::kArithmetic: {
      Value right;
      if (const Flow flow = one(node.b, frame, {input.value}, right); flow != Flow::kGo) return flow;
      Value left;
      if (const Flow flow = one(node.a, frame, input, left); flow != Flow::kGo) return flow;
      return arithmetic(static_cast<Arithmetic>(node.flag), std::move(left), right, out);
    }
    case Op::kCompare: {
      Value right;
      if (const Flow flow = one(node.b, frame, {input.value}, right); flow != Flow::kGo) return flow;
      Value left;
      if (const Flow flow = one(node.a, frame, {input.value}, left); flow != Flow::kGo) return flow;
      bool holds = false;
      const Flow flow = compare(static_cast<Comparison>(node.flag), left, right, holds);
      out = Value(holds);
      return flow;
    }
    case Op::kAnd:
    case Op::kOr: {
      Value value;
      if (const Flow flow = one(node.a, frame, {input.value}, value); flow != Flow::kGo) return flow;
      if (value.truthy() == (node.op == Op::kAnd))
        if (const Flow flow = one(node.b, frame, {input.value}, value); flow != Flow::kGo) return flow;
      out = Value(value.truthy());
      return Flow::kGo;
    }
    case Op::kAlternative: {
      const Flow flow = one(node.a, frame, {input.value}, out);
      if (flow != Flow::kGo || out.truthy()) return flow;
      return one(node.b, frame, input, out);
    }
    case Op::kNegate: {
      Value value;
      if (const Flow flow = one(node.a, frame, input, value); flow != Flow::kGo) return flow;
      if (!value.is_number()) return fail(fmt::format("{} cannot be negated", described(value)));
      out = negated(resources_, value);
      return Flow::kGo;
    }
    case Op::kIf: {
      Value condition;
      if (const Flow flow = one(node.a, frame, {input.value}, condition); flow != Flow::kGo) return flow;
      const NodeId branch = condition.truthy() ? node.b : node.c;
      if (branch != kNoNode) return one(branch, frame, input, out);
      out = input.take();
      return Flow::kGo;
    }
    case Op::kTry: {
      const Flow flow = one(node.a, frame, {input.value}, out);
      if (flow != Flow::kError) return flow;
      Value error = take_error();
      return one(node.b, frame, {error}, out);
    }
    case Op::kDefine:
      return one(node.b, frame, input, out);
    case Op::kBind: {
      Value value;
      if (const Flow flow = one(node.a, frame, {input.value}, value); flow != Flow::kGo) return flow;
      const bool left = false;
      return bind(node, frame, value, left, [&] { return one(node.d, frame, input, out); });
    }
    case Op::kFunction:
      return call(node, frame, input.value,
                  [&](const Frame& made) { return one(plan_.functions[node.d].body, made, input, out); });
    case Op::kBuiltin:
      return one_builtin(node, frame, input, out);
    case Op::kAssign:
    case Op::kUpdate:
    case Op::kArithUpdate:
    case Op::kAltUpdate:
      return one_update(node, frame, input, out);
    default:
      return one_of(id, frame, input, out);
  }
}

/// Of nodes whose one result comes out of each(): reduce.
Flow Machine::one_of(NodeId id, const Frame& frame, const Spot& input, Value& out) {
  SinkOf sink([&](Value value, const PathLink*) {
    out = std::move(value);
    return Flow::kGo;
  });
  return each_reduce(plan_[id], frame, input, sink);
}

Flow Machine::one_field(const Node& node, const Frame& frame, const Spot& input, Value& out) {
  Value of;
  const Value* from = &input.value;
  if (node.a != kNoNode) {
    if (const Flow flow = one(node.a, frame, {input.value}, of); flow != Flow::kGo) return flow;
    from = &of;
  }
  const std::string_view name = plan_.text(node.b);
  switch (from->kind()) {
    case Kind::kObject: {
      if (from->tag() == Value::Tag::kDocument) {
        const JsonDocument::Index found = find_member(*from, name);
        out = found == JsonDocument::kNone ? absences_.note(*from, Value::text(name))
                                           : Value::node(from->document(), found);
        return Flow::kGo;
      }
      auto found = member_of(resources_, *from, name);
      out = found ? std::move(*found) : Value();
      return Flow::kGo;
    }
    case Kind::kNull:
      out = absences_.note(*from, Value::text(name));
      return Flow::kGo;
    default:
      return index(*from, Value::text(name), out);
  }
}

Flow Machine::one_object(const Node& node, const Frame& frame, const Spot& input, Value& out) {
  Value made = new_object(resources_, node.b / 2);
  for (NodeId i = 0; i < node.b; i += 2) {
    const NodeId key_node = plan_.lists[node.a + i];
    const NodeId value_node = plan_.lists[node.a + i + 1];
    Value key;
    if (plan_[key_node].op == Op::kLiteral) {
      key = plan_.literals[plan_[key_node].a];
    } else {
      if (const Flow flow = one(key_node, frame, {input.value}, key); flow != Flow::kGo) return flow;
      if (!key.is_string()) return fail(fmt::format("Object keys must be strings, not {}", described(key)));
      key = plain_string(resources_, key);
    }
    Value value;
    const Flow flow =
        value_node == kNoNode ? index(input.value, key, value) : one(value_node, frame, {input.value}, value);
    if (flow != Flow::kGo) return flow;
    if (node.flag) put_new(made, std::move(key), std::move(value));
    else put(made, std::move(key), std::move(value));
  }
  out = std::move(made);
  return Flow::kGo;
}

Flow Machine::one_array(const Node& node, const Frame& frame, const Spot& input, Value& out) {
  Value made = new_array(resources_);
  if (node.a != kNoNode) {
    SinkOf sink([&](Value value, const PathLink*) {
      push(made, std::move(value));
      return Flow::kGo;
    });
    if (const Flow flow = each(node.a, frame, {input.value}, sink); flow != Flow::kGo) return flow;
  }
  out = std::move(made);
  return Flow::kGo;
}

Flow Machine::one_text(const Node& node, const Frame& frame, const Spot& input, Value& out) {
  // From the last insertion to the first, as jq has it: of several errors the last counts.
  const NodeId insertions = node.b / 2;
  std::array<Value, 4> few;
  Value many;
  Value* inserted = few.data();
  if (insertions > few.size()) {
    many = new_array(resources_);
    extend(many, insertions);
    inserted = items(many);
  }
  for (NodeId i = insertions; i-- > 0;) {
    const NodeId part = plan_.lists[node.a + 2 * i + 1];
    if (const Flow flow = one(part, frame, {input.value}, inserted[i]); flow != Flow::kGo) return flow;
    if (const Flow flow = format(node, inserted[i]); flow != Flow::kGo) return flow;
  }
  TextBuilder text(resources_, 64);
  for (NodeId i = 0; i < node.b; ++i) {
    if (i % 2 == 0) text.append(plan_.literals[plan_[plan_.lists[node.a + i]].a].said());
    else write_plain(text, resources_, inserted[i / 2]);
  }
  out = text.finish();
  return Flow::kGo;
}

/// What an insertion into a text becomes where it has a format; without one it is what tostring gives.
Flow Machine::format(const Node& node, Value& value) {
  if (node.c == kNoNode) return Flow::kGo;
  Value formatted;
  if (const Flow flow = builtin_at(node.c).value(*this, value, {}, formatted); flow != Flow::kGo) return flow;
  value = std::move(formatted);
  return Flow::kGo;
}

Flow Machine::one_builtin(const Node& node, const Frame& frame, const Spot& input, Value& out) {
  const Builtin& builtin = builtin_at(node.d);
  if (builtin.form) return builtin.form(*this, {plan_, node, frame}, input, out);
  std::array<Value, 6> arguments;
  for (NodeId i = 0; i < node.b; ++i)
    if (const Flow flow = one(plan_.lists[node.a + i], frame, {input.value}, arguments[i]); flow != Flow::kGo)
      return flow;
  return builtin.value(*this, input.value, {arguments.data(), node.b}, out);
}

}  // namespace causeway::expression
