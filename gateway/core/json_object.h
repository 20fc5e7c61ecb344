// Writing JSON member by member. What is raw stays as it is, with every digit. Not thread safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/json_text.h"

namespace causeway {

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

}  // namespace causeway
