// Results that become text at once: what `{…}` and `[…]` make is written member by member, and no value is built of it.
#include <algorithm>
#include <span>
#include <utility>

#include "expression/machine/machine.h"
#include "expression/values/containers.h"
#include "expression/values/text_builder.h"

namespace causeway::expression {

Flow Machine::write(NodeId id, const Frame& frame, const Spot& input, TextBuilder& out) {
  const Node& node = plan_[id];
  switch (node.op) {
    case Op::kObject:
      if (node.flag) return write_object(node, frame, input.value, out);
      break;
    case Op::kArray:
      return write_array(node, frame, input.value, out);
    case Op::kField:
      if (node.a == kNoNode && is_document_object(input.value))
        return step() ? write_member(input.value, plan_.text(node.b), out) : over();
      break;
    case Op::kPipe: {
      if (!step() || !deep_enough_stack()) return over();
      Value between;
      if (const Flow flow = one(node.a, frame, input, between); flow != Flow::kGo) return flow;
      return write(node.b, frame, {between, nullptr, true}, out);
    }
    case Op::kIf: {
      if (!step() || !deep_enough_stack()) return over();
      Value condition;
      if (const Flow flow = one(node.a, frame, {input.value}, condition); flow != Flow::kGo) return flow;
      const NodeId branch = condition.truthy() ? node.b : node.c;
      if (branch != kNoNode) return write(branch, frame, input, out);
      write_value(input.value, out);
      return Flow::kGo;
    }
    default:
      break;
  }
  Value value;
  if (const Flow flow = one(id, frame, input, value); flow != Flow::kGo) return flow;
  write_value(value, out);
  return Flow::kGo;
}

void Machine::write_value(const Value& value, TextBuilder& out) {
  write_json(out, value);
  text_depth_ = std::max(text_depth_, level_ + value.depth());
}

bool Machine::is_document_object(const Value& value) {
  return value.tag() == Value::Tag::kDocument && value.is_object();
}

Flow Machine::write_member(const Value& object, std::string_view name, TextBuilder& out) {
  const JsonDocument& document = object.document();
  const JsonDocument::Index found = find_member(object, name);
  if (found == JsonDocument::kNone) out.append("null");
  else if (document.kind(found) < JsonKind::kArray) out.append(document.raw(found));
  else write_value(Value::node(document, found), out);
  return Flow::kGo;
}

/// The names are known, and each is there once; with their commas, quotes and colons they stand in the plan.
Flow Machine::write_object(const Node& node, const Frame& frame, const Value& input, TextBuilder& out) {
  if (!step() || !deep_enough_stack()) return over();
  text_depth_ = std::max(text_depth_, ++level_);
  out.append('{');
  const bool of_document = is_document_object(input);
  std::size_t comma = 1;  // what of the first key is left out
  for (const WrittenMember& member : std::span(plan_.members).subspan(node.c, node.b / 2)) {
    out.append(member.key.substr(std::exchange(comma, 0)));
    Flow flow = Flow::kGo;
    if (of_document && member.field.data()) {
      flow = step() ? write_member(input, member.field, out) : over();
    } else if (member.value != kNoNode) {
      flow = write(member.value, frame, {input}, out);
    } else {
      Value made;
      flow = index(input, plan_.literals[plan_[member.key_node].a], made);
      if (flow == Flow::kGo) write_value(made, out);
    }
    if (flow != Flow::kGo) return flow;
  }
  out.append('}');
  --level_;
  return Flow::kGo;
}

Flow Machine::write_array(const Node& node, const Frame& frame, const Value& input, TextBuilder& out) {
  if (!step() || !deep_enough_stack()) return over();
  text_depth_ = std::max(text_depth_, ++level_);
  out.append('[');
  if (node.a != kNoNode)
    if (const Flow flow = write_items(node.a, frame, {input}, out); flow != Flow::kGo) return flow;
  out.append(']');
  --level_;
  return Flow::kGo;
}

Flow Machine::write_items(NodeId id, const Frame& frame, const Spot& input, TextBuilder& out) {
  const Node& node = plan_[id];
  const auto begin_item = [&out] {
    if (out.view().back() != '[') out.append(',');  // no item ends with one
  };
  if (node.single) {
    begin_item();
    return write(id, frame, input, out);
  }
  switch (node.op) {
    case Op::kPipe:
      if (!step() || !deep_enough_stack()) return over();
      return each_to(node.a, frame, input, [&](Value value, const PathLink*) {
        return write_items(node.b, frame, {value, nullptr, true}, out);
      });
    case Op::kComma: {
      if (!step() || !deep_enough_stack()) return over();
      const Flow flow = write_items(node.a, frame, {input.value}, out);
      return flow == Flow::kGo ? write_items(node.b, frame, input, out) : flow;
    }
    default:
      return each_to(id, frame, input, [&](Value value, const PathLink*) {
        begin_item();
        write_value(value, out);
        return Flow::kGo;
      });
  }
}

}  // namespace causeway::expression
