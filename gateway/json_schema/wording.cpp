#include "json_schema/wording.h"

#include "core/json_text.h"

namespace causeway::json_schema {
namespace {

struct TypeName {
  TypeSet type;
  std::string_view name;
  std::string_view shown;
};
constexpr TypeName kTypes[] = {
    {kObject, "object", "an object"},
    {kArray, "array", "an array"},
    {kString, "string", "a string"},
    {kNumber | kInteger, "number", "a number"},
    {kInteger, "integer", "a whole number"},
    {kBoolean, "boolean", "true or false"},
    {kNull, "null", "null"},
};
constexpr std::size_t kMostShown = 60;

}  // namespace

TypeSet type_named(std::string_view name) {
  for (const TypeName& row : kTypes)
    if (row.name == name) return row.type;
  return 0;
}

TypeSet type_of(JsonKind kind) {
  switch (kind) {
    case JsonKind::kNull:
      return kNull;
    case JsonKind::kBoolean:
      return kBoolean;
    case JsonKind::kNumber:
      return kNumber;
    case JsonKind::kString:
      return kString;
    case JsonKind::kArray:
      return kArray;
    case JsonKind::kObject:
      return kObject;
    case JsonKind::kNone:
      break;
  }
  return 0;
}

std::string expected_types(TypeSet types) {
  std::string text;
  for (const TypeName& row : kTypes) {
    const bool named = (types & row.type) == row.type && !(row.type == kInteger && (types & kNumber) != 0);
    if (!named) continue;
    if (!text.empty()) text += " or ";
    text += row.shown;
  }
  return text.empty() ? "nothing" : text;
}

std::string shown(const JsonDocument& document, JsonDocument::Index value) {
  const JsonKind kind = document.kind(value);
  if (kind == JsonKind::kObject) return "an object";
  if (kind == JsonKind::kArray) return "an array";
  const Bytes raw = document.raw(value);
  if (raw.size() <= kMostShown) return std::string(raw);
  if (kind != JsonKind::kString) return std::string(raw.substr(0, kMostShown)) + "…";
  std::string scratch;
  return quoted_text(document.text(value, scratch));
}

std::string_view cut(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

std::string quoted_text(std::string_view text) {
  std::string out;
  const std::string_view head = cut(text, kMostShown);
  append_json_string(out, head);
  if (head.size() < text.size()) out.insert(out.size() - 1, "…");
  return out;
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count).append(" ").append(count == 1 ? one : many);
}

}  // namespace causeway::json_schema
