// Nodes that steer: `//`, `try`, `reduce`, `foreach`, `as`.
#include "expression/machine/machine.h"

namespace causeway::expression {

Flow Machine::each_alternative(const Node& node, const Frame& frame, const Spot& input, Sink& sink) {
  bool found = false;
  const Flow flow = each_to(node.a, frame, {input.value, input.path}, [&](Value value, const PathLink* path) {
    if (!value.truthy()) return Flow::kGo;
    found = true;
    return sink.take(std::move(value), path);
  });
  if (flow != Flow::kGo || found) return flow;
  return each(node.b, frame, {input.value, input.path}, sink);
}

Flow Machine::each_try(const Node& node, const Frame& frame, const Spot& input, Sink& sink) {
  bool passed = false;  // what comes from behind is not caught here
  const Flow flow = each_to(node.a, frame, {input.value, input.path}, [&](Value value, const PathLink* path) {
    const Flow behind = sink.take(std::move(value), path);
    passed = behind != Flow::kGo;
    return behind;
  });
  if (flow != Flow::kError || passed) return flow;
  Value error = take_error();
  if (node.b == kNoNode) return Flow::kGo;
  return each(node.b, frame, {error, input.path ? no_path() : nullptr}, sink);
}

Flow Machine::each_reduce(const Node& node, const Frame& frame, const Spot& input, Sink& sink) {
  return each_to(node.c, frame, {input.value, input.path}, [&](Value start, const PathLink* start_path) {
    Value state = std::move(start);
    const PathLink* state_path = start_path;
    const bool left = false;
    const Flow flow = each_to(node.a, frame, {input.value}, [&](Value item, const PathLink*) {
      return bind(node, frame, item, left, [&] {
        Value before = std::move(state);
        state = {};
        const PathLink* const path = state_path;
        return each_to(node.d, frame, {before, path, true}, [&](Value value, const PathLink* made) {
          state = std::move(value);
          state_path = path ? keep(made) : nullptr;
          return Flow::kGo;
        });
      });
    });
    return flow == Flow::kGo ? sink.take(std::move(state), state_path) : flow;
  });
}

Flow Machine::each_foreach(const Node& node, const Frame& frame, const Spot& input, Sink& sink) {
  return each_to(node.c, frame, {input.value, input.path}, [&](Value start, const PathLink* start_path) {
    Value state = std::move(start);
    const PathLink* state_path = start_path;
    bool left = false;
    return each_to(node.a, frame, {input.value}, [&](Value item, const PathLink*) {
      return bind(node, frame, item, left, [&] {
        Value before = std::move(state);
        state = {};
        const PathLink* const path = state_path;
        return each_to(node.d, frame, {before, path, true}, [&](Value value, const PathLink* made) {
          state = value;
          state_path = path ? keep(made) : nullptr;
          Flow behind = Flow::kGo;
          if (node.e == kNoNode) {
            behind = sink.take(std::move(value), made);
            left = behind != Flow::kGo;
            return behind;
          }
          return each_to(node.e, frame, {value, made}, [&](Value extracted, const PathLink* extracted_path) {
            behind = sink.take(std::move(extracted), extracted_path);
            left = behind != Flow::kGo;
            return behind;
          });
        });
      });
    });
  });
}

Flow Machine::each_bind(const Node& node, const Frame& frame, const Spot& input, Sink& sink) {
  return each_to(node.a, frame, {input.value}, [&](Value value, const PathLink*) {
    bool left = false;
    SinkOf noting([&](Value result, const PathLink* path) {
      const Flow behind = sink.take(std::move(result), path);
      left = behind != Flow::kGo;
      return behind;
    });
    Sink& target = node.flag > 1 ? static_cast<Sink&>(noting) : sink;
    return bind(node, frame, value, left, [&] { return each(node.d, frame, {input.value, input.path}, target); });
  });
}

}  // namespace causeway::expression
