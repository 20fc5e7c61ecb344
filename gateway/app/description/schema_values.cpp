#include "app/description/schema_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace causeway::app {
namespace {

using config::Shape;

constexpr std::string_view kReference = R"(\$\{)";

/// Builds the schema of one scalar.
class Scalar {
 public:
  Scalar(const Shape& shape, bool references) : shape_(shape), references_(references) {}

  Json schema() const {
    if (!shape_.names.empty()) return word();
    Json json = form();
    // Not JSON Schema's own: yaml-language-server says it in place of "does not match the pattern of ...".
    if (!shape_.expected.empty()) json["errorMessage"] = json["patternErrorMessage"] = "expected " + shape_.expected;
    return json;
  }

 private:
  Json form() const {
    switch (shape_.form) {
      case Shape::Form::kBoolean:
        return typed({"boolean", "string"}, "true|false|yes|no");
      case Shape::Form::kInteger:
        return typed({"integer", "string"}, "-?[0-9]+");
      case Shape::Form::kNumber:
        return typed({"number", "string"}, R"(-?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?)");
      default:
        break;
    }
    // Editors take what looks like a number or a truth value for one; the gateway goes by what the key is.
    if (shape_.pattern.empty()) return {{"type", types_of({"string", "number", "boolean"}, shape_)}};
    if (shape_.secret) return typed({"string", "number"}, shape_.pattern);
    return typed({"string"}, shape_.pattern);
  }

  Json typed(std::vector<std::string> types, std::string_view text) const {
    std::string pattern = fmt::format("^({})$", text);
    if (shape_.has_auto) pattern += "|^auto$";
    if (references_) pattern += fmt::format("|{}", kReference);
    return {{"type", types_of(std::move(types), shape_)}, {"pattern", std::move(pattern)}};
  }

  /// One of a few words, or a reference that gives one.
  Json word() const {
    Json words = shape_.names;
    if (shape_.nullable) words.push_back(nullptr);
    Json json{{"enum", std::move(words)}};
    if (!references_) return json;
    return {{"anyOf", {std::move(json), {{"type", "string"}, {"pattern", kReference}}}}};
  }

  const Shape& shape_;
  bool references_;
};

/// `[v2, v1]`
Json default_list(const Shape& item, std::string_view text) {
  Json list = Json::array();
  for (std::string_view rest = text.substr(1, text.size() - 2); !rest.empty();) {
    const std::size_t end = std::min(rest.find(", "), rest.size());
    list.push_back(default_value(item, std::string(rest.substr(0, end))));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return list;
}

}  // namespace

Json scalar_schema(const Shape& shape, bool references) { return Scalar(shape, references).schema(); }

Json types_of(std::vector<std::string> names, const Shape& shape) {
  if (shape.nullable) names.emplace_back("null");
  return names.size() == 1 ? Json(names.front()) : Json(names);
}

Json default_value(const Shape& shape, const std::string& text) {
  if (text.empty()) return nullptr;
  if (shape.has_auto && text == "auto") return text;
  switch (shape.form) {
    case Shape::Form::kBoolean:
    case Shape::Form::kInteger:
    case Shape::Form::kNumber:
      return Json::parse(text);
    case Shape::Form::kText:
      return text;
    case Shape::Form::kList:
      return default_list(shape.element.front(), text);
    default:
      return nullptr;
  }
}

}  // namespace causeway::app
