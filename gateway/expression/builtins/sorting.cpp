// sort, group_by, unique_by, min_by and their like, bsearch, transpose.
#include <fmt/format.h>

#include <array>

#include "expression/builtins/builtin_groups.h"
#include "expression/machine/machine.h"
#include "expression/values/compare.h"
#include "expression/values/containers.h"
#include "expression/values/sorting.h"

namespace causeway::expression {
namespace {

using Arguments = std::span<Value>;

Flow not_an_array(Machine& machine, const Value& input, std::string_view what) {
  return machine.fail(fmt::format("{} cannot be {}, as it is not an array", machine.described(input), what));
}

/// What an item is sorted by: an array of all results of the argument, or the item itself.
Flow keys_of(Machine& machine, const Call* call, const Value& array, Value& keys) {
  if (!call) {
    keys = array;
    return Flow::kGo;
  }
  keys = new_array(machine.resources(), size_of(array));
  Items walk(array);
  for (Value item; walk.next(item);) {
    if (!machine.resources().spend(2)) return machine.over();
    Value key = new_array(machine.resources(), 1);
    const Flow flow = machine.each_to(call->argument(0), call->frame, {item}, [&](Value value, const PathLink*) {
      push(key, std::move(value));
      return Flow::kGo;
    });
    if (flow != Flow::kGo) return flow;
    push(keys, std::move(key));
  }
  return Flow::kGo;
}

enum class Want : std::uint8_t { kSorted, kGroups, kUnique, kMinimum, kMaximum };

template <Want kWant>
Flow arrange(Machine& machine, const Call* call, const Value& input, Value& out) {
  Resources& resources = machine.resources();
  if (!input.is_array()) {
    constexpr std::array<std::string_view, 5> kDone = {"sorted", "grouped", "sorted", "searched", "searched"};
    return not_an_array(machine, input, kDone[static_cast<std::size_t>(kWant)]);
  }
  Value held = input;
  own_array(resources, held);
  Value keys;
  if (const Flow flow = keys_of(machine, call, held, keys); flow != Flow::kGo) return flow;
  if (size_of(keys) > 1 && keys.depth() > kDeepestOperand + 1) return machine.fail("Comparison too deep");
  const Value* const values = items(held.block());
  const Value* const by = items(keys.block());
  const std::size_t count = size_of(held);
  const auto compare = [&](std::uint32_t left, std::uint32_t right) { return order(resources, by[left], by[right]); };
  if constexpr (kWant == Want::kMinimum || kWant == Want::kMaximum) {
    std::uint32_t best = 0;
    for (std::uint32_t i = 1; i < count; ++i) {
      if (!machine.step()) return machine.over();
      const auto sign = compare(i, best);
      if (kWant == Want::kMinimum ? sign < 0 : sign >= 0) best = i;
    }
    out = count == 0 ? Value() : values[best];
    return Flow::kGo;
  } else {
    const Order places =
        sorted_order(resources, count, [&](std::uint32_t a, std::uint32_t b) { return compare(a, b) < 0; });
    if (!machine.step()) return machine.over();
    Value made = new_array(resources, kWant == Want::kSorted ? count : 0);
    for (std::size_t i = 0; i < count; ++i) {
      const bool same = i > 0 && compare(places[i - 1], places[i]) == 0;
      if constexpr (kWant == Want::kGroups) {
        if (!same) push(made, new_array(resources, 1));
        push(items(made)[made.block()->size - 1], values[places[i]]);
        note_depth(made, items(made)[made.block()->size - 1]);
      } else if (kWant == Want::kSorted || !same) {
        push(made, values[places[i]]);
      }
    }
    out = std::move(made);
    return Flow::kGo;
  }
}

template <Want kWant>
Flow plain(Machine& machine, const Value& input, Arguments, Value& out) {
  return arrange<kWant>(machine, nullptr, input, out);
}

template <Want kWant>
Flow by(Machine& machine, const Call& call, const Spot& input, Value& out) {
  return arrange<kWant>(machine, &call, input.value, out);
}

Flow bsearch(Machine& machine, const Value& input, Arguments given, Value& out) {
  Resources& resources = machine.resources();
  if (!input.is_array()) return machine.fail(fmt::format("{} cannot be searched from", machine.described(input)));
  Value held = input;
  own_array(resources, held);
  std::size_t begin = 0;
  std::size_t end = size_of(held);
  while (begin < end) {
    if (!machine.step()) return machine.over();
    const std::size_t middle = begin + (end - begin) / 2;
    const auto sign = order(resources, items(held.block())[middle], given[0]);
    if (sign == 0) {
      out = Value::integer(static_cast<std::int64_t>(middle));
      return Flow::kGo;
    }
    if (sign < 0) begin = middle + 1;
    else end = middle;
  }
  out = Value::integer(-1 - static_cast<std::int64_t>(begin));
  return Flow::kGo;
}

Flow transpose(Machine& machine, const Value& input, Arguments, Value& out) {
  Resources& resources = machine.resources();
  if (!input.is_array()) return not_an_array(machine, input, "transposed");
  std::size_t widest = 0;
  Items rows(input);
  for (Value row; rows.next(row);) {
    if (!row.is_array() && !row.is_null()) return not_an_array(machine, row, "transposed");
    if (row.is_array()) widest = std::max(widest, size_of(row));
  }
  const std::size_t height = size_of(input);
  if (!resources.spend(widest * (height + 2) / 2) || !resources.has_room_for(widest * height * sizeof(Value)))
    return machine.over();
  Value columns = new_array(resources, widest);
  for (std::size_t i = 0; i < widest; ++i) {
    Value column = new_array(resources, height);
    extend(column, height);
    push(columns, std::move(column));
  }
  Items again(input);
  std::size_t y = 0;
  for (Value row; again.next(row); ++y) {
    if (!row.is_array()) continue;
    Items cells(row);
    std::size_t x = 0;
    for (Value cell; cells.next(cell); ++x) {
      Value& column = items(columns)[x];
      note_depth(column, cell);
      items(column)[y] = std::move(cell);
    }
  }
  for (std::size_t i = 0; i < widest; ++i) note_depth(columns, items(columns)[i]);
  out = std::move(columns);
  return Flow::kGo;
}

constexpr std::array kFunctions = std::to_array<Builtin>({
    {"sort", 0, plain<Want::kSorted>},
    {"sort_by", 1, nullptr, by<Want::kSorted>},
    {"group_by", 1, nullptr, by<Want::kGroups>},
    {"unique", 0, plain<Want::kUnique>},
    {"unique_by", 1, nullptr, by<Want::kUnique>},
    {"min", 0, plain<Want::kMinimum>},
    {"min_by", 1, nullptr, by<Want::kMinimum>},
    {"max", 0, plain<Want::kMaximum>},
    {"max_by", 1, nullptr, by<Want::kMaximum>},
    {"bsearch", 1, bsearch},
    {"transpose", 0, transpose},
});

}  // namespace

std::span<const Builtin> sorting_functions() { return kFunctions; }

}  // namespace causeway::expression
