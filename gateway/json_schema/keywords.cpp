// What each keyword does to the node at hand.
#include <algorithm>
#include <compare>

#include "config/reading.h"
#include "core/decimal.h"
#include "json_schema/canonical.h"
#include "json_schema/compiler.h"
#include "json_schema/pattern.h"
#include "json_schema/pointer.h"
#include "json_schema/wording.h"

namespace causeway::json_schema {
namespace {

constexpr std::size_t kMostListed = 8;  // values of an enumeration in a message

}  // namespace

std::span<const Compiler::Keyword> Compiler::keywords() {
  using C = Compiler;
  static const Keyword rows[] = {
      {"$schema", &C::ignore},
      {"$comment", &C::ignore},
      {"title", &C::ignore},
      {"description", &C::ignore},
      {"default", &C::ignore},
      {"examples", &C::ignore},
      {"deprecated", &C::ignore},
      {"readOnly", &C::ignore},
      {"writeOnly", &C::write_only},
      {"$id", &C::id},
      {"$ref", &C::reference},
      {"$defs", &C::definitions},
      {"type", &C::type},
      {"enum", &C::enumeration},
      {"const", &C::constant},
      {"minimum", &C::set_number<[](C& c) -> auto& { return c.number_rules().minimum; }>},
      {"maximum", &C::set_number<[](C& c) -> auto& { return c.number_rules().maximum; }>},
      {"exclusiveMinimum", &C::set_number<[](C& c) -> auto& { return c.number_rules().exclusive_minimum; }>},
      {"exclusiveMaximum", &C::set_number<[](C& c) -> auto& { return c.number_rules().exclusive_maximum; }>},
      {"multipleOf", &C::multiple_of},
      {"minLength", &C::set_count<[](C& c) -> auto& { return c.string_rules().length.least; }>},
      {"maxLength", &C::set_count<[](C& c) -> auto& { return c.string_rules().length.most; }>},
      {"pattern", &C::string_pattern},
      {"format", &C::format},
      {"properties", &C::properties},
      {"patternProperties", &C::pattern_properties},
      {"additionalProperties", &C::set_schema<[](C& c) -> auto& { return c.object_rules().additional; }>},
      {"propertyNames", &C::set_schema<[](C& c) -> auto& { return c.object_rules().names; }>},
      {"required", &C::required},
      {"dependentRequired", &C::dependent_required},
      {"minProperties", &C::set_count<[](C& c) -> auto& { return c.object_rules().count.least; }>},
      {"maxProperties", &C::set_count<[](C& c) -> auto& { return c.object_rules().count.most; }>},
      {"prefixItems", &C::set_schemas<[](C& c) -> auto& { return c.array_rules().prefix; }>},
      {"items", &C::set_schema<[](C& c) -> auto& { return c.array_rules().items; }>},
      {"contains", &C::set_schema<[](C& c) -> auto& { return c.array_rules().contains; }>},
      {"minContains", &C::set_count<[](C& c) -> auto& { return c.array_rules().contained.least; }>},
      {"maxContains", &C::set_count<[](C& c) -> auto& { return c.array_rules().contained.most; }>},
      {"minItems", &C::set_count<[](C& c) -> auto& { return c.array_rules().count.least; }>},
      {"maxItems", &C::set_count<[](C& c) -> auto& { return c.array_rules().count.most; }>},
      {"uniqueItems", &C::unique_items},
      {"allOf", &C::set_schemas<[](C& c) -> auto& { return c.logic_rules().all_of; }>},
      {"anyOf", &C::set_schemas<[](C& c) -> auto& { return c.logic_rules().any_of; }>},
      {"oneOf", &C::set_schemas<[](C& c) -> auto& { return c.logic_rules().one_of; }>},
      {"not", &C::set_schema<[](C& c) -> auto& { return c.logic_rules().none_of; }>},
      {"if", &C::set_schema<[](C& c) -> auto& { return c.logic_rules().condition; }>},
      {"then", &C::set_schema<[](C& c) -> auto& { return c.logic_rules().then; }>},
      {"else", &C::set_schema<[](C& c) -> auto& { return c.logic_rules().otherwise; }>},
  };
  return rows;
}

Compiler::Read Compiler::find_keyword(std::string_view name) {
  for (const Keyword& keyword : keywords())
    if (keyword.name == name) return keyword.read;
  return nullptr;
}

std::optional<std::uint64_t> Compiler::count(Index value) {
  const bool number = document_.kind(value) == JsonKind::kNumber;
  const std::optional<std::int64_t> whole = number ? whole_number(document_.raw(value)) : std::nullopt;
  if (whole && *whole >= 0) return static_cast<std::uint64_t>(*whole);
  wrong_value(value, "a whole number from 0 on");
  return std::nullopt;
}

std::vector<std::string> Compiler::strings(Index list, const std::string& steps) {
  std::vector<std::string> found;
  if (document_.kind(list) != JsonKind::kArray) {
    wrong_value(list, "a list of names", steps);
    return found;
  }
  std::string scratch;
  for (Index item = document_.first(list); item != JsonDocument::kNone; item = document_.next(item)) {
    if (document_.kind(item) == JsonKind::kString) found.emplace_back(document_.text(item, scratch));
    else wrong_value(item, "a name", steps);
  }
  return found;
}

std::vector<NodeIndex> Compiler::schemas(Index list) {
  std::vector<NodeIndex> places;
  if (document_.kind(list) != JsonKind::kArray || document_.size(list) == 0) {
    wrong_value(list, "a list of at least one schema");
    return places;
  }
  for (Index item = document_.first(list); item != JsonDocument::kNone; item = document_.next(item))
    places.push_back(subschema(item, "/" + std::to_string(places.size())));
  return places;
}

std::optional<Pattern> Compiler::pattern(Index at, std::string_view text, const std::string& steps) {
  std::variant<Pattern, std::string> compiled = compile_pattern(text);
  if (auto* found = std::get_if<Pattern>(&compiled)) return std::move(*found);
  problem(at, "this pattern cannot be used: " + std::get<std::string>(compiled), steps);
  return std::nullopt;
}

void Compiler::values(Index value, bool list) {
  if (list && (document_.kind(value) != JsonKind::kArray || document_.size(value) == 0))
    return wrong_value(value, "a list of at least one value");
  ValueRules& rules = made(list ? node().enumeration : node().constant);
  for (Index item = list ? document_.first(value) : value; item != JsonDocument::kNone;
       item = list ? document_.next(item) : JsonDocument::kNone) {
    std::string text;
    append_canonical(text, document_, item);
    rules.canonical.push_back(std::move(text));
    rules.kinds |= type_of(document_.kind(item));
    const std::size_t count = rules.canonical.size();
    if (count <= kMostListed) rules.shown += (count > 1 ? ", " : "") + shown(document_, item);
    else if (count == kMostListed + 1) rules.shown += ", …";
  }
  std::sort(rules.canonical.begin(), rules.canonical.end());
}

void Compiler::write_only(Index value) { node().hidden = document_.raw(value) == "true"; }

// A name of the whole is of no use to us; one further in would change what references below it mean.
void Compiler::id(Index value) {
  if (node_ != 0) problem(value, "\"$id\" is supported at the root only");
}

void Compiler::reference(Index value) {
  if (document_.kind(value) != JsonKind::kString) return wrong_value(value, "a reference such as \"#/$defs/name\"");
  std::string scratch;
  const std::string text(document_.text(value, scratch));
  if (!text.starts_with('#') || (text.size() > 1 && text[1] != '/'))
    return problem(value, "only references within the file are supported, such as \"#/$defs/name\"");
  std::string pointer = percent_decoded(std::string_view(text).substr(1));
  const Index target = follow(document_, pointer);
  if (target == JsonDocument::kNone) return problem(value, quoted_text(text) + " is not in this file");
  const NodeIndex place = subschema_at(target, std::move(pointer));
  logic_rules().reference = place;
}

void Compiler::definitions(Index value) {
  if (document_.kind(value) != JsonKind::kObject) return wrong_value(value, "an object of schemas");
  std::string scratch;
  for (Index child = document_.first(value); child != JsonDocument::kNone; child = document_.next(child))
    subschema(child, pointer_step(document_.name(child, scratch)));
}

void Compiler::type(Index value) {
  constexpr std::string_view kExpected = "null, boolean, object, array, number, integer, string, or a list of them";
  const bool list = document_.kind(value) == JsonKind::kArray;
  if (list && document_.size(value) == 0) return wrong_value(value, kExpected);
  TypeSet types = 0;
  std::string scratch;
  for (Index item = list ? document_.first(value) : value; item != JsonDocument::kNone;
       item = list ? document_.next(item) : JsonDocument::kNone) {
    const TypeSet one =
        document_.kind(item) == JsonKind::kString ? type_named(document_.text(item, scratch)) : TypeSet{0};
    if (one == 0) return wrong_value(item, kExpected);
    types |= one;
  }
  node().types = types;
}

void Compiler::multiple_of(Index value) {
  if (document_.kind(value) != JsonKind::kNumber || std::is_lteq(compare_numbers(document_.raw(value), "0")))
    return wrong_value(value, "a number above 0");
  if (!multiply(document_.raw(value), "1").ok()) return problem(value, "more than 34 digits");
  number_rules().multiple_of = document_.raw(value);
}

void Compiler::string_pattern(Index value) {
  if (document_.kind(value) != JsonKind::kString) return wrong_value(value, "a regular expression");
  std::string scratch;
  string_rules().pattern = pattern(value, document_.text(value, scratch), {});
}

void Compiler::format(Index value) {
  std::string scratch;
  const bool string = document_.kind(value) == JsonKind::kString;
  const Format* found = string ? find_format(document_.text(value, scratch)) : nullptr;
  string_rules().format = found;
  if (found != nullptr) return;
  std::string known;
  for (const Format& format : formats()) known += (known.empty() ? "" : ", ") + std::string(format.name);
  wrong_value(value, "one of " + known);
}

void Compiler::properties(Index value) {
  if (document_.kind(value) != JsonKind::kObject) return wrong_value(value, "an object of schemas");
  std::string scratch;
  for (Index child = document_.first(value); child != JsonDocument::kNone; child = document_.next(child)) {
    const std::string name(document_.name(child, scratch));
    members_[name].schema = subschema(child, pointer_step(name));
  }
}

void Compiler::pattern_properties(Index value) {
  if (document_.kind(value) != JsonKind::kObject) return wrong_value(value, "an object of schemas");
  std::string scratch;
  for (Index child = document_.first(value); child != JsonDocument::kNone; child = document_.next(child)) {
    const std::string name(document_.name(child, scratch));
    const NodeIndex place = subschema(child, pointer_step(name));
    if (auto found = pattern(child, name, pointer_step(name)))
      object_rules().patterns.emplace_back(std::move(*found), place);
  }
}

void Compiler::required(Index value) {
  for (const std::string& name : strings(value, {})) members_[name].required = true;
}

void Compiler::dependent_required(Index value) {
  if (document_.kind(value) != JsonKind::kObject) return wrong_value(value, "an object of lists of names");
  std::string scratch;
  for (Index child = document_.first(value); child != JsonDocument::kNone; child = document_.next(child)) {
    const std::string name(document_.name(child, scratch));
    for (std::string& need : strings(child, pointer_step(name))) members_[name].needs.insert(std::move(need));
  }
}

void Compiler::unique_items(Index value) {
  if (document_.kind(value) != JsonKind::kBoolean) return wrong_value(value, "true or false");
  array_rules().unique = document_.raw(value) == "true";
}

}  // namespace causeway::json_schema
