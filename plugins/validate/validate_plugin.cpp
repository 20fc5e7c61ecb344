#include "plugins/validate/validate_plugin.h"

#include <string>
#include <vector>

#include "core/json_document.h"
#include "core/json_object.h"

namespace causeway::plugins {
namespace {

constexpr std::size_t kDepth = 64;
constexpr std::size_t kSmall = 16 << 10;  // a body whose index may stay in the arena to the end of the call

Step not_json(std::string message) {
  Error error(Code::kNotJson);
  error.info().public_message = std::move(message);
  return error;
}

Step invalid(const std::vector<json_schema::Violation>& violations) {
  JsonArray list;
  for (const json_schema::Violation& one : violations)
    list.raw(JsonObject().text("path", one.path).text("keyword", one.keyword).text("message", one.message).done());
  Error error(Code::kInvalid);
  error.info().details = "\"violations\":" + list.done();
  // Without messages: they repeat what the caller has sent.
  const json_schema::Violation& first = violations.front();
  error.info().internal = "invalid body: " + first.keyword + (first.path.empty() ? "" : " at " + first.path) +
                          (violations.size() > 1 ? " and " + std::to_string(violations.size() - 1) + " more" : "");
  return error;
}

}  // namespace

const config::Keys<ValidateSettings>& ValidateSettings::keys() {
  static const auto keys = config::Keys<ValidateSettings>("validate")
                               .required("schema", &ValidateSettings::schema,
                                         "what bodies must be: a file with a JSON Schema, or the schema itself");
  return keys;
}

Step ValidatePlugin::on_body(Exchange& exchange) const {
  const Bytes body = exchange.request.body.whole();
  if (body.empty()) return not_json("the body is empty: JSON was expected");
  // The index of a large body goes right away; that of a small one is not worth a visit to the heap.
  std::pmr::memory_resource* memory = &exchange.arena;
  if (body.size() > kSmall) memory = std::pmr::new_delete_resource();
  JsonReadOptions options;
  options.depth = kDepth;
  const auto read = JsonDocument::read(body, options, memory);
  if (const auto* problem = std::get_if<JsonProblem>(&read))
    return not_json(std::string("the body is not JSON: ") + problem->what + " at byte " +
                    std::to_string(problem->offset));
  const auto violations = schema_.validate(std::get<JsonDocument>(read));
  if (!violations.empty()) return invalid(violations);
  return Step::next();
}

}  // namespace causeway::plugins
