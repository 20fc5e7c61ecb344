// any and all, isempty, flatten, reverse.
#include <fmt/format.h>

#include <array>

#include "expression/builtins/builtin_groups.h"
#include "expression/machine/machine.h"
#include "expression/values/containers.h"
#include "expression/values/numbers.h"
#include "expression/values/strings.h"

namespace causeway::expression {
namespace {

using Arguments = std::span<Value>;

/// Looks for the first result that is `wanted`.
class Search {
 public:
  Search(Machine& machine, bool wanted) : machine_(machine), wanted_(wanted) {}
  Flow see(const Value& value) {
    if (value.truthy() != wanted_) return Flow::kGo;
    found_ = true;
    return machine_.stop(this);
  }
  Flow end(Flow flow, Value& out) {
    if (flow != Flow::kGo && !machine_.stopped_at(flow, this)) return flow;
    out = Value(found_ == wanted_);
    return Flow::kGo;
  }

 private:
  Machine& machine_;
  bool wanted_;
  bool found_ = false;
};

template <bool kWanted>
Flow any_item(Machine& machine, const Call&, const Spot& input, Value& out) {
  Search search(machine, kWanted);
  SinkOf sink([&](Value item, const PathLink*) { return search.see(item); });
  return search.end(machine.iterate({input.value}, sink), out);
}

template <bool kWanted>
Flow any_that(Machine& machine, const Call& call, const Spot& input, Value& out) {
  Search search(machine, kWanted);
  SinkOf sink([&](Value item, const PathLink*) {
    return machine.each_to(call.argument(0), call.frame, {item},
                           [&](Value value, const PathLink*) { return search.see(value); });
  });
  return search.end(machine.iterate({input.value}, sink), out);
}

template <bool kWanted>
Flow any_of_that(Machine& machine, const Call& call, const Spot& input, Value& out) {
  Search search(machine, kWanted);
  const Flow flow = machine.each_to(call.argument(0), call.frame, {input.value}, [&](Value item, const PathLink*) {
    return machine.each_to(call.argument(1), call.frame, {item},
                           [&](Value value, const PathLink*) { return search.see(value); });
  });
  return search.end(flow, out);
}

Flow isempty(Machine& machine, const Call& call, const Spot& input, Value& out) {
  bool empty = true;
  const Flow flow = machine.each_to(call.argument(0), call.frame, {input.value}, [&](Value, const PathLink*) {
    empty = false;
    return machine.stop(&empty);
  });
  if (flow != Flow::kGo && !machine.stopped_at(flow, &empty)) return flow;
  out = Value(empty);
  return Flow::kGo;
}

Flow flatten_into(Machine& machine, const Value& from, std::int64_t depth, Value& out) {
  if (!machine.deep_enough_stack()) return machine.over();
  Items walk(from);
  for (Value item; walk.next(item);) {
    if (!machine.step()) return machine.over();
    if (!item.is_array() || depth <= 0) {
      push(out, std::move(item));
    } else if (const Flow flow = flatten_into(machine, item, depth - 1, out); flow != Flow::kGo) {
      return flow;
    }
  }
  return Flow::kGo;
}

Flow flatten_to(Machine& machine, const Value& input, std::int64_t depth, Value& out) {
  if (depth < 0) return machine.fail("flatten depth must not be negative");
  if (input.kind() < Kind::kArray) return machine.fail(fmt::format("Cannot iterate over {}", machine.described(input)));
  out = new_array(machine.resources(), size_of(input));
  return flatten_into(machine, input, depth, out);
}

Flow flatten(Machine& machine, const Value& input, Arguments, Value& out) {
  return flatten_to(machine, input, 1'000'000, out);
}
Flow flatten_by(Machine& machine, const Value& input, Arguments given, Value& out) {
  if (!given[0].is_number()) return machine.fail_about("flatten depth must not be negative", given[0]);
  return flatten_to(machine, input, to_floor(given[0]), out);
}

Flow reverse(Machine& machine, const Value& input, Arguments, Value& out) {
  Resources& resources = machine.resources();
  if (input.is_string()) {
    const Value text = plain_string(resources, input);
    std::string_view rest = text.said();
    if (!resources.spend_characters(rest.size()) || !resources.has_room_for(2 * rest.size())) return machine.over();
    std::string reversed(rest.size(), '\0');
    std::size_t end = rest.size();
    while (!rest.empty()) {
      const std::string_view before = rest;
      take_point(rest);
      const std::size_t size = before.size() - rest.size();
      before.copy(reversed.data() + (end -= size), size);
    }
    out = copy_text(resources, reversed);
    return Flow::kGo;
  }
  if (input.is_null()) {
    out = new_array(resources);
    return Flow::kGo;
  }
  if (!input.is_array()) return machine.fail(fmt::format("Cannot reverse {}", machine.described(input)));
  Value whole = input;
  own_array(resources, whole);
  const std::size_t size = size_of(whole);
  if (!resources.spend(size / 4) || !resources.has_room_for(size * sizeof(Value))) return machine.over();
  out = new_array(resources, size);
  for (std::size_t i = size; i-- > 0;) push(out, items(whole.block())[i]);
  return Flow::kGo;
}

constexpr std::array kFunctions = std::to_array<Builtin>({
    {"any", 0, nullptr, any_item<true>},
    {"any", 1, nullptr, any_that<true>},
    {"any", 2, nullptr, any_of_that<true>},
    {"all", 0, nullptr, any_item<false>},
    {"all", 1, nullptr, any_that<false>},
    {"all", 2, nullptr, any_of_that<false>},
    {"isempty", 1, nullptr, isempty},
    {"flatten", 0, flatten},
    {"flatten", 1, flatten_by},
    {"reverse", 0, reverse},
});

}  // namespace

std::span<const Builtin> array_functions() { return kFunctions; }

}  // namespace causeway::expression
