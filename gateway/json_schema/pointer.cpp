#include "json_schema/pointer.h"

#include <charconv>
#include <cstdint>

namespace causeway::json_schema {
namespace {

std::string unescaped(std::string_view step) {
  std::string name;
  for (std::size_t i = 0; i < step.size(); ++i) {
    const bool escape = step[i] == '~' && i + 1 < step.size() && (step[i + 1] == '0' || step[i + 1] == '1');
    name += escape ? (step[i + 1] == '0' ? '~' : '/') : step[i];
    if (escape) ++i;
  }
  return name;
}

JsonDocument::Index item(const JsonDocument& document, JsonDocument::Index array, std::string_view step) {
  std::uint32_t left = 0;
  const auto read = std::from_chars(step.data(), step.data() + step.size(), left);
  if (read.ec != std::errc() || read.ptr != step.data() + step.size()) return JsonDocument::kNone;
  if (left >= document.size(array) || (step.size() > 1 && step[0] == '0')) return JsonDocument::kNone;
  JsonDocument::Index at = document.first(array);
  for (; left > 0; --left) at = document.next(at);
  return at;
}

}  // namespace

std::string pointer_step(std::string_view name) {
  std::string step = "/";
  for (const char byte : name) {
    if (byte == '~') step += "~0";
    else if (byte == '/') step += "~1";
    else step += byte;
  }
  return step;
}

JsonDocument::Index follow(const JsonDocument& document, std::string_view pointer) {
  JsonDocument::Index at = 0;
  while (!pointer.empty() && at != JsonDocument::kNone) {
    if (pointer[0] != '/') return JsonDocument::kNone;
    pointer.remove_prefix(1);
    const std::string_view step = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(step.size());
    at = document.kind(at) == JsonKind::kArray ? item(document, at, step) : document.find(at, unescaped(step));
  }
  return at;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* const begin = text.data() + i + 1;
    const bool escape =
        text[i] == '%' && text.size() - i > 2 && std::from_chars(begin, begin + 2, value, 16).ptr == begin + 2;
    out += escape ? static_cast<char>(value) : text[i];
    if (escape) i += 2;
  }
  return out;
}

}  // namespace causeway::json_schema
