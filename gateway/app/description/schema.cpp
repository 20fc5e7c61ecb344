#include "app/description/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "app/description/schema_values.h"
#include "app/description/words.h"

namespace causeway::app {
namespace {

using config::Choice;
using config::KeysView;
using config::KeyView;
using config::Shape;

constexpr std::string_view kMergeKey = "^<<$";

bool needs_something(const KeysView& view) {
  return std::ranges::any_of(view.keys, &KeyView::required) ||
         std::ranges::any_of(view.groups, &config::KeyGroup::needed);
}

Json required(const std::vector<std::string>& names) { return {{"required", names}}; }

class Writer {
 public:
  /// `references`: scalars may be put in from outside.
  explicit Writer(Json& definitions) : definitions_(definitions) {}

  /// The name of the definition of a whole file.
  std::string file(const FileDescription& file) {
    references_ = file.told_by.empty();
    return define(file.keys(), file.in_parts);
  }

 private:
  /// A mapping in files that may be in parts need not have all that is needed: another part may have it. An item of a
  /// list is always whole.
  Json value(const Shape& shape, bool in_parts) {
    switch (shape.form) {
      case Shape::Form::kAny:
        return Json::object();
      case Shape::Form::kList:
        return list(shape, in_parts);
      case Shape::Form::kMap:
        return {{"type", types_of({"object"}, shape)},
                {"patternProperties", {{kMergeKey, Json::object()}}},
                {"additionalProperties", value(shape.element.front(), in_parts)}};
      case Shape::Form::kStruct:
        return mapping(shape, in_parts);
      case Shape::Form::kTagged:
        return or_null(tagged(shape, in_parts), shape);
      case Shape::Form::kEither:
        return or_null(any_of(shape, in_parts), shape);
      default:
        return scalar_schema(shape, references_);
    }
  }

  Json list(const Shape& shape, bool in_parts) {
    const bool filled = shape.filled && !in_parts;
    Json json{{"type", filled ? Json("array") : types_of({"array"}, shape)}};
    json["items"] = value(shape.element.front(), false);
    if (filled) json["minItems"] = 1;
    return json;
  }

  Json mapping(const Shape& shape, bool in_parts) {
    Json json{{"$ref", "#/definitions/" + define(shape.keys(), in_parts)}};
    const bool takes_null = in_parts || !needs_something(shape.keys());
    return takes_null ? json : or_null(std::move(json), shape);
  }

  Json any_of(const Shape& shape, bool in_parts) {
    Json alternatives = Json::array();
    for (const Shape& each : shape.element) alternatives.push_back(value(each, in_parts));
    return {{"anyOf", std::move(alternatives)}};
  }

