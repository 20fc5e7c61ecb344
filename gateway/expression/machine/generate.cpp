// Nodes that have any number of results.
#include <fmt/format.h>

#include "expression/machine/machine.h"
#include "expression/values/containers.h"
#include "expression/values/text_builder.h"

namespace causeway::expression {

Flow Machine::each(NodeId id, const Frame& frame, const Spot& input, Sink& sink) {
  const Node& node = plan_[id];
  if (node.single && !input.path) {
    Value out;
    if (const Flow flow = one(id, frame, input, out); flow != Flow::kGo) return flow;
    return sink.take(std::move(out), nullptr);
  }
  if (!step() || !deep_enough_stack()) return over();
  switch (node.op) {
    case Op::kIdentity: {
      const PathLink* const path = input.path;
      return sink.take(input.take(), path);
    }
    case Op::kField: {
      const Value key = Value::text(plan_.text(node.b));
      if (node.a == kNoNode) return access(input, key, sink, node.flag);
      return each_to(node.a, frame, {input.value, input.path}, [&](Value value, const PathLink* path) {
        return access({value, path}, key, sink, node.flag);
      });
    }
    case Op::kIndex:
      return each_index(node, frame, input, sink);
    case Op::kSlice:
      return each_slice(node, frame, input, sink);
    case Op::kIterate:
      return each_to(node.a, frame, {input.value, input.path}, [&](Value value, const PathLink* path) {
        return iterate({value, path}, sink, node.flag);
      });
    case Op::kPipe:
      return each_to(node.a, frame, input, [&](Value value, const PathLink* path) {
        return each(node.b, frame, {value, path, true}, sink);
      });
    case Op::kComma: {
      if (const Flow flow = each(node.a, frame, {input.value, input.path}, sink); flow != Flow::kGo) return flow;
      return each(node.b, frame, input, sink);
    }
    case Op::kAlternative:
      return each_alternative(node, frame, input, sink);
    case Op::kIf:
      return each_to(node.a, frame, {input.value}, [&](Value condition, const PathLink*) {
        const NodeId branch = condition.truthy() ? node.b : node.c;
        if (branch == kNoNode) return sink.take(input.value, input.path);
        return each(branch, frame, {input.value, input.path}, sink);
      });
    case Op::kTry:
      return each_try(node, frame, input, sink);
    case Op::kReduce:
      return each_reduce(node, frame, input, sink);
    case Op::kForeach:
      return each_foreach(node, frame, input, sink);
    case Op::kBind:
      return each_bind(node, frame, input, sink);
    case Op::kDefine:
      return each(node.b, frame, input, sink);
    case Op::kLabel: {
      // The slot holds a number that no other label has while this one is there.
      Flow flow = Flow::kGo;
      const char here = 0;
      with_slot(frame, node.a, Value::integer(static_cast<std::int64_t>(reinterpret_cast<std::intptr_t>(&here))), [&] {
        flow = each(node.b, frame, {input.value, input.path}, sink);
        return flow;
      });
      return stopped_at(flow, &here) ? Flow::kGo : flow;
    }
    case Op::kBreak: {
      const Frame* owner = &frame;
      for (NodeId hops = node.b; hops > 0; --hops) owner = owner->up;
      return stop(reinterpret_cast<const void*>(static_cast<std::intptr_t>(owner->slots[node.a].as_integer())));
    }
    case Op::kFunction:
      return call(node, frame, input.value, [&](const Frame& made) {
        return each(plan_.functions[node.d].body, made, {input.value, input.path}, sink);
      });
    case Op::kParameter: {
      const Frame* owner = &frame;
      for (NodeId hops = node.e; hops > 0; --hops) owner = owner->up;
      const Closure& closure = owner->closures[node.d];
      return each(closure.node, *closure.frame, input, sink);
    }
    case Op::kBuiltin:
      return each_builtin(node, frame, input, sink);
    default:
      break;
  }
  if (input.path) {
    // What is computed is no part of the input.
    return each_to(id, frame, {input.value},
                   [&](Value value, const PathLink*) { return sink.take(std::move(value), no_path()); });
  }
  switch (node.op) {
    case Op::kText:
      return each_text(node, 0, frame, input.value, {}, sink);
    case Op::kObject:
      return each_object(node, 0, frame, input.value, new_object(resources_, node.b / 2), sink);
    case Op::kNegate:
      return each_to(node.a, frame, input, [&](Value value, const PathLink*) {
        if (!value.is_number()) return fail(fmt::format("{} cannot be negated", described(value)));
        return sink.take(negated(resources_, value), nullptr);
      });
    case Op::kArithmetic:
    case Op::kCompare:
      return each_to(node.b, frame, {input.value}, [&](Value right, const PathLink*) {
        return each_to(node.a, frame, {input.value}, [&](Value left, const PathLink*) {
          if (node.op == Op::kCompare) {
            bool holds = false;
            const Flow flow = compare(static_cast<Comparison>(node.flag), left, right, holds);
            return flow == Flow::kGo ? sink.take(Value(holds), nullptr) : flow;
          }
          Value out;
          const Flow flow = arithmetic(static_cast<Arithmetic>(node.flag), std::move(left), right, out);
          return flow == Flow::kGo ? sink.take(std::move(out), nullptr) : flow;
        });
      });
    case Op::kAnd:
    case Op::kOr:
      return each_to(node.a, frame, {input.value}, [&](Value left, const PathLink*) {
        if (left.truthy() != (node.op == Op::kAnd)) return sink.take(Value(node.op == Op::kOr), nullptr);
        return each_to(node.b, frame, {input.value},
                       [&](Value right, const PathLink*) { return sink.take(Value(right.truthy()), nullptr); });
      });
    case Op::kAssign:
    case Op::kArithUpdate:
    case Op::kAltUpdate:
      return each_update(node, frame, input, sink);
    default:
      return over();
  }
}

Flow Machine::each_index(const Node& node, const Frame& frame, const Spot& input, Sink& sink) {
  return each_to(node.b, frame, {input.value}, [&](Value key, const PathLink*) {
    return each_to(node.a, frame, {input.value, input.path}, [&](Value value, const PathLink* path) {
      return access({value, path}, key, sink, node.flag);
    });
  });
}

Flow Machine::each_slice(const Node& node, const Frame& frame, const Spot& input, Sink& sink) {
  const auto bound = [&](NodeId id, FunctionRef<Flow(const Value&)> use) {
    if (id == kNoNode) return use(Value());
    return each_to(id, frame, {input.value}, [&](Value value, const PathLink*) { return use(value); });
  };
  return bound(node.b, [&](const Value& from) {
    return bound(node.c, [&](const Value& to) {
      return each_to(node.a, frame, {input.value, input.path}, [&](Value value, const PathLink* path) {
        Value part;
        if (!path) {
          const Flow flow = slice(value, from, to, part);
          if (flow == Flow::kGo) return sink.take(std::move(part), nullptr);
          return node.flag ? without_error(flow) : flow;
        }
        Value key = new_object(resources_, 2);
        put_new(key, Value::text("start"), from);
        put_new(key, Value::text("end"), to);
        return access({value, path}, key, sink, node.flag);
      });
    });
  });
}

Flow Machine::each_object(const Node& node, NodeId entry, const Frame& frame, const Value& input, const Value& made,
                          Sink& sink) {
  if (entry == node.b) return sink.take(made, nullptr);
  const NodeId value_node = plan_.lists[node.a + entry + 1];
  return each_to(plan_.lists[node.a + entry], frame, {input}, [&](Value key, const PathLink*) {
    if (!key.is_string()) return fail(fmt::format("Object keys must be strings, not {}", described(key)));
    key = plain_string(resources_, key);
    const auto go_on = [&](Value value, const PathLink*) {
      Value next = made;
      own_object(resources_, next);
      put(next, key, std::move(value));
      return each_object(node, entry + 2, frame, input, next, sink);
    };
    if (value_node != kNoNode) return each_to(value_node, frame, {input}, go_on);
    Value value;
    const Flow flow = index(input, key, value);
    return flow == Flow::kGo ? go_on(std::move(value), nullptr) : flow;
  });
}

/// From the last insertion to the first, as jq has it: the last changes slowest. `made` is what stands behind.
Flow Machine::each_text(const Node& node, NodeId part, const Frame& frame, const Value& input, std::string_view made,
                        Sink& sink) {
  // `part` counts from behind: 0 is the last text.
  const NodeId at = node.b - 1 - part;
  const std::string_view text = plan_.literals[plan_[plan_.lists[node.a + at]].a].said();
  if (at == 0) {
    TextBuilder whole(resources_, text.size() + made.size());
    whole.append(text);
    whole.append(made);
    return sink.take(whole.finish(), nullptr);
  }
  return each_to(plan_.lists[node.a + at - 1], frame, {input}, [&](Value value, const PathLink*) {
    TextBuilder longer(resources_, text.size() + made.size() + 32);
    if (const Flow flow = format(node, value); flow != Flow::kGo) return flow;
    write_plain(longer, resources_, value);
    longer.append(text);
    longer.append(made);
    return each_text(node, part + 2, frame, input, longer.view(), sink);
  });
}

Flow Machine::each_builtin(const Node& node, const Frame& frame, const Spot& input, Sink& sink) {
  const Builtin& builtin = builtin_at(node.d);
  if (builtin.generator) return builtin.generator(*this, {plan_, node, frame}, input, sink);
  if (input.path) {
    return each_to(static_cast<NodeId>(&node - plan_.nodes.data()), frame, {input.value},
                   [&](Value value, const PathLink*) { return sink.take(std::move(value), no_path()); });
  }
  // The first argument changes slowest.
  std::array<Value, 6> arguments;
  const auto from = [&](auto&& self, NodeId at) -> Flow {
    if (at == node.b) {
      Value out;
      std::array<Value, 6> copies = arguments;
      const Flow flow = builtin.value(*this, input.value, {copies.data(), node.b}, out);
      return flow == Flow::kGo ? sink.take(std::move(out), nullptr) : flow;
    }
    return each_to(plan_.lists[node.a + at], frame, {input.value}, [&](Value value, const PathLink*) {
      arguments[at] = std::move(value);
      return self(self, at + 1);
    });
  };
  return from(from, 0);
}

}  // namespace causeway::expression
