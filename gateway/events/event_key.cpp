#include "events/event_key.h"

#include <array>

#include "core/json_scan.h"

namespace causeway::events {
namespace {

Error several_values() {
  Error error(Code::kTransformRefused);
  error.info().public_message = "cannot make the event's key: an expression gives several values";
  return error;
}

}  // namespace

Result<std::string> render_key(const expression::Template& key, Bytes input, const expression::Values& values,
                               std::pmr::memory_resource* memory) {
  std::string text;
  for (const expression::Template::Part& part : key.parts()) {
    if (!part.program) {
      text += part.text;
      continue;
    }
    Result<std::pmr::vector<Bytes>> results = part.program->run(input, values, memory);
    if (!results) return std::move(results.error());
    if (results->empty()) return std::string();
    if (results->size() > 1) return several_values();
    const Bytes value = results->front();
    switch (json_kind(value)) {
      case JsonKind::kString:
        text += *json_string_value(value);
        break;
      case JsonKind::kNumber:
      case JsonKind::kBoolean:
        text += value;
        break;
      default:
        return std::string();
    }
  }
  return text;
}

Result<std::string> render_key(const expression::Template& key, Bytes data,
                               const expression::Surroundings* expressions) {
  if (key.is_literal()) return std::string(key.literal());
  std::array<std::byte, 4096> buffer;
  std::pmr::monotonic_buffer_resource memory(buffer.data(), buffer.size());
  expression::Values values;
  values.surround(expressions);
  return render_key(key, data, values, &memory);
}

std::string topic_key(const expression::Template& key, Bytes data, const expression::Surroundings* expressions) {
  Result<std::string> rendered = render_key(key, data, expressions);
  return rendered ? std::move(*rendered) : std::string();
}

}  // namespace causeway::events
