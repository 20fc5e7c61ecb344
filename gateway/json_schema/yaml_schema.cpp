#include "json_schema/yaml_schema.h"

#include <charconv>

#include "core/json_scan.h"
#include "core/json_text.h"
#include "json_schema/pointer.h"

namespace causeway::json_schema {
namespace {

bool is_plain_json(const config::Node& scalar) {
  if (scalar.quoted() || check_json(scalar.text())) return false;
  const JsonKind kind = json_kind(scalar.text());
  return kind == JsonKind::kNumber || kind == JsonKind::kBoolean || kind == JsonKind::kNull;
}

const config::Node* child(const config::Node& parent, std::string_view step) {
  for (const config::Node::Entry& entry : parent.entries())
    if (pointer_step(entry.key.text()).substr(1) == step) return &entry.value;
  std::size_t index = 0;
  const auto read = std::from_chars(step.data(), step.data() + step.size(), index);
  const bool item = read.ec == std::errc() && index < parent.items().size();
  return item ? &parent.items()[index] : nullptr;
}

}  // namespace

void append_json(std::string& out, const config::Node& node) {
  switch (node.kind()) {
    case config::Node::Kind::kNull:
      out += "null";
      break;
    case config::Node::Kind::kScalar:
      if (is_plain_json(node)) out += node.text();
      else append_json_string(out, node.text());
      break;
    case config::Node::Kind::kSequence: {
      const char* before = "[";
      for (const config::Node& item : node.items()) {
        out += before;
        append_json(out, item);
        before = ",";
      }
      out += *before == '[' ? "[]" : "]";
      break;
    }
    case config::Node::Kind::kMapping: {
      const char* before = "{";
      for (const config::Node::Entry& entry : node.entries()) {
        out += before;
        append_json_string(out, entry.key.text());
        out += ":";
        append_json(out, entry.value);
        before = ",";
      }
      out += *before == '{' ? "{}" : "}";
      break;
    }
  }
}

config::Node node_at(const config::Node& root, std::string_view pointer) {
  config::Node at = root;
  while (pointer.size() > 1) {
    pointer.remove_prefix(1);
    const std::string_view step = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(step.size());
    const config::Node* next = child(at, step);
    if (next == nullptr) break;
    at = config::Node(*next);
  }
  return at;
}

}  // namespace causeway::json_schema
