#include "events/intake/violations.h"

#include <algorithm>
#include <utility>

#include "core/json_object.h"

namespace causeway::events {

void Violations::add(std::string path, std::string_view keyword, std::string message) {
  constexpr std::size_t kMost = 20;
  constexpr std::size_t kMostBytes = 512;  // a name in it may be as long as the body
  if (list_.size() == kMost) return;
  path.resize(std::min(path.size(), kMostBytes));
  message.resize(std::min(message.size(), kMostBytes));
  list_.push_back({std::move(path), keyword, std::move(message)});
}

bool Violations::has(std::string_view path) const {
  return std::ranges::any_of(list_, [path](const Violation& violation) { return violation.path == path; });
}

std::string Violations::to_details() const {
  JsonArray violations;
  for (const Violation& violation : list_) {
    JsonObject object;
    object.text("path", violation.path).text("keyword", violation.keyword).text("message", violation.message);
    violations.raw(object.done());
  }
  return "\"violations\":" + violations.done();
}

std::string json_pointer(std::string_view member) {
  std::string pointer = "/";
  for (const char byte : member) {
    if (byte == '~') pointer += "~0";
    else if (byte == '/') pointer += "~1";
    else pointer += byte;
  }
  return pointer;
}

}  // namespace causeway::events
