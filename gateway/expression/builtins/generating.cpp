// Functions that give any number of results: range, recurse, select, first, limit, until and their like. They know the
// paths of what they pass on.
#include <fmt/format.h>

#include <array>

#include "expression/builtins/builtin_groups.h"
#include "expression/machine/machine.h"
#include "expression/values/containers.h"
#include "expression/values/numbers.h"

namespace causeway::expression {
namespace {

Flow nothing(Machine&, const Call&, const Spot&, Sink&) { return Flow::kGo; }

Flow select(Machine& machine, const Call& call, const Spot& input, Sink& sink) {
  return machine.each_to(call.argument(0), call.frame, {input.value}, [&](Value value, const PathLink*) {
    return value.truthy() ? sink.take(input.value, input.path) : Flow::kGo;
  });
}

const PathLink* made_path(const Spot& input) { return input.path ? Machine::no_path() : nullptr; }

Flow count_up(Machine& machine, const Spot& input, const Value& from, const Value& to, const Value& by, Sink& sink) {
  for (const Value* const bound : {&from, &to, &by})
    if (!bound->is_number()) return machine.fail_about("Range bounds must be numeric", *bound);
  if (is_zero(by)) return Flow::kGo;
  const bool down = is_negative(by);
  Value at = from;
  if (from.tag() == Value::Tag::kInteger && by.tag() == Value::Tag::kInteger && !is_nan(to)) {
    // A bound that is written otherwise, 1e9 or 2.5, is compared by its digits only once.
    const std::int64_t end = to_integer(to);
    const auto rest = order_numbers(to, Value::integer(end));
    const bool with_end = down ? rest < 0 : rest > 0;
    std::int64_t number = from.as_integer();
    std::int64_t next = number;
    while ((down ? number > end : number < end) || (with_end && number == end)) {
      if (!machine.step()) return machine.over();
      if (const Flow flow = sink.take(Value::integer(number), made_path(input)); flow != Flow::kGo) return flow;
      if (__builtin_add_overflow(number, by.as_integer(), &next)) break;
      number = next;
    }
    if (number == next) return Flow::kGo;
    at = Value::integer(number);
    if (auto problem = compute(machine.resources(), Arithmetic::kAdd, at, by, at)) return machine.fail(*problem);
  }
  while (down ? order_numbers(at, to) > 0 : order_numbers(at, to) < 0) {
    if (!machine.step()) return machine.over();
    if (const Flow flow = sink.take(at, made_path(input)); flow != Flow::kGo) return flow;
    Value next;
    if (auto problem = compute(machine.resources(), Arithmetic::kAdd, at, by, next)) return machine.fail(*problem);
    at = std::move(next);
  }
  return Flow::kGo;
}

template <std::size_t kArguments>
Flow range(Machine& machine, const Call& call, const Spot& input, Sink& sink) {
  const Spot plain{input.value};
  if constexpr (kArguments == 1) {
    return machine.each_to(call.argument(0), call.frame, plain, [&](Value to, const PathLink*) {
      return count_up(machine, input, Value::integer(0), to, Value::integer(1), sink);
    });
  } else {
    return machine.each_to(call.argument(0), call.frame, plain, [&](Value from, const PathLink*) {
      return machine.each_to(call.argument(1), call.frame, plain, [&](Value to, const PathLink*) {
        if constexpr (kArguments == 2) {
          return count_up(machine, input, from, to, Value::integer(1), sink);
        } else {
          return machine.each_to(call.argument(2), call.frame, plain, [&](Value by, const PathLink*) {
            return count_up(machine, input, from, to, by, sink);
          });
        }
      });
    });
  }
}

Flow recurse_all(Machine& machine, const Call&, const Spot& input, Sink& sink) { return machine.recurse(input, sink); }

/// `def recurse(f): ., (f | recurse(f))`. Without recursion where f has one result.
Flow recurse_by(Machine& machine, const Call& call, const Spot& input, Sink& sink) {
  const NodeId next = call.argument(0);
  if (call.plan[next].single && !input.path) {
    Value at = input.value;
    while (true) {
      if (!machine.step()) return machine.over();
      if (const Flow flow = sink.take(at, nullptr); flow != Flow::kGo) return flow;
      Value following;
      if (const Flow flow = machine.one(next, call.frame, {at}, following); flow != Flow::kGo) return flow;
      at = std::move(following);
    }
  }
  if (!machine.deep_enough_stack()) return machine.over();
  if (const Flow flow = sink.take(input.value, input.path); flow != Flow::kGo) return flow;
  return machine.each_to(next, call.frame, {input.value, input.path}, [&](Value value, const PathLink* path) {
    return recurse_by(machine, call, {value, path}, sink);
  });
}

/// `def recurse(f; condition): ., (f | select(condition) | recurse(f; condition))`
Flow recurse_while(Machine& machine, const Call& call, const Spot& input, Sink& sink) {
  if (!machine.deep_enough_stack()) return machine.over();
  if (const Flow flow = sink.take(input.value, input.path); flow != Flow::kGo) return flow;
  return machine.each_to(
      call.argument(0), call.frame, {input.value, input.path}, [&](Value value, const PathLink* path) {
        return machine.each_to(call.argument(1), call.frame, {value}, [&](Value go_on, const PathLink*) {
          return go_on.truthy() ? recurse_while(machine, call, {value, path}, sink) : Flow::kGo;
        });
      });
}

/// Without recursion as long as both arguments have one result; `kUntil`: gives what ends it, else all before that.
template <bool kUntil>
Flow loop(Machine& machine, const Call& call, const Spot& input, Sink& sink) {
  const NodeId condition = call.argument(0);
  const NodeId update = call.argument(1);
  if (call.plan[condition].single && call.plan[update].single && !input.path) {
    Value at = input.value;
    while (true) {
      if (!machine.step()) return machine.over();
      Value holds;
      if (const Flow flow = machine.one(condition, call.frame, {at}, holds); flow != Flow::kGo) return flow;
      if (holds.truthy() == kUntil) return kUntil ? sink.take(std::move(at), nullptr) : Flow::kGo;
      if (!kUntil)
        if (const Flow flow = sink.take(at, nullptr); flow != Flow::kGo) return flow;
      Value next;
      if (const Flow flow = machine.one(update, call.frame, {at, nullptr, true}, next); flow != Flow::kGo) return flow;
      at = std::move(next);
    }
  }
  if (!machine.deep_enough_stack()) return machine.over();
  return machine.each_to(condition, call.frame, {input.value}, [&](Value holds, const PathLink*) {
    if (holds.truthy() == kUntil) return kUntil ? sink.take(input.value, input.path) : Flow::kGo;
    if (!kUntil)
      if (const Flow flow = sink.take(input.value, input.path); flow != Flow::kGo) return flow;
    return machine.each_to(update, call.frame, {input.value, input.path}, [&](Value value, const PathLink* path) {
      return loop<kUntil>(machine, call, {value, path}, sink);
    });
  });
}

/// `def repeat(f): f, repeat(f)`: until an error ends it, or whoever has seen enough.
Flow repeat(Machine& machine, const Call& call, const Spot& input, Sink& sink) {
  while (true) {
    if (!machine.step()) return machine.over();
    const Flow flow = machine.each(call.argument(0), call.frame, {input.value, input.path}, sink);
    if (flow != Flow::kGo) return flow;
  }
}

Flow first_of(Machine& machine, const Call& call, const Spot& input, Sink& sink) {
  Flow behind = Flow::kGo;
  const Flow flow =
      machine.each_to(call.argument(0), call.frame, {input.value, input.path}, [&](Value value, const PathLink* path) {
        behind = sink.take(std::move(value), path);
        return behind == Flow::kGo ? machine.stop(&behind) : behind;
      });
  return machine.stopped_at(flow, &behind) ? Flow::kGo : flow;
}

Flow last_of(Machine& machine, const Call& call, const Spot& input, Sink& sink) {
  Value last;
  const PathLink* last_path = nullptr;
  bool found = false;
  const Flow flow =
      machine.each_to(call.argument(0), call.frame, {input.value, input.path}, [&](Value value, const PathLink* path) {
        last = std::move(value);
        last_path = machine.keep(path);
        found = true;
        return Flow::kGo;
      });
  return flow != Flow::kGo || !found ? flow : sink.take(std::move(last), last_path);
}

/// Behind the first `skip` results, at most `count`.
Flow window(Machine& machine, const Call& call, const Spot& input, std::int64_t skip, std::int64_t count, Sink& sink) {
  if (count <= 0) return Flow::kGo;
  const char here = 0;
  const Flow flow =
      machine.each_to(call.argument(1), call.frame, {input.value, input.path}, [&](Value value, const PathLink* path) {
        if (skip-- > 0) return Flow::kGo;
        const Flow behind = sink.take(std::move(value), path);
        if (behind != Flow::kGo) return behind;
        return --count == 0 ? machine.stop(&here) : Flow::kGo;
      });
  return machine.stopped_at(flow, &here) ? Flow::kGo : flow;
}

constexpr std::int64_t kAll = std::int64_t{1} << 62;

Flow limit(Machine& machine, const Call& call, const Spot& input, Sink& sink) {
  return machine.each_to(call.argument(0), call.frame, {input.value}, [&](Value count, const PathLink*) {
    if (!count.is_number()) return machine.fail_about("limit needs a number", count);
    if (is_negative(count)) return machine.fail("limit doesn't support negative count");
    return window(machine, call, input, 0, to_integer(count), sink);
  });
}

Flow skip(Machine& machine, const Call& call, const Spot& input, Sink& sink) {
  return machine.each_to(call.argument(0), call.frame, {input.value}, [&](Value count, const PathLink*) {
    if (!count.is_number()) return machine.fail_about("skip needs a number", count);
    if (is_negative(count)) return machine.fail("skip doesn't support negative count");
    return window(machine, call, input, to_integer(count), kAll, sink);
  });
}

Flow nth(Machine& machine, const Call& call, const Spot& input, Sink& sink) {
  return machine.each_to(call.argument(0), call.frame, {input.value}, [&](Value place, const PathLink*) {
    if (!place.is_number()) return machine.fail_about("nth needs a number", place);
    if (is_negative(place)) return machine.fail("nth doesn't support negative indices");
    return window(machine, call, input, to_integer(place), 1, sink);
  });
}

constexpr std::array kFunctions = std::to_array<Builtin>({
    {"empty", 0, nullptr, nullptr, nothing},
    {"select", 1, nullptr, nullptr, select},
    {"range", 1, nullptr, nullptr, range<1>},
    {"range", 2, nullptr, nullptr, range<2>},
    {"range", 3, nullptr, nullptr, range<3>},
    {"recurse", 0, nullptr, nullptr, recurse_all},
    {"recurse", 1, nullptr, nullptr, recurse_by},
    {"recurse", 2, nullptr, nullptr, recurse_while},
    {"while", 2, nullptr, nullptr, loop<false>},
    {"until", 2, nullptr, nullptr, loop<true>},
    {"repeat", 1, nullptr, nullptr, repeat},
    {"first", 1, nullptr, nullptr, first_of},
    {"last", 1, nullptr, nullptr, last_of},
    {"limit", 2, nullptr, nullptr, limit},
    {"skip", 2, nullptr, nullptr, skip},
    {"nth", 2, nullptr, nullptr, nth},
});

}  // namespace

std::span<const Builtin> generating_functions() { return kFunctions; }

}  // namespace causeway::expression
