// to_entries, from_entries, with_entries.
#include <fmt/format.h>

#include <array>

#include "expression/builtins/builtin_groups.h"
#include "expression/machine/machine.h"
#include "expression/values/containers.h"
#include "expression/values/text_builder.h"

namespace causeway::expression {
namespace {

using Arguments = std::span<Value>;

Value entry(Resources& resources, const Value& key, const Value& value) {
  Value made = new_object(resources, 2);
  put_new(made, Value::text("key"), key);
  put_new(made, Value::text("value"), value);
  return made;
}

/// Of an array the keys are the indices.
template <class Take>
Flow each_entry(Machine& machine, const Value& container, Take take) {
  if (container.kind() < Kind::kArray) return machine.fail(fmt::format("{} has no keys", machine.described(container)));
  Resources& resources = machine.resources();
  if (container.is_array()) {
    Items walk(container);
    std::int64_t at = 0;
    for (Value item; walk.next(item);) {
      if (!machine.resources().spend(4)) return machine.over();
      if (const Flow flow = take(entry(resources, Value::integer(at++), item)); flow != Flow::kGo) return flow;
    }
    return Flow::kGo;
  }
  for (Members walk(resources, container); walk.next();) {
    if (!machine.resources().spend(4)) return machine.over();
    if (const Flow flow = take(entry(resources, walk.key(), walk.value())); flow != Flow::kGo) return flow;
  }
  return Flow::kGo;
}

Flow to_entries(Machine& machine, const Value& input, Arguments, Value& out) {
  Resources& resources = machine.resources();
  Value made = new_array(resources, input.kind() >= Kind::kArray ? size_of(input) : 0);
  const Flow flow = each_entry(machine, input, [&](Value item) {
    push(made, std::move(item));
    return Flow::kGo;
  });
  out = std::move(made);
  return flow;
}

/// The member of an entry by one of its names: the first that is neither null nor missing; false counts for the value.
Value entry_part(Resources& resources, const Value& entry, std::span<const std::string_view> names) {
  Value last;
  for (const std::string_view name : names) {
    const auto found = member_of(resources, entry, name);
    if (!found || found->is_null()) continue;
    last = *found;
    if (found->kind() != Kind::kFalse) return last;
  }
  return last;
}

Flow enter(Machine& machine, const Value& entry, Value& made) {
  static constexpr std::array<std::string_view, 4> kValues = {"value", "v", "Value", "V"};
  static constexpr std::array<std::string_view, 6> kKeys = {"key", "k", "name", "Name", "Key", "K"};
  if (!machine.resources().spend(4)) return machine.over();
  if (!entry.is_object() && !entry.is_null())
    return machine.fail(fmt::format("Cannot index {} with string (\"key\")", machine.kind_of(entry)));
  Value key = entry.is_object() ? entry_part(machine.resources(), entry, kKeys) : Value();
  switch (key.kind()) {
    case Kind::kString:
      key = plain_string(machine.resources(), key);
      break;
    case Kind::kNull:
    case Kind::kFalse:
    case Kind::kTrue:
    case Kind::kNumber: {
      TextBuilder text(machine.resources());
      write_json(text, key);
      key = text.finish();
      break;
    }
    default:
      return machine.fail(fmt::format("Cannot use {} as object key", machine.described(key)));
  }
  put(made, std::move(key), entry.is_object() ? entry_part(machine.resources(), entry, kValues) : Value());
  return Flow::kGo;
}

Flow from_entries(Machine& machine, const Value& input, Arguments, Value& out) {
  Value made = new_object(machine.resources());
  SinkOf each([&](Value item, const PathLink*) { return enter(machine, item, made); });
  if (const Flow flow = machine.iterate({input}, each); flow != Flow::kGo) return flow;
  out = std::move(made);
  return Flow::kGo;
}

/// `to_entries | map(f) | from_entries`
Flow with_entries(Machine& machine, const Call& call, const Spot& input, Value& out) {
  Value made = new_object(machine.resources());
  SinkOf collect([&](Value item, const PathLink*) { return enter(machine, item, made); });
  const Flow flow = each_entry(machine, input.value, [&](Value item) {
    return machine.each(call.argument(0), call.frame, {item, nullptr, true}, collect);
  });
  if (flow != Flow::kGo) return flow;
  out = std::move(made);
  return Flow::kGo;
}

constexpr std::array kFunctions = std::to_array<Builtin>({
    {"to_entries", 0, to_entries},
    {"from_entries", 0, from_entries},
    {"with_entries", 1, nullptr, with_entries},
});

}  // namespace

std::span<const Builtin> entry_functions() { return kFunctions; }

}  // namespace causeway::expression
