#include "config/shape.h"

#include <algorithm>
#include <utility>

#include "config/keys.h"

namespace causeway::config {
namespace {

bool fits(const Shape& shape, const Node& node) {
  using Form = Shape::Form;
  switch (shape.form) {
    case Form::kAny:
      return true;
    case Form::kList:
      return node.is_sequence();
    case Form::kMap:
    case Form::kStruct:
      return node.is_mapping();
    case Form::kTagged:
      return node.is_mapping() || node.is_scalar();
    default:
      return node.is_scalar();
  }
}

/// The alternative that the node has been written as; the shape itself when there are none.
const Shape& written_as(const Shape& shape, const Node& node) {
  if (shape.form != Shape::Form::kEither) return shape;
  const auto found = std::ranges::find_if(shape.element, [&node](const Shape& each) { return fits(each, node); });
  return found == shape.element.end() ? shape : written_as(*found, node);
}

const Shape* shape_of_key(const KeysView& view, std::string_view name) {
  const auto found = std::ranges::find(view.keys, name, &KeyView::name);
  return found == view.keys.end() || found->later ? nullptr : &found->shape;
}

}  // namespace

Shape list_of(Shape item) {
  std::string type = "list of " + item.type;
  Shape shape{Shape::Form::kList, std::move(type), {}, {std::move(item)}};
  shape.nullable = true;
  return shape;
}

Shape map_of(Shape value) {
  std::string type = "mapping of names to " + value.type;
  Shape shape{Shape::Form::kMap, std::move(type), {}, {std::move(value)}};
  shape.nullable = true;
  return shape;
}

Shape either(std::string type, std::vector<Shape> alternatives) {
  return {Shape::Form::kEither, std::move(type), {}, std::move(alternatives)};
}

Shape word(std::vector<std::string> words) { return {Shape::Form::kText, "one of", std::move(words)}; }

Shape tagged(std::string type, const std::vector<Choice>& (*choices)()) {
  Shape shape{Shape::Form::kTagged, std::move(type)};
  shape.choices = choices;
  return shape;
}

void give_meaning(Shape& shape, Meaning meaning, std::string_view refers_to) {
  for (Shape& inner : shape.element) give_meaning(inner, meaning, refers_to);
  if (shape.form != Shape::Form::kText && shape.form != Shape::Form::kAny) return;
  shape.meaning = meaning;
  shape.refers_to = refers_to;
}

const KeysView& keys_of(const Shape& shape) {
  if (shape.keys != nullptr) return shape.keys();
  return keys_of(*std::ranges::find_if(shape.element, [](const Shape& each) { return each.keys != nullptr; }));
}

const Shape* shape_below(const Shape& parent, const Node& parent_node, std::string_view key) {
  const Shape& shape = written_as(parent, parent_node);
  if (!fits(shape, parent_node)) return nullptr;
  switch (shape.form) {
    case Shape::Form::kList:
    case Shape::Form::kMap:
      return &shape.element.front();
    case Shape::Form::kStruct:
      return shape_of_key(shape.keys(), key);
    case Shape::Form::kTagged: {
      const auto& choices = shape.choices();
      const auto found = std::ranges::find(choices, key, &Choice::name);
      return found == choices.end() || found->later ? nullptr : &found->settings;
    }
    case Shape::Form::kAny:
      return &shape;
    default:
      return nullptr;
  }
}

}  // namespace causeway::config
