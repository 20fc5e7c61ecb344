// Conversions between texts and other values.
#include <fmt/format.h>

#include <array>

#include "core/json_document.h"
#include "expression/builtins/builtin_groups.h"
#include "expression/machine/machine.h"
#include "expression/values/containers.h"
#include "expression/values/numbers.h"
#include "expression/values/text_builder.h"

namespace causeway::expression {
namespace {

using Arguments = std::span<Value>;

Flow tostring(Machine& machine, const Value& input, Arguments, Value& out) {
  if (input.is_string()) {
    out = input;
    return Flow::kGo;
  }
  TextBuilder text(machine.resources());
  write_json(text, input);
  out = text.finish();
  return Flow::kGo;
}

Flow tojson(Machine& machine, const Value& input, Arguments, Value& out) {
  TextBuilder text(machine.resources());
  write_json(text, input);
  out = text.finish();
  return Flow::kGo;
}

Flow tonumber(Machine& machine, const Value& input, Arguments, Value& out) {
  if (input.is_number()) {
    out = input;
    return Flow::kGo;
  }
  if (input.is_string()) {
    const Value text = plain_string(machine.resources(), input);
    if (!machine.resources().spend_characters(text.said().size())) return machine.over();
    if (auto number = parse_number(machine.resources(), text.said())) {
      out = std::move(*number);
      return Flow::kGo;
    }
  }
  return machine.fail(fmt::format("{} cannot be parsed as a number", machine.described(input)));
}

/// A copy of a document's value that needs the document no longer.
Value copied(Resources& resources, const Value& value) {
  switch (value.kind()) {
    case Kind::kNumber:
      return copy_number(resources, value.raw());
    case Kind::kString: {
      const Value text = plain_string(resources, value);
      return text.tag() == Value::Tag::kText ? copy_text(resources, text.said()) : text;
    }
    case Kind::kArray: {
      Value made = new_array(resources, size_of(value));
      Items walk(value);
      for (Value item; walk.next(item);) push(made, copied(resources, item));
      return made;
    }
    case Kind::kObject: {
      Value made = new_object(resources, size_of(value));
      for (Members walk(resources, value); walk.next();)
        put(made, copy_text(resources, walk.key().said()), copied(resources, walk.value()));
      return made;
    }
    case Kind::kNull:
      return {};
    default:
      return Value(value.kind() == Kind::kTrue);
  }
}

Flow fromjson(Machine& machine, const Value& input, Arguments, Value& out) {
  if (!input.is_string()) return machine.fail(fmt::format("{} cannot be parsed as JSON", machine.described(input)));
  Resources& resources = machine.resources();
  const Value text = plain_string(resources, input);
  if (!resources.spend_characters(text.said().size())) return machine.over();
  const auto read = JsonDocument::read(text.said(), {.depth = 512, .refuse_doubled_names = false}, &resources);
  if (const auto* const problem = std::get_if<JsonProblem>(&read)) {
    if (auto number = parse_number(resources, text.said()); number && !number->is_null() && is_nan(*number)) {
      out = std::move(*number);
      return Flow::kGo;
    }
    std::string_view what = problem->what;
    if (what == "nested too deep") what = "Exceeds depth limit for parsing";
    return machine.fail(
        fmt::format("{} at byte {} (while parsing {})", what, problem->offset, machine.shortened(input)));
  }
  const auto& document = std::get<JsonDocument>(read);
  if (!resources.spend(document.count())) return machine.over();
  out = copied(resources, Value::node(document, 0));
  return machine.step() ? Flow::kGo : machine.over();
}

constexpr std::array kFunctions = std::to_array<Builtin>({
    {"tostring", 0, tostring},
    {"tojson", 0, tojson},
    {"fromjson", 0, fromjson},
    {"tonumber", 0, tonumber},
});

}  // namespace

std::span<const Builtin> conversion_functions() { return kFunctions; }

}  // namespace causeway::expression
