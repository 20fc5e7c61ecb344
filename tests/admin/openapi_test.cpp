#include <nlohmann/json.hpp>

#include <set>

#include "admin/admin_fixture.h"

namespace causeway::admin {
namespace {

using nlohmann::json;

class OpenApiTest : public AdminTest {
 protected:
  OpenApiTest() { process.topic_names = {}; }
  json document() { return json::parse(ask("GET /openapi.json", kViewer).substr(4)); }
  json data(const std::string& what) { return json::parse(ask(what).substr(4)).at("data"); }
};

TEST_F(OpenApiTest, EveryEndpointIsThere) {
  const json all = document();
  std::set<std::string> listed;
  for (const auto& [path, operations] : all.at("paths").items())
    for (const auto& [method, operation] : operations.items())
      listed.insert(method + ' ' + path + ' ' + operation.at("description").get<std::string>());
  EXPECT_EQ(listed, (std::set<std::string>{"get /alerts Role: viewer",
                                           "get /audit Role: viewer",
                                           "get /clusters Role: viewer",
                                           "get /clusters/{name} Role: viewer",
                                           "get /config Role: viewer",
                                           "get /config/history Role: viewer",
                                           "get /config/history/{version} Role: operator",
                                           "get /dead-letters Role: viewer",
                                           "get /dead-letters/{id} Role: viewer",
                                           "get /events/{eventId} Role: viewer",
                                           "get /openapi.json Role: viewer",
                                           "get /refused-events Role: viewer",
                                           "get /routes Role: viewer",
                                           "get /routes/{name} Role: viewer",
                                           "get /subscriptions Role: viewer",
                                           "get /subscriptions/{name} Role: viewer",
                                           "get /topics Role: viewer",
                                           "get /transactions Role: viewer",
                                           "get /transactions/{txid} Role: viewer",
                                           "get /versions Role: viewer",
                                           "get /versions/usage Role: viewer",
                                           "post /clusters/{name}/eject Role: operator",
                                           "post /clusters/{name}/reset Role: operator",
                                           "post /clusters/{name}/restore Role: operator",
                                           "post /dead-letters/replay Role: operator",
                                           "post /dead-letters/{id}/discard Role: operator",
                                           "post /dead-letters/{id}/replay Role: operator",
                                           "post /drain Role: admin",
                                           "post /reload Role: operator",
                                           "post /subscriptions/{name}/pause Role: operator",
                                           "post /subscriptions/{name}/resume Role: operator",
                                           "post /transactions/{txid}/commit Role: operator",
                                           "post /transactions/{txid}/rollback Role: operator"}));
  EXPECT_EQ(all.at("openapi"), "3.1.0");
}

TEST_F(OpenApiTest, AnOperationSaysWhatItTakesAndGives) {
  const json discard = document().at("paths").at("/dead-letters/{id}/discard").at("post");
  EXPECT_EQ(discard.at("parameters"),
            json::parse(R"([{"name":"id","in":"path","required":true,"schema":{"type":"string"}}])"));
  EXPECT_EQ(
      discard.at("requestBody"),
      json::parse(R"({"required":true,"content":{"application/json":{"schema":{"type":"object","properties":)"
                  R"({"reason":{"type":"string","description":"why; kept by the audit"}},"required":["reason"]}}}})"));
  const json list = document().at("paths").at("/audit").at("get");
  EXPECT_EQ(list.at("parameters").at(0),
            json::parse(R"({"name":"limit","in":"query","required":false,"schema":{"type":"integer",)"
                        R"("description":"how many at once: 1 to 500, 50 unless told"}})"));
  EXPECT_EQ(list.at("responses")
                .at("200")
                .at("content")
                .at("application/json")
                .at("schema")
                .at("allOf")
                .at(1)
                .at("properties")
                .at("data")
                .at("properties")
                .at("items"),
            json::parse(R"({"type":"array","items":{"$ref":"#/components/schemas/Audit"}})"));
}

TEST_F(OpenApiTest, EveryReferenceLeadsSomewhere) {
  const json all = document();
  const std::string text = all.dump();
  constexpr std::string_view kReference = "\"$ref\":\"#/components/schemas/";
  int count = 0;
  for (std::size_t at = text.find(kReference); at != std::string::npos; at = text.find(kReference, at + 1), ++count) {
    const std::size_t start = at + kReference.size();
    const std::string name = text.substr(start, text.find('"', start) - start);
    EXPECT_TRUE(all.at("components").at("schemas").contains(name)) << name;
  }
  EXPECT_GT(count, 20);
}

/// An answer has the members that its schema names, each of the type that it says.
TEST_F(OpenApiTest, AnswersAreAsTheirSchemasSay) {
  const json schemas = document().at("components").at("schemas");
  const auto check = [&](const std::string& name, const json& value) {
    const json& schema = schemas.at(name);
    for (const auto& [member, inner] : value.items()) {
      ASSERT_TRUE(schema.at("properties").contains(member)) << name << '.' << member;
      const json wanted = schema.at("properties").at(member).value("type", json());
      const std::string type = inner.is_null()             ? "null"
                               : inner.is_number_integer() ? "integer"
                               : inner.is_number()         ? "number"
                               : inner.is_boolean()        ? "boolean"
                               : inner.is_array()          ? "array"
                               : inner.is_object()         ? "object"
                                                           : "string";
      const bool fits = wanted.is_null() || wanted == type ||
                        (wanted.is_array() && std::ranges::find(wanted, json(type)) != wanted.end());
      EXPECT_TRUE(fits) << name << '.' << member << " is " << type << ", not " << wanted;
    }
    for (const json& required : schema.value("required", json::array()))
      EXPECT_TRUE(value.contains(required.get<std::string>())) << name << " lacks " << required;
  };
  check("Subscription", data("GET /subscriptions").at("items").at(0));
  check("Subscription", data("POST /subscriptions/wms-orders/pause"));
  check("DeadLetter", data("GET /dead-letters").at("items").at(0));
  check("DeadLetter", data("GET /dead-letters/wms-orders:0:42"));
  check("Attempt", data("GET /dead-letters/wms-orders:0:42").at("tried").at(0));
  check("DeadLetter", data("POST /dead-letters/wms-orders:0:42/replay"));
  check("Count", data("POST /dead-letters/replay"));
  check("Reload", data("POST /reload"));
  check("Drain", data("POST /drain"));
  check("Audit", data("GET /audit").at("items").at(0));
}

}  // namespace
}  // namespace causeway::admin