  /// `{name: settings}`, or just the name where the settings may be left out.
  Json tagged(const Shape& shape, bool in_parts) {
    Json names = Json::array();
    Json one_of = Json::array();
    Json properties = Json::object();
    for (const Choice& choice : shape.choices()) {
      if (choice.later) continue;
      if (!needs_something(config::keys_of(choice.settings))) names.push_back(choice.name);
      one_of.push_back(required({choice.name}));
      properties[choice.name] = described(value(choice.settings, in_parts), sentence(choice.prose));
    }
    Json mapping{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    mapping["oneOf"] = std::move(one_of);  // maxProperties would keep editors from offering the names
    if (names.empty()) return mapping;
    return {{"anyOf", {std::move(mapping), {{"enum", std::move(names)}}}}};
  }

  static Json or_null(Json json, const Shape& shape) {
    if (!shape.nullable) return json;
    if (json.contains("anyOf") && json.size() == 1) {
      json["anyOf"].push_back({{"type", "null"}});
      return json;
    }
    return {{"anyOf", {std::move(json), {{"type", "null"}}}}};
  }

  /// What stands beside a $ref is ignored in draft-07.
  static Json described(Json json, const std::string& description) {
    if (description.empty()) return json;
    Json with{{"description", description}};
    if (json.contains("$ref")) with["allOf"] = Json::array({std::move(json)});
    else with.update(json);
    return with;
  }

  Json property(const KeyView& key, bool in_parts) {
    Json json = value(key.shape, in_parts);
    if (key.range || key.shape.form == Shape::Form::kInteger) add_bounds(json, key);
    json = described(std::move(json), description_of(key));
    if (Json fallback = default_value(key.shape, key.default_text); !fallback.is_null()) json["default"] = fallback;
    return json;
  }

  /// Of numbers; what is written as text has its bounds in the description.
  static void add_bounds(Json& json, const KeyView& key) {
    if (key.shape.form != Shape::Form::kInteger && key.shape.form != Shape::Form::kNumber) return;
    using Limits = std::numeric_limits<std::int64_t>;
    const config::Range range = bounds_of(key);
    if (range.minimum != Limits::min()) json["minimum"] = range.minimum;
    if (range.maximum != Limits::max()) json["maximum"] = range.maximum;
  }

  /// The definition is there before it is filled: structs may hold themselves.
  std::string define(const KeysView& view, bool in_parts) {
    const auto [known, fresh] = names_.try_emplace({&view, in_parts, references_});
    if (!fresh) return known->second;
    const std::string name = known->second = free_name(view.title, in_parts);
    definitions_[name] = nullptr;
    Json json{{"title", view.title}};
    if (!view.prose.empty()) json["description"] = sentence(view.prose);
    json["type"] = in_parts || !needs_something(view) ? Json{"object", "null"} : Json("object");
    json["properties"] = Json::object();
    json["patternProperties"] = {{kMergeKey, Json::object()}};
    json["additionalProperties"] = false;
    std::vector<std::string> needed;
    for (const KeyView& key : view.keys) {
      if (key.later) continue;
      json["properties"][key.name] = property(key, in_parts);
      if (key.required) needed.push_back(key.name);
    }
    if (!in_parts && !needed.empty()) json["required"] = needed;
    if (!in_parts) add_groups(json, view);
    definitions_[name] = std::move(json);
    return name;
  }

  static void add_groups(Json& json, const KeysView& view) {
    Json all = Json::array();
    for (const config::KeyGroup& group : view.groups) {
      Json each = Json::array();
      for (const std::string& name : group.names) each.push_back(required({name}));
      if (!group.needed) each.push_back({{"not", {{"anyOf", each}}}});
      all.push_back({{"oneOf", std::move(each)}});
    }
    if (!all.empty()) json["allOf"] = std::move(all);
  }

  std::string free_name(std::string_view title, bool in_parts) const {
    std::string name;
    for (const char c : title) name += c == ' ' ? '_' : c == '\'' || c == '.' ? '-' : c;
    if (in_parts) name += "_in_parts";
    std::string free = name;
    for (int i = 2; definitions_.contains(free); ++i) free = fmt::format("{}_{}", name, i);
    return free;
  }

  struct Key {
    const KeysView* view;
    bool in_parts;
    bool references;
    auto operator<=>(const Key&) const = default;
  };

  Json& definitions_;
  std::map<Key, std::string> names_;
  bool references_ = false;
};

/// What `if` asks of a file to find its kind.
Json has_any(const std::vector<std::string_view>& keys) {
  Json any = Json::array();
  for (const std::string_view key : keys) any.push_back(required({std::string(key)}));
  return {{"type", "object"}, {"anyOf", std::move(any)}};
}

}  // namespace

std::string json_schema_of(const std::vector<FileDescription>& files) {
  Json definitions = Json::object();
  Writer writer(definitions);
  Json root{{"$schema", "http://json-schema.org/draft-07/schema#"}};
  root["title"] = "Causeway configuration";
  const auto reference = [&writer](const FileDescription& file) {
    return Json{{"$ref", "#/definitions/" + writer.file(file)}};
  };
  Json kind = reference(files.front());
  std::string kinds(files.front().title);
  for (std::size_t i = 1; i < files.size(); ++i) {
    kind = {{"if", has_any(files[i].told_by)}, {"then", reference(files[i])}, {"else", std::move(kind)}};
    kinds += fmt::format(", {}", files[i].title);
  }
  root["description"] = files.size() == 1 ? std::string(files.front().prose) : kinds + ": told apart by their keys.";
  if (files.size() == 1) root["allOf"] = Json::array({std::move(kind)});
  else root.update(kind);
  root["definitions"] = std::move(definitions);
  return root.dump(2) + '\n';
}

}  // namespace causeway::app
