// Writing answers: a JSON object, member by member. What is raw stays as it is, with every digit.
#pragma once

#include <string>
#include <string_view>

#include "core/json_text.h"

namespace causeway::admin {

class JsonObject {
 public:
  JsonObject& text(std::string_view name, std::string_view value) {
    begin(name);
    append_json_string(out_, value);
    return *this;
  }
  JsonObject& number(std::string_view name, std::int64_t value) { return raw(name, std::to_string(value)); }
  JsonObject& flag(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  /// JSON already.
  JsonObject& raw(std::string_view name, std::string_view json) {
    begin(name);
    out_ += json;
    return *this;
  }
  std::string done() const { return out_ + '}'; }

 private:
  void begin(std::string_view name) {
    if (out_.size() > 1) out_ += ',';
    append_json_string(out_, name);
    out_ += ':';
  }
  std::string out_ = "{";
};

class JsonArray {
 public:
  void raw(std::string_view json) {
    if (out_.size() > 1) out_ += ',';
    out_ += json;
  }
  std::string done() const { return out_ + ']'; }

 private:
  std::string out_ = "[";
};

/// `{items, next}`; an empty `next` is null.
inline std::string page(const JsonArray& items, std::string_view next) {
  JsonObject object;
  object.raw("items", items.done());
  if (next.empty()) object.raw("next", "null");
  else object.text("next", next);
  return object.done();
}

}  // namespace causeway::admin
