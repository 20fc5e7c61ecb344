#include "app/description/words.h"

#include <fmt/format.h>

#include <limits>

namespace causeway::app {
namespace {

using config::KeyView;
using config::Meaning;
using config::Shape;
using Limits = std::numeric_limits<std::int64_t>;

/// The values of a list or a map, the alternative that has a meaning, or the shape itself.
const Shape& innermost(const Shape& shape) {
  if (shape.element.empty()) return shape;
  for (const Shape& each : shape.element)
    if (innermost(each).meaning != Meaning::kPlain) return innermost(each);
  return innermost(shape.element.front());
}

std::string bound_text(const Shape& shape, std::int64_t value) {
  return shape.bound_text != nullptr ? shape.bound_text(value) : fmt::format("{}", value);
}

}  // namespace

std::string with_article(std::string_view noun) {
  const bool vowel = !noun.empty() && std::string_view("aeioAEIO").find(noun.front()) != std::string_view::npos;
  return fmt::format("{} {}", vowel ? "an" : "a", noun);
}

std::string plural(std::string_view noun) {
  for (const std::string_view rest : {" of ", " to ", " with "})
    if (const std::size_t end = noun.find(rest); end != noun.npos)
      return plural(noun.substr(0, end)) + std::string(noun.substr(end));
  if (noun.ends_with("ss") || noun.ends_with("ch") || noun.ends_with('x')) return fmt::format("{}es", noun);
  if (noun.ends_with('y')) return fmt::format("{}ies", noun.substr(0, noun.size() - 1));
  if (noun.ends_with('s') || noun.ends_with("second")) return std::string(noun);
  return fmt::format("{}s", noun);
}

std::string sentence(std::string_view text) {
  if (text.empty()) return {};
  std::string made(text);
  if (made[0] >= 'a' && made[0] <= 'z') made[0] = static_cast<char>(made[0] - 'a' + 'A');
  if (!made.ends_with('.') && !made.ends_with("…")) made += '.';
  return made;
}

config::Range bounds_of(const KeyView& key) {
  config::Range range = innermost(key.shape).bounds;
  if (key.range) {
    range.minimum = std::max(range.minimum, key.range->minimum);
    range.maximum = std::min(range.maximum, key.range->maximum);
  }
  return range;
}

std::string bounds_text(const KeyView& key) {
  if (!key.range) return {};
  const Shape& shape = innermost(key.shape);
  const config::Range range = bounds_of(key);
  const bool low = range.minimum != Limits::min();
  const bool high = range.maximum != Limits::max();
  if (low && high)
    return fmt::format("from {} to {}", bound_text(shape, range.minimum), bound_text(shape, range.maximum));
  if (low) return "at least " + bound_text(shape, range.minimum);
  if (high) return "at most " + bound_text(shape, range.maximum);
  return {};
}

std::string meaning_text(const Shape& shape) {
  const Shape& inner = innermost(shape);
  switch (inner.meaning) {
    case Meaning::kExpression:
      return "expression";
    case Meaning::kTemplate:
      return "template";
    case Meaning::kPathTemplate:
      return "path with {parameters}";
    case Meaning::kReference:
      return fmt::format("name of {}", with_article(inner.refers_to));
    case Meaning::kPlain:
      break;
  }
  return {};
}

std::string description_of(const KeyView& key) {
  std::string text = sentence(key.prose);
  const auto add = [&text](std::string_view more) {
    if (more.empty()) return;
    if (!text.empty()) text += ' ';
    text += sentence(more);
  };
  add(meaning_text(key.shape));
  if (!key.unit.empty()) add("in " + key.unit);
  add(innermost(key.shape).expected);
  add(bounds_text(key));
  if (!key.default_prose.empty()) add("default: " + key.default_prose);
  else if (!key.default_text.empty() && key.default_text != "[]") add("default: " + key.default_text);
  return text;
}

}  // namespace causeway::app
