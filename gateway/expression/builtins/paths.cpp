// path, getpath and what changes parts of values: del, map, map_values, walk.
#include <fmt/format.h>

#include <array>

#include "expression/builtins/builtin_groups.h"
#include "expression/machine/machine.h"
#include "expression/values/compare.h"
#include "expression/values/containers.h"
#include "expression/values/numbers.h"

namespace causeway::expression {
namespace {

using Arguments = std::span<Value>;

Flow path(Machine& machine, const Call& call, const Spot& input, Sink& sink) {
  const PathLink* const made = input.path ? Machine::no_path() : nullptr;
  return machine.each_to(
      call.argument(0), call.frame, {input.value, Machine::root_path()}, [&](Value value, const PathLink* at) {
        if (at == Machine::no_path())
          return machine.fail(fmt::format("Invalid path expression with result {}", machine.shortened(value)));
        return sink.take(machine.path_value(at), made);
      });
}

/// `path(..) | select(length > 0)`
Flow paths(Machine& machine, const Call&, const Spot& input, Sink& sink) {
  const PathLink* const made = input.path ? Machine::no_path() : nullptr;
  SinkOf each([&](Value, const PathLink* at) { return at->up ? sink.take(machine.path_value(at), made) : Flow::kGo; });
  return machine.recurse({input.value, Machine::root_path()}, each);
}

Flow paths_that(Machine& machine, const Call& call, const Spot& input, Sink& sink) {
  const PathLink* const made = input.path ? Machine::no_path() : nullptr;
  SinkOf each([&](Value value, const PathLink* at) {
    if (!at->up) return Flow::kGo;
    return machine.each_to(call.argument(0), call.frame, {value}, [&](Value holds, const PathLink*) {
      return holds.truthy() ? sink.take(machine.path_value(at), made) : Flow::kGo;
    });
  });
  return machine.recurse({input.value, Machine::root_path()}, each);
}

Flow not_a_path(Machine& machine, const Value& given) {
  return machine.fail_about("Path must be specified as an array", given);
}

/// Walks on with its path when one is asked for: `getpath(["a"]) |= …`.
Flow walk_path(Machine& machine, const Value& keys, std::size_t from, const Spot& at, Sink& sink) {
  if (!machine.deep_enough_stack()) return machine.over();
  if (from == size_of(keys)) return sink.take(at.value, at.path);
  const Value key = item_at(machine.resources(), keys, from);
  SinkOf next([&](Value value, const PathLink* link) {
    return walk_path(machine, keys, from + 1, {value, link}, sink);
  });
  if (!at.value.is_null()) return machine.access(at, key, next);
  const PathLink link{at.path, key};
  return next.take(Value(), &link);
}

Flow getpath(Machine& machine, const Call& call, const Spot& input, Sink& sink) {
  return machine.each_to(call.argument(0), call.frame, {input.value}, [&](Value keys, const PathLink*) {
    if (!keys.is_array()) return not_a_path(machine, keys);
    if (input.path) return walk_path(machine, keys, 0, input, sink);
    Value out;
    const Flow flow = machine.get_path(input.value, keys, out);
    return flow == Flow::kGo ? sink.take(std::move(out), nullptr) : flow;
  });
}

Flow setpath(Machine& machine, const Value& input, Arguments given, Value& out) {
  if (!given[0].is_array()) return not_a_path(machine, given[0]);
  Value root = input;
  const Flow flow = machine.set_path(root, given[0], given[1]);
  out = std::move(root);
  return flow;
}

Flow delpaths(Machine& machine, const Value& input, Arguments given, Value& out) {
  if (!given[0].is_array()) return machine.fail_about("Paths must be specified as an array", given[0]);
  Value root = input;
  const Flow flow = machine.delete_paths(root, given[0]);
  out = std::move(root);
  return flow;
}

Flow del(Machine& machine, const Call& call, const Spot& input, Value& out) {
  Value found;
  if (const Flow flow = machine.paths_of(call.argument(0), call.frame, input.value, found); flow != Flow::kGo)
    return flow;
  Value root = input.take();
  if (size_of(found) > 0)
    if (const Flow flow = machine.delete_paths(root, std::move(found)); flow != Flow::kGo) return flow;
  out = std::move(root);
  return Flow::kGo;
}

/// `. as $top | reduce path(f) as $p (null; setpath($p; $top | getpath($p)))`
Flow pick(Machine& machine, const Call& call, const Spot& input, Value& out) {
  Value found;
  if (const Flow flow = machine.paths_of(call.argument(0), call.frame, input.value, found); flow != Flow::kGo)
    return flow;
  Value made;
  for (std::uint32_t i = 0; i < found.block()->size; ++i) {
    const Value& keys = items(found)[i];
    Value part;
    if (const Flow flow = machine.get_path(input.value, keys, part); flow != Flow::kGo) return flow;
    if (const Flow flow = machine.set_path(made, keys, std::move(part)); flow != Flow::kGo) return flow;
  }
  out = std::move(made);
  return Flow::kGo;
}

Flow map(Machine& machine, const Call& call, const Spot& input, Value& out) {
  Value made = new_array(machine.resources(), input.value.kind() >= Kind::kArray ? size_of(input.value) : 0);
  SinkOf collect([&](Value value, const PathLink*) {
    push(made, std::move(value));
    return Flow::kGo;
  });
  SinkOf each([&](Value item, const PathLink*) {
    return machine.each(call.argument(0), call.frame, {item, nullptr, true}, collect);
  });
  if (const Flow flow = machine.iterate({input.value}, each); flow != Flow::kGo) return flow;
  out = std::move(made);
  return Flow::kGo;
}

/// The first result of the argument for `item`.
Flow first_result(Machine& machine, const Call& call, const Value& item, Value& out, bool& found) {
  found = false;
  const Flow flow =
      machine.each_to(call.argument(0), call.frame, {item, nullptr, true}, [&](Value value, const PathLink*) {
        out = std::move(value);
        found = true;
        return machine.stop(&found);
      });
  return machine.stopped_at(flow, &found) ? Flow::kGo : flow;
}

Flow map_values(Machine& machine, const Call& call, const Spot& input, Value& out) {
  const Value held = input.value;
  if (held.kind() < Kind::kArray) return machine.fail(fmt::format("Cannot iterate over {}", machine.described(held)));
  Resources& resources = machine.resources();
  Value made = held.is_array() ? new_array(resources, size_of(held)) : new_object(resources, size_of(held));
  bool found = false;
  Value value;
  if (held.is_array()) {
    Items walk(held);
    for (Value item; walk.next(item);) {
      if (const Flow flow = first_result(machine, call, item, value, found); flow != Flow::kGo) return flow;
      if (found) push(made, std::move(value));
    }
  } else {
    for (Members walk(resources, held); walk.next();) {
      Value item = walk.value();  // NOLINT(performance-unnecessary-copy-initialization): keeps it alive
      if (const Flow flow = first_result(machine, call, item, value, found); flow != Flow::kGo) return flow;
      if (found) put_new(made, walk.key(), std::move(value));
    }
  }
  out = std::move(made);
  return Flow::kGo;
}

/// `def walk(f): def w: if type == "object" then map_values(w) elif type == "array" then map(w) else . end | f; w`
Flow walk(Machine& machine, const Call& call, const Spot& input, Sink& sink) {
  if (!machine.step() || !machine.deep_enough_stack()) return machine.over();
  Resources& resources = machine.resources();
  const Value held = input.value;
  Value made = held;
  if (held.is_array()) {
    made = new_array(resources, size_of(held));
    SinkOf collect([&](Value value, const PathLink*) {
      push(made, std::move(value));
      return Flow::kGo;
    });
    Items items_of(held);
    for (Value item; items_of.next(item);)
      if (const Flow flow = walk(machine, call, {item}, collect); flow != Flow::kGo) return flow;
  } else if (held.is_object()) {
    made = new_object(resources, size_of(held));
    for (Members members(resources, held); members.next();) {
      bool found = false;
      SinkOf first([&](Value value, const PathLink*) {
        put_new(made, members.key(), std::move(value));
        found = true;
        return machine.stop(&found);
      });
      const Flow flow = walk(machine, call, {members.value()}, first);
      if (flow != Flow::kGo && !machine.stopped_at(flow, &found)) return flow;
    }
  }
  const PathLink* const path_made = input.path ? Machine::no_path() : nullptr;
  return machine.each_to(call.argument(0), call.frame, {made, nullptr, true},
                         [&](Value value, const PathLink*) { return sink.take(std::move(value), path_made); });
}

constexpr std::array kFunctions = std::to_array<Builtin>({
    {"path", 1, nullptr, nullptr, path},
    {"paths", 0, nullptr, nullptr, paths},
    {"paths", 1, nullptr, nullptr, paths_that},
    {"getpath", 1, nullptr, nullptr, getpath},
    {"setpath", 2, setpath},
    {"delpaths", 1, delpaths},
    {"del", 1, nullptr, del},
    {"pick", 1, nullptr, pick},
    {"map", 1, nullptr, map},
    {"map_values", 1, nullptr, map_values},
    {"walk", 1, nullptr, nullptr, walk},
});

}  // namespace

std::span<const Builtin> path_functions() { return kFunctions; }

}  // namespace causeway::expression
