#include "upstream/secret_text.h"

namespace causeway::config {

bool Value<upstream::SecretText>::read_into(const Node& node, Reading& reading, upstream::SecretText& out,
                                            const Range*) {
  const std::optional<Text> text = reading.text(node, "a secret");
  if (!text) return false;
  if (text->value.empty()) {
    reading.error(node, "the secret is empty", "secret");
    return false;
  }
  // A name in braces is none, and messages may say it.
  if (text->value.find("{{") == std::string::npos) reading.errors().hide(text->value);
  out = upstream::SecretText(text->value);
  return true;
}

Shape Value<upstream::SecretText>::shape() {
  Shape shape{Shape::Form::kText, "secret"};
  shape.secret = true;
  shape.pattern = R"([\s\S]+)";
  return shape;
}

}  // namespace causeway::config
