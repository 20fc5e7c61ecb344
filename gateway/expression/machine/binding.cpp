// Variables, destructuring, and calls of the program's own functions.
#include <fmt/format.h>

#include <memory>

#include "expression/machine/machine.h"
#include "expression/values/containers.h"

namespace causeway::expression {
namespace {

/// The memory of a frame: closures, then slots.
class FrameMemory {
 public:
  FrameMemory(Resources& resources, std::size_t closures, std::size_t slots) : resources_(resources), slots_(slots) {
    static_assert(sizeof(Closure) == sizeof(Value));
    memory_ = resources.take((closures + slots) * sizeof(Value), size_class_);
    values_ = static_cast<Value*>(memory_) + closures;
    std::uninitialized_default_construct_n(values_, slots);
  }
  ~FrameMemory() {
    std::destroy_n(values_, slots_);
    resources_.release(memory_, size_class_);
  }
  FrameMemory(const FrameMemory&) = delete;
  FrameMemory& operator=(const FrameMemory&) = delete;

  Closure* closures() { return static_cast<Closure*>(memory_); }
  Value* slots() { return values_; }

 private:
  Resources& resources_;
  std::size_t slots_;
  void* memory_;
  Value* values_;
  std::uint8_t size_class_ = 0;
};

}  // namespace

Flow Machine::with_slot(const Frame& frame, std::uint32_t slot, Value value, FunctionRef<Flow()> body) {
  Value& place = frame.slots[slot];
  const Value before = std::exchange(place, std::move(value));
  const Flow flow = body();
  place = before;
  return flow;
}

void Machine::clear_slots(NodeId pattern, const Frame& frame) {
  if (pattern == kNoNode) return;
  const Node& node = plan_[pattern];
  if (node.op == Op::kPatternName) frame.slots[node.a] = {};
  if (node.op == Op::kPatternArray)
    for (NodeId i = 0; i < node.b; ++i) clear_slots(plan_.lists[node.a + i], frame);
  if (node.op == Op::kPatternObject)
    for (NodeId i = 0; i < node.b; ++i)
      if (i % 3 != 0) clear_slots(plan_.lists[node.a + i], frame);
}

Flow Machine::bind(const Node& node, const Frame& frame, const Value& value, const bool& left,
                   FunctionRef<Flow()> body) {
  Flow flow = Flow::kGo;
  for (NodeId i = 0; i < node.flag; ++i) {
    // A variable that only another alternative has is null.
    if (node.flag > 1)
      for (NodeId other = 0; other < node.flag; ++other) clear_slots(plan_.lists[node.b + other], frame);
    flow = match(plan_.lists[node.b + i], frame, value, body);
    if (flow != Flow::kError || left) return flow;
  }
  return flow;
}

Flow Machine::match(NodeId pattern, const Frame& frame, const Value& value, FunctionRef<Flow()> body) {
  if (!deep_enough_stack()) return over();
  const Node& node = plan_[pattern];
  if (node.op == Op::kPatternName) return with_slot(frame, node.a, value, body);
  return node.op == Op::kPatternArray ? match_items(node, 0, frame, value, body)
                                      : match_members(node, 0, frame, value, body);
}

Flow Machine::match_items(const Node& node, NodeId item, const Frame& frame, const Value& value,
                          FunctionRef<Flow()> body) {
  if (item == node.b) return body();
  Value part;
  if (const Flow flow = index(value, Value::integer(item), part); flow != Flow::kGo) return flow;
  const auto rest = [&] { return match_items(node, item + 1, frame, value, body); };
  return match(plan_.lists[node.a + item], frame, part, rest);
}

Flow Machine::match_members(const Node& node, NodeId entry, const Frame& frame, const Value& value,
                            FunctionRef<Flow()> body) {
  if (entry == node.b) return body();
  const NodeId name = plan_.lists[node.a + entry + 1];
  const NodeId inner = plan_.lists[node.a + entry + 2];
  return each_to(plan_.lists[node.a + entry], frame, {value}, [&](Value key, const PathLink*) {
    if (!key.is_string()) return fail(fmt::format("Cannot index {} with {}", kind_of(value), described(key)));
    Value part;
    if (const Flow flow = index(value, key, part); flow != Flow::kGo) return flow;
    const auto rest = [&] { return match_members(node, entry + 3, frame, value, body); };
    const auto within = [&] { return inner == kNoNode ? rest() : match(inner, frame, part, rest); };
    return name == kNoNode ? within() : with_slot(frame, plan_[name].a, part, within);
  });
}

Flow Machine::call(const Node& node, const Frame& frame, const Value& input, FunctionRef<Flow(const Frame&)> body) {
  const Function& function = plan_.functions[node.d];
  if (calls_ >= depth_ && !resources_.end(Exceeded::kDepth)) return over();
  FrameMemory memory(resources_, node.b, function.slots);
  const Frame* up = &frame;
  for (NodeId hops = node.e; hops > 0; --hops) up = up->up;
  for (NodeId i = 0; i < node.b; ++i) {
    const NodeId argument = plan_.lists[node.a + i];
    const Node& given = plan_[argument];
    Closure closure{argument, &frame};
    if (given.op == Op::kParameter) {
      // What was given here itself: a chain of such would only be walked.
      const Frame* owner = &frame;
      for (NodeId hops = given.e; hops > 0; --hops) owner = owner->up;
      closure = owner->closures[given.d];
    }
    memory.closures()[i] = closure;
  }
  const Frame made{up, memory.closures(), memory.slots()};
  ++calls_;
  const Flow flow = call_with(node, 0, 0, frame, made, input, body);
  --calls_;
  return flow;
}

Flow Machine::call_with(const Node& node, std::size_t parameter, std::size_t value, const Frame& frame,
                        const Frame& made, const Value& input, FunctionRef<Flow(const Frame&)> body) {
  const Function& function = plan_.functions[node.d];
  while (parameter < function.parameters.size() && !function.parameter_is_value[parameter]) ++parameter;
  if (parameter == function.parameters.size()) return body(made);
  return each_to(plan_.lists[node.a + parameter], frame, {input}, [&](Value given, const PathLink*) {
    return with_slot(made, function.value_slots[value], std::move(given),
                     [&] { return call_with(node, parameter + 1, value + 1, frame, made, input, body); });
  });
}

}  // namespace causeway::expression
