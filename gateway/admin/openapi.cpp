// The OpenAPI document, from the endpoint table.
#include <algorithm>
#include <map>

#include "admin/endpoint.h"
#include "core/ascii.h"
#include "core/json_object.h"

namespace causeway::admin {
namespace {

constexpr std::string_view kEnvelope =
    R"({"type":"object","required":["code","message","data","timestamp"],"properties":{"code":{"type":"integer"},)"
    R"("message":{"type":"string"},"data":{},"timestamp":{"type":"integer","description":"unix milliseconds"},)"
    R"("details":{"type":"object"}}})";
constexpr std::string_view kRefused =
    R"({"description":"the envelope with a code other than 0 and data null","content":{"application/json":{"schema":)"
    R"({"$ref":"#/components/schemas/Envelope"}}}})";

std::string quoted(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

std::string reference(const Schema& schema) {
  return JsonObject().text("$ref", "#/components/schemas/" + std::string(schema.name)).done();
}

std::string type_of(const Field& field) {
  static constexpr std::string_view kNames[] = {"string", "integer", "number", "boolean", "object", "array", ""};
  JsonObject object;
  const std::string_view name = kNames[static_cast<std::size_t>(field.type)];
  if (field.is(Field::kNullable)) object.raw("type", '[' + quoted(name) + R"(,"null"])");
  else if (field.type == JsonType::kObject && field.of != nullptr)
    object.raw("allOf", '[' + reference(*field.of) + ']');
  else if (!name.empty()) object.text("type", name);
  if (field.type == JsonType::kArray && field.of != nullptr) object.raw("items", reference(*field.of));
  if (!field.description.empty()) object.text("description", field.description);
  return object.done();
}

template <class IsRequired>
std::string object_of(const std::vector<Field>& fields, IsRequired is_required) {
  JsonObject properties;
  JsonArray required;
  for (const Field& field : fields) {
    properties.raw(field.name, type_of(field));
    if (is_required(field)) required.raw(quoted(field.name));
  }
  JsonObject object;
  object.text("type", "object").raw("properties", properties.done());
  if (const std::string names = required.done(); names != "[]") object.raw("required", names);
  return object.done();
}

std::string parameters(const Endpoint& endpoint) {
  JsonArray all;
  const auto add = [&](const Field& field, std::string_view place) {
    JsonObject object;
    object.text("name", field.name).text("in", place).flag("required", place == "path");
    all.raw(object.raw("schema", type_of(field)).done());
  };
  for (std::size_t at = endpoint.path.find('{'); at != std::string_view::npos; at = endpoint.path.find('{', at + 1))
    add({endpoint.path.substr(at + 1, endpoint.path.find('}', at) - at - 1), JsonType::kString, "", 0}, "path");
  for (const Field& field : endpoint.query) add(field, "query");
  return all.done();
}

std::string request_body(const Endpoint& endpoint) {
  const auto required = [](const Field& field) { return field.is(Field::kRequired); };
  JsonObject object;
  object.flag("required", std::ranges::any_of(endpoint.body, required));
  object.raw("content", R"({"application/json":{"schema":)" + object_of(endpoint.body, required) + "}}");
  return object.done();
}

/// The envelope with what its `data` is.
std::string success(const Endpoint& endpoint) {
  if (endpoint.answer == nullptr) return R"({"description":"OpenAPI 3.1","content":{"application/json":{}}})";
  std::string data = reference(*endpoint.answer);
  if (endpoint.pages)
    data = R"({"type":"object","required":["items","next"],"properties":{"items":{"type":"array","items":)" + data +
           R"(},"next":{"type":["string","null"],"description":"cursor of the next page; null: the end"}}})";
  return R"({"description":"the envelope with data","content":{"application/json":{"schema":{"allOf":[)"
         R"({"$ref":"#/components/schemas/Envelope"},{"properties":{"data":)" +
         data + "}}]}}}}";
}

std::string operation(const Endpoint& endpoint) {
  static constexpr std::string_view kRoles[] = {"viewer", "operator", "admin"};
  JsonObject object;
  object.text("summary", endpoint.summary);
  object.text("description", "Role: " + std::string(kRoles[static_cast<std::size_t>(endpoint.role)]));
  object.raw("parameters", parameters(endpoint));
  if (endpoint.changes()) object.raw("requestBody", request_body(endpoint));
  JsonObject responses;
  responses.raw("200", success(endpoint)).raw("default", kRefused);
  return object.raw("responses", responses.done()).done();
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), ascii_lower);
  return result;
}

/// `schema` and those that it refers to, by name.
void collect(const Schema& schema, std::map<std::string_view, const Schema*>& all) {
  all[schema.name] = &schema;
  for (const Field& field : schema.fields)
    if (field.of != nullptr) collect(*field.of, all);
}

std::string components(const std::vector<Endpoint>& endpoints) {
  std::map<std::string_view, const Schema*> all;
  for (const Endpoint& endpoint : endpoints) {
    if (endpoint.answer != nullptr) collect(*endpoint.answer, all);
    for (const Field& field : endpoint.body)
      if (field.of != nullptr) collect(*field.of, all);
  }
  JsonObject schemas;
  schemas.raw("Envelope", kEnvelope);
  for (const auto& [name, schema] : all) {
    const auto always = [](const Field& field) { return !field.is(Field::kSometimes); };
    schemas.raw(name, object_of(schema->fields, always));
  }
  JsonObject object;
  object.raw("securitySchemes", R"({"token":{"type":"http","scheme":"bearer"}})").raw("schemas", schemas.done());
  return object.done();
}

}  // namespace

std::string openapi(const std::vector<Endpoint>& endpoints) {
  std::map<std::string_view, JsonObject> by_path;
  for (const Endpoint& endpoint : endpoints) by_path[endpoint.path].raw(lower(endpoint.method), operation(endpoint));
  JsonObject paths;
  for (const auto& [path, operations] : by_path) paths.raw(path, operations.done());
  JsonObject info;
  info.text("title", "Causeway admin API").text("version", CAUSEWAY_VERSION);
  JsonObject document;
  document.text("openapi", "3.1.0").raw("info", info.done()).raw("paths", paths.done());
  document.raw("components", components(endpoints)).raw("security", R"([{"token":[]}])");
  return document.done();
}

}  // namespace causeway::admin
