// length, keys, has, contains, add, selecting by kind, errors.
#include <fmt/format.h>

#include <array>

#include "expression/builtins/builtin_groups.h"
#include "expression/machine/machine.h"
#include "expression/values/compare.h"
#include "expression/values/containers.h"
#include "expression/values/numbers.h"
#include "expression/values/strings.h"

namespace causeway::expression {
namespace {

using Arguments = std::span<Value>;

Flow length(Machine& machine, const Value& input, Arguments, Value& out) {
  switch (input.kind()) {
    case Kind::kNull:
      out = Value::integer(0);
      return Flow::kGo;
    case Kind::kFalse:
    case Kind::kTrue:
      return machine.fail(fmt::format("{} has no length", machine.described(input)));
    case Kind::kNumber:
      out = is_negative(input) ? negated(machine.resources(), input) : input;
      return Flow::kGo;
    case Kind::kString: {
      const Value text = plain_string(machine.resources(), input);
      machine.resources().spend_bytes(text.said().size());
      out = Value::integer(static_cast<std::int64_t>(count_points(text.said())));
      return Flow::kGo;
    }
    default:
      out = Value::integer(static_cast<std::int64_t>(size_of(input)));
      return Flow::kGo;
  }
}

Flow utf8bytelength(Machine& machine, const Value& input, Arguments, Value& out) {
  if (!input.is_string())
    return machine.fail(fmt::format("{} only strings have UTF-8 byte length", machine.described(input)));
  out = Value::integer(static_cast<std::int64_t>(plain_string(machine.resources(), input).said().size()));
  return Flow::kGo;
}

Flow keys_of(Machine& machine, const Value& input, bool sorted, Value& out) {
  Resources& resources = machine.resources();
  if (input.is_array()) {
    out = new_array(resources, size_of(input));
    if (!resources.spend(size_of(input) / 4)) return machine.over();
    for (std::size_t i = 0; i < size_of(input); ++i) push(out, Value::integer(static_cast<std::int64_t>(i)));
    return Flow::kGo;
  }
  if (!input.is_object()) return machine.fail(fmt::format("{} has no keys", machine.described(input)));
  if (sorted) {
    out = sorted_keys(resources, input);
    return Flow::kGo;
  }
  if (!resources.spend(size_of(input) / 2)) return machine.over();
  out = new_array(resources, size_of(input));
  for (Members walk(resources, input); walk.next();) push(out, walk.key());
  return Flow::kGo;
}

Flow keys(Machine& machine, const Value& input, Arguments, Value& out) { return keys_of(machine, input, true, out); }
Flow keys_unsorted(Machine& machine, const Value& input, Arguments, Value& out) {
  return keys_of(machine, input, false, out);
}

Flow has_key(Machine& machine, const Value& in, const Value& key, Value& out) {
  if (in.is_object() && key.is_string()) {
    out = Value(member_of(machine.resources(), in, plain_string(machine.resources(), key).said()).has_value());
    return Flow::kGo;
  }
  if (in.is_array() && key.is_number()) {
    const std::int64_t at = to_floor(key);
    out = Value(!is_nan(key) && at >= 0 && at < static_cast<std::int64_t>(size_of(in)));
    return Flow::kGo;
  }
  if (in.is_null()) {
    out = Value(false);
    return Flow::kGo;
  }
  return machine.fail(fmt::format("Cannot check whether {} has a {} key", machine.kind_of(in), machine.kind_of(key)));
}

Flow has(Machine& machine, const Value& input, Arguments given, Value& out) {
  return has_key(machine, input, given[0], out);
}
Flow in(Machine& machine, const Value& input, Arguments given, Value& out) {
  return has_key(machine, given[0], input, out);
}

Flow contains_in(Machine& machine, const Value& whole, const Value& part, bool& out) {
  if (!machine.step() || !machine.deep_enough_stack()) return machine.over();
  Resources& resources = machine.resources();
  const Kind kind = whole.kind();
  const bool booleans =
      (kind == Kind::kTrue || kind == Kind::kFalse) && (part.kind() == Kind::kTrue || part.kind() == Kind::kFalse);
  if (kind != part.kind() && !booleans)
    return machine.fail(fmt::format("{} and {} cannot have their containment checked", machine.described(whole),
                                    machine.described(part)));
  if (kind == Kind::kString) {
    const Value text = plain_string(resources, whole);
    const Value piece = plain_string(resources, part);
    resources.spend_bytes(text.said().size());
    out = find_text(text.said(), piece.said()) != std::string_view::npos;
    return Flow::kGo;
  }
  if (kind == Kind::kArray) {
    Items wanted(part);
    for (Value item; wanted.next(item);) {
      bool found = false;
      Items there(whole);
      for (Value other; !found && there.next(other);) {
        if (!machine.step()) return machine.over();
        if (other.kind() != item.kind()) continue;
        if (const Flow flow = contains_in(machine, other, item, found); flow != Flow::kGo) return flow;
      }
      if (!found) {
        out = false;
        return Flow::kGo;
      }
    }
    out = true;
    return Flow::kGo;
  }
  if (kind == Kind::kObject) {
    for (Members wanted(resources, part); wanted.next();) {
      if (!machine.step()) return machine.over();
      const auto there = member_of(resources, whole, wanted.key().said());
      out = false;
      if (!there || there->kind() != wanted.value().kind()) return Flow::kGo;
      if (const Flow flow = contains_in(machine, *there, wanted.value(), out); flow != Flow::kGo || !out) return flow;
    }
    out = true;
    return Flow::kGo;
  }
  out = equal(resources, whole, part);
  return Flow::kGo;
}

Flow contains(Machine& machine, const Value& input, Arguments given, Value& out) {
  if (both_deeper_than_operands(input, given[0])) return machine.fail("Containment check too deep");
  bool found = false;
  const Flow flow = contains_in(machine, input, given[0], found);
  out = Value(found);
  return flow;
}
Flow inside(Machine& machine, const Value& input, Arguments given, Value& out) {
  if (both_deeper_than_operands(input, given[0])) return machine.fail("Containment check too deep");
  bool found = false;
  const Flow flow = contains_in(machine, given[0], input, found);
  out = Value(found);
  return flow;
}

Flow add_up(Machine& machine, Value& sum, const Value& item) {
  Value left = std::move(sum);
  sum = {};
  return machine.arithmetic(Arithmetic::kAdd, std::move(left), item, sum);
}

Flow add(Machine& machine, const Value& input, Arguments, Value& out) {
  Value sum;
  SinkOf sink([&](Value item, const PathLink*) { return add_up(machine, sum, item); });
  if (const Flow flow = machine.iterate({input}, sink); flow != Flow::kGo) return flow;
  out = std::move(sum);
  return Flow::kGo;
}

Flow add_results(Machine& machine, const Call& call, const Spot& input, Value& out) {
  Value sum;
  const Flow flow = machine.each_to(call.argument(0), call.frame, {input.value},
                                    [&](Value item, const PathLink*) { return add_up(machine, sum, item); });
  if (flow != Flow::kGo) return flow;
  out = std::move(sum);
  return Flow::kGo;
}

Flow negation(Machine&, const Value& input, Arguments, Value& out) {
  out = Value(!input.truthy());
  return Flow::kGo;
}

Flow type(Machine&, const Value& input, Arguments, Value& out) {
  out = Value::text(name_of(input.kind()));
  return Flow::kGo;
}

Flow error(Machine& machine, const Value& input, Arguments, Value&) { return machine.fail_with(input); }
Flow error_with(Machine& machine, const Value&, Arguments given, Value&) { return machine.fail_with(given[0]); }

Flow toarray(Machine& machine, const Value& input, Arguments, Value& out) {
  if (input.is_array()) {
    out = input;
    return Flow::kGo;
  }
  out = new_array(machine.resources(), 1);
  push(out, input);
  return Flow::kGo;
}

Flow toboolean(Machine& machine, const Value& input, Arguments, Value& out) {
  const Kind kind = input.kind();
  if (kind == Kind::kTrue || kind == Kind::kFalse) {
    out = input;
    return Flow::kGo;
  }
  if (kind == Kind::kString) {
    const Value text = plain_string(machine.resources(), input);
    if (text.said() == "true" || text.said() == "false") {
      out = Value(text.said() == "true");
      return Flow::kGo;
    }
  }
  return machine.fail(fmt::format("{} cannot be parsed as a boolean", machine.described(input)));
}

/// Passes on what is of one of the kinds from kFirst to kLast.
template <Kind kFirst, Kind kLast>
Flow only(Machine&, const Call&, const Spot& input, Sink& sink) {
  const Kind kind = input.value.kind();
  return kind >= kFirst && kind <= kLast ? sink.take(input.value, input.path) : Flow::kGo;
}

Flow builtin_names(Machine& machine, const Value&, Arguments, Value& out) {
  out = new_array(machine.resources(), all_builtins().size());
  for (const Builtin* const builtin : all_builtins())
    if (builtin->name[0] != '_' && builtin->name[0] != '@')
      push(out, copy_text(machine.resources(), fmt::format("{}/{}", builtin->name, builtin->arity)));
  return Flow::kGo;
}

constexpr std::array kFunctions = std::to_array<Builtin>({
    {"length", 0, length},
    {"utf8bytelength", 0, utf8bytelength},
    {"keys", 0, keys},
    {"keys_unsorted", 0, keys_unsorted},
    {"has", 1, has},
    {"in", 1, in},
    {"contains", 1, contains},
    {"inside", 1, inside},
    {"add", 0, add},
    {"add", 1, nullptr, add_results},
    {"not", 0, negation},
    {"type", 0, type},
    {"error", 0, error},
    {"error", 1, error_with},
    {"toarray", 0, toarray},
    {"toboolean", 0, toboolean},
    {"builtins", 0, builtin_names},
    {"nulls", 0, nullptr, nullptr, only<Kind::kNull, Kind::kNull>},
    {"booleans", 0, nullptr, nullptr, only<Kind::kFalse, Kind::kTrue>},
    {"numbers", 0, nullptr, nullptr, only<Kind::kNumber, Kind::kNumber>},
    {"strings", 0, nullptr, nullptr, only<Kind::kString, Kind::kString>},
    {"arrays", 0, nullptr, nullptr, only<Kind::kArray, Kind::kArray>},
    {"objects", 0, nullptr, nullptr, only<Kind::kObject, Kind::kObject>},
    {"scalars", 0, nullptr, nullptr, only<Kind::kNull, Kind::kString>},
    {"iterables", 0, nullptr, nullptr, only<Kind::kArray, Kind::kObject>},
    {"values", 0, nullptr, nullptr, only<Kind::kFalse, Kind::kObject>},
});

}  // namespace

std::span<const Builtin> basic_functions() { return kFunctions; }

}  // namespace causeway::expression
