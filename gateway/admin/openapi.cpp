// The OpenAPI document, from the endpoint table.
#include <map>

#include "admin/endpoint.h"
#include "admin/json_object.h"

namespace causeway::admin {
namespace {

std::string parameter(std::string_view name, std::string_view place) {
  JsonObject object;
  object.text("name", name).text("in", place).flag("required", place == "path");
  return object.raw("schema", R"({"type":"string"})").done();
}

std::string parameters(const Endpoint& endpoint) {
  JsonArray all;
  for (std::size_t at = endpoint.path.find('{'); at != std::string::npos; at = endpoint.path.find('{', at + 1)) {
    const std::size_t end = endpoint.path.find('}', at);
    all.raw(parameter(std::string_view(endpoint.path).substr(at + 1, end - at - 1), "path"));
  }
  for (const std::string& name : endpoint.query) all.raw(parameter(name, "query"));
  return all.done();
}

std::string request_body(const Endpoint& endpoint) {
  JsonObject properties;
  JsonArray required;
  for (std::string_view name : endpoint.body) {
    if (name.ends_with('!')) {
      name.remove_suffix(1);
      std::string text;
      append_json_string(text, name);
      required.raw(text);
    }
    properties.raw(name, "{}");
  }
  JsonObject schema;
  schema.text("type", "object").raw("properties", properties.done());
  const std::string names = required.done();
  if (names != "[]") schema.raw("required", names);
  return R"({"content":{"application/json":{"schema":)" + schema.done() + "}}}";
}

std::string operation(const Endpoint& endpoint) {
  static constexpr const char* kRoles[] = {"viewer", "operator", "admin"};
  JsonObject object;
  object.text("summary", endpoint.summary);
  object.text("description", std::string("Role: ") + kRoles[static_cast<int>(endpoint.role)]);
  object.raw("parameters", parameters(endpoint));
  if (endpoint.changes()) object.raw("requestBody", request_body(endpoint));
  object.raw("responses",
             R"({"200":{"description":"the envelope with data","content":{"application/json":{"schema":)"
             R"({"$ref":"#/components/schemas/Envelope"}}}},"default":{"description":"the envelope with a code",)"
             R"("content":{"application/json":{"schema":{"$ref":"#/components/schemas/Envelope"}}}}})");
  return object.done();
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

}  // namespace

std::string openapi(const std::vector<Endpoint>& endpoints) {
  std::map<std::string, JsonObject> by_path;
  for (const Endpoint& endpoint : endpoints) by_path[endpoint.path].raw(lower(endpoint.method), operation(endpoint));
  JsonObject paths;
  for (const auto& [path, operations] : by_path) paths.raw(path, operations.done());
  JsonObject info;
  info.text("title", "Causeway admin API").text("version", CAUSEWAY_VERSION);
  JsonObject document;
  document.text("openapi", "3.1.0").raw("info", info.done()).raw("paths", paths.done());
  document.raw(
      "components",
      R"({"securitySchemes":{"token":{"type":"http","scheme":"bearer"}},"schemas":{"Envelope":{"type":"object",)"
      R"("required":["code","message","data","timestamp"],"properties":{"code":{"type":"integer"},)"
      R"("message":{"type":"string"},"data":{},"timestamp":{"type":"integer"},"details":{"type":"object"}}}}})");
  document.raw("security", R"([{"token":[]}])");
  return document.done();
}

}  // namespace causeway::admin
