// Functions of strings: splitting and joining, trimming, case, searching.
#include <fmt/format.h>

#include <array>

#include "expression/builtins/builtin_groups.h"
#include "expression/machine/machine.h"
#include "expression/values/containers.h"
#include "expression/values/numbers.h"
#include "expression/values/strings.h"
#include "expression/values/text_builder.h"

namespace causeway::expression {
namespace {

using Arguments = std::span<Value>;

bool both_strings(const Value& a, const Value& b) { return a.is_string() && b.is_string(); }

Flow startswith(Machine& machine, const Value& input, Arguments given, Value& out) {
  if (!both_strings(input, given[0]))
    return machine.fail_about("startswith() requires string inputs", input.is_string() ? given[0] : input);
  Resources& resources = machine.resources();
  const Value part = plain_string(resources, given[0]);
  resources.spend_bytes(part.said().size());
  out = Value(plain_string(resources, input).said().starts_with(part.said()));
  return Flow::kGo;
}

Flow endswith(Machine& machine, const Value& input, Arguments given, Value& out) {
  if (!both_strings(input, given[0]))
    return machine.fail_about("endswith() requires string inputs", input.is_string() ? given[0] : input);
  Resources& resources = machine.resources();
  const Value part = plain_string(resources, given[0]);
  resources.spend_bytes(part.said().size());
  out = Value(plain_string(resources, input).said().ends_with(part.said()));
  return Flow::kGo;
}

/// Without the given text at the start, at the end, or both. What is no string stays as it is, as in jq 1.7.
template <bool kLeft, bool kRight>
Flow trim_text(Machine& machine, const Value& input, Arguments given, Value& out) {
  out = input;
  if (!both_strings(input, given[0])) return Flow::kGo;
  Resources& resources = machine.resources();
  const Value text = plain_string(resources, input);
  const Value part = plain_string(resources, given[0]);
  resources.spend_bytes(part.said().size());
  std::string_view rest = text.said();
  if (kLeft && rest.starts_with(part.said())) rest.remove_prefix(part.said().size());
  if (kRight && rest.ends_with(part.said())) rest.remove_suffix(part.said().size());
  if (rest.size() == text.said().size()) return Flow::kGo;
  if (!resources.spend_bytes(rest.size())) return machine.over();
  out = copy_text(resources, rest);
  return Flow::kGo;
}

bool is_space(std::uint32_t point) {
  return (point >= 9 && point <= 13) || point == ' ' || point == 0x85 || point == 0xa0 || point == 0x1680 ||
         (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 || point == 0x202f ||
         point == 0x205f || point == 0x3000;
}

template <bool kLeft, bool kRight>
Flow trim(Machine& machine, const Value& input, Arguments, Value& out) {
  if (!input.is_string()) return machine.fail_about("trim input must be a string", input);
  Resources& resources = machine.resources();
  const Value text = plain_string(resources, input);
  std::string_view rest = text.said();
  resources.spend_bytes(rest.size());
  const std::size_t whole = rest.size();
  while (kLeft && !rest.empty()) {
    std::string_view after = rest;
    if (!is_space(take_point(after))) break;
    rest = after;
  }
  while (kRight && !rest.empty()) {
    std::size_t begin = rest.size() - 1;
    while (begin > 0 && (static_cast<unsigned char>(rest[begin]) & 0xc0) == 0x80) --begin;
    std::string_view last = rest.substr(begin);
    if (!is_space(take_point(last))) break;
    rest = rest.substr(0, begin);
  }
  if (!resources.spend_characters(whole - rest.size())) return machine.over();
  out = copy_text(resources, rest);
  return Flow::kGo;
}

template <char kFirst, char kLast>
Flow change_case(Machine& machine, const Value& input, Arguments, Value& out) {
  if (!input.is_string()) return machine.fail_about("ascii_downcase and ascii_upcase need a string", input);
  Resources& resources = machine.resources();
  const Value text = plain_string(resources, input);
  if (!resources.spend_characters(text.said().size())) return machine.over();
  out = copy_text(resources, text.said());
  char* const begin = characters(out.block());
  for (std::uint32_t i = 0; i < out.block()->size; ++i)
    if (begin[i] >= kFirst && begin[i] <= kLast) begin[i] = static_cast<char>(begin[i] ^ 0x20);
  return Flow::kGo;
}

Flow split(Machine& machine, const Value& input, Arguments given, Value& out) {
  if (!both_strings(input, given[0]))
    return machine.fail_about("split input and separator must be strings", input.is_string() ? given[0] : input);
  Resources& resources = machine.resources();
  out = split_text(resources, plain_string(resources, input).said(), plain_string(resources, given[0]).said());
  return Flow::kGo;
}

Flow join(Machine& machine, const Value& input, Arguments given, Value& out) {
  Resources& resources = machine.resources();
  TextBuilder text(resources, 64);
  bool first = true;
  const Value separator = given[0].is_string() ? plain_string(resources, given[0]) : Value::text("");
  SinkOf each([&](Value item, const PathLink*) {
    if (!first && !given[0].is_string() && !given[0].is_null())
      return machine.fail(fmt::format("join needs a string between the items, not {}", machine.described(given[0])));
    if (!first) text.append(separator.said());
    first = false;
    if (item.kind() >= Kind::kArray)
      return machine.fail(
          fmt::format("{} and {} cannot be added", machine.described(text.finish()), machine.described(item)));
    if (!item.is_null()) write_plain(text, resources, item);
    return Flow::kGo;
  });
  if (const Flow flow = machine.iterate({input}, each); flow != Flow::kGo) return flow;
  out = text.finish();
  return Flow::kGo;
}

Flow explode(Machine& machine, const Value& input, Arguments, Value& out) {
  if (!input.is_string()) return machine.fail(fmt::format("{} cannot be exploded", machine.described(input)));
  Resources& resources = machine.resources();
  const Value text = plain_string(resources, input);
  std::string_view rest = text.said();
  if (!resources.spend(rest.size() / 2) || !resources.has_room_for(rest.size() * sizeof(Value))) return machine.over();
  out = new_array(resources, rest.size());
  while (!rest.empty()) push(out, Value::integer(take_point(rest)));
  return Flow::kGo;
}

Flow implode(Machine& machine, const Value& input, Arguments, Value& out) {
  if (!input.is_array()) return machine.fail_about("implode input must be an array", input);
  TextBuilder text(machine.resources());
  Items walk(input);
  for (Value item; walk.next(item);) {
    if (!machine.step()) return machine.over();
    if (!item.is_number() || is_nan(item))
      return machine.fail(
          fmt::format("{} can't be imploded, unicode codepoint needs to be numeric", machine.described(item)));
    const std::int64_t point = to_integer(item);
    text.append_point(point < 0 || point > 0x10ffff ? 0xfffd : static_cast<std::uint32_t>(point));
  }
  out = text.finish();
  return Flow::kGo;
}

Flow places_in_string(Machine& machine, const Value& input, Arguments given, Value& out) {
  if (!input.is_string())
    return machine.fail(fmt::format("{} cannot be searched, as it is not a string", machine.described(input)));
  if (!given[0].is_string()) return machine.fail(fmt::format("{} is not a string", machine.described(given[0])));
  Resources& resources = machine.resources();
  out = string_indices(resources, plain_string(resources, input).said(), plain_string(resources, given[0]).said());
  return Flow::kGo;
}

Flow indices(Machine& machine, const Value& input, Arguments given, Value& out) {
  Resources& resources = machine.resources();
  if (input.is_null()) {
    out = {};
    return Flow::kGo;
  }
  if (both_strings(input, given[0])) {
    out = string_indices(resources, plain_string(resources, input).said(), plain_string(resources, given[0]).said());
    return Flow::kGo;
  }
  if (input.is_array() && given[0].is_array()) {
    out = indices_of(resources, input, given[0]);
    return Flow::kGo;
  }
  if (input.is_array()) {
    Value one = new_array(resources, 1);
    push(one, given[0]);
    out = indices_of(resources, input, one);
    return Flow::kGo;
  }
  return machine.fail(
      fmt::format("Cannot determine indices of {} in {}", machine.kind_of(given[0]), machine.described(input)));
}

template <bool kLast>
Flow index(Machine& machine, const Value& input, Arguments given, Value& out) {
  Value found;
  if (const Flow flow = indices(machine, input, given, found); flow != Flow::kGo) return flow;
  const std::size_t size = found.is_array() ? size_of(found) : 0;
  out = size == 0 ? Value() : items(found.block())[kLast ? size - 1 : 0];
  return Flow::kGo;
}

constexpr std::array kFunctions = std::to_array<Builtin>({
    {"startswith", 1, startswith},
    {"endswith", 1, endswith},
    {"ltrimstr", 1, trim_text<true, false>},
    {"rtrimstr", 1, trim_text<false, true>},
    {"trimstr", 1, trim_text<true, true>},
    {"trim", 0, trim<true, true>},
    {"ltrim", 0, trim<true, false>},
    {"rtrim", 0, trim<false, true>},
    {"ascii_downcase", 0, change_case<'A', 'Z'>},
    {"ascii_upcase", 0, change_case<'a', 'z'>},
    {"split", 1, split},
    {"join", 1, join},
    {"explode", 0, explode},
    {"implode", 0, implode},
    {"indices", 1, indices},
    {"_strindices", 1, places_in_string},
    {"index", 1, index<false>},
    {"rindex", 1, index<true>},
});

}  // namespace

std::span<const Builtin> string_functions() { return kFunctions; }

}  // namespace causeway::expression
