#include "json_schema/canonical.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/decimal.h"
#include "core/json_text.h"

namespace causeway::json_schema {
namespace {

using Index = JsonDocument::Index;

void append_object(std::string& out, const JsonDocument& document, Index object) {
  std::vector<std::pair<std::string, Index>> members;
  members.reserve(document.size(object));
  std::string scratch;
  for (Index child = document.first(object); child != JsonDocument::kNone; child = document.next(child))
    members.emplace_back(document.name(child, scratch), child);
  std::sort(members.begin(), members.end());
  out += '{';
  for (const auto& [name, value] : members) {
    append_json_string(out, name);
    out += ':';
    append_canonical(out, document, value);
    out += ',';
  }
  out += '}';
}

}  // namespace

void append_canonical(std::string& out, const JsonDocument& document, Index value) {
  std::string scratch;
  switch (document.kind(value)) {
    case JsonKind::kNumber:
      causeway::append_canonical(out, document.raw(value));
      break;
    case JsonKind::kString:
      append_json_string(out, document.text(value, scratch));
      break;
    case JsonKind::kArray:
      out += '[';
      for (Index item = document.first(value); item != JsonDocument::kNone; item = document.next(item)) {
        append_canonical(out, document, item);
        out += ',';
      }
      out += ']';
      break;
    case JsonKind::kObject:
      append_object(out, document, value);
      break;
    default:
      out += document.raw(value);
      break;
  }
}

}  // namespace causeway::json_schema
