#include "app/reload/masking.h"

#include <gtest/gtest.h>

#include "app/reload/yaml_dump.h"
#include "config/yaml.h"

namespace causeway::app {
namespace {

TEST(Masking, OfASecretOnlyItsReferencesAreLeft) {
  EXPECT_EQ(masked("hunter2", true), "***");
  EXPECT_EQ(masked("${env:NAME}", true), "${env:NAME}");
  EXPECT_EQ(masked("Bearer ${env:NAME}", true), "***${env:NAME}");
  EXPECT_EQ(masked("${env:NAME:-hunter2}", true), "${env:NAME:-***}");
  EXPECT_EQ(masked("${env:NAME:-}", true), "${env:NAME:-}");
  EXPECT_EQ(masked("${env:NAME:?ask olga}", true), "${env:NAME:?ask olga}");
  EXPECT_EQ(masked("a$${b}c", true), "***");
  EXPECT_EQ(masked("${env:A}hunter2${file:b}", true), "${env:A}***${file:b}");
  EXPECT_EQ(masked("", true), "");
  EXPECT_EQ(masked("Bearer {{ secret:T }}", true), "***{{ secret:T }}");
  EXPECT_EQ(masked("{{ .orderId }}", true), "{{ .orderId }}");
  EXPECT_EQ(masked("{{ 'hunter2' }}", true), "***");
  EXPECT_EQ(masked("{{ 1234 }}", true), "***");
}

TEST(Masking, AUrlLosesItsUser) {
  EXPECT_EQ(masked("postgres://olga:hunter2@db/causeway", false), "postgres://***@db/causeway");
  EXPECT_EQ(masked("https://a@b/c https://d:e@f", false), "https://***@b/c https://***@f");
  EXPECT_EQ(masked("https://host/path@x", false), "https://host/path@x");
  EXPECT_EQ(masked("postgres://olga:${env:PW}@db", false), "postgres://***${env:PW}@db");
}

TEST(Masking, WhatNobodyDescribesIsJudgedByItsKey) {
  EXPECT_TRUE(is_secret("client_secret", nullptr));
  EXPECT_TRUE(is_secret("X-Api-Key", nullptr));
  EXPECT_TRUE(is_secret("sasl.password", nullptr));
  EXPECT_TRUE(is_secret("Authorization", nullptr));
  for (const char* name : {"X-Internal-Auth", "X-Signing-Key", "X-Pwd", "key", "sig", "pin", "userPin", "X-Session"})
    EXPECT_TRUE(is_secret(name, nullptr)) << name;
  for (const char* name : {"timeout", "session.timeout.ms", "shipping", "design", "signed"})
    EXPECT_FALSE(is_secret(name, nullptr)) << name;
}

TEST(Masking, WhatIsDescribedIsWhatItSays) {
  config::Shape shape{config::Shape::Form::kText, "secret"};
  shape.secret = true;
  EXPECT_TRUE(is_secret("value", &shape));
  config::Shape path{config::Shape::Form::kText, "path"};
  EXPECT_FALSE(is_secret("private_key", &path));
  config::Shape text{config::Shape::Form::kText, "text"};
  EXPECT_TRUE(is_secret("X-Token", &text));  // a header
}

std::string dumped(const std::string& main, const std::string& routes) {
  config::Errors errors;
  config::Documents documents;
  documents.main = config::read_yaml(main, "main.yaml", errors).value_or(config::Node());
  documents.routes.push_back({"o.yaml", config::read_yaml(routes, "o.yaml", errors).value_or(config::Node()), {}});
  EXPECT_EQ(errors.to_text(), "");
  return masked_yaml(documents);
}

TEST(Dump, IsTheFilesWithoutTheirSecrets) {
  const std::string dump = dumped(R"(
admin: {users: [{name: ops, token: hunter2-0123456789}]}
secrets: {A: "${env:A}", B: literal-0123456789}
drain_timeout: 30s
bus: {kafka: {brokers: ["127.0.0.1:9092"], properties: {sasl.password: hunter2, client.id: me}}}
)",
                                  R"(
api: o
routes:
  - name: a
    match: {method: GET, path: "/{id}"}
    adapter: {http: {headers: {X-Token: "abc {{ secret:A }}", X-Plain: abc}}}
    plugins:
      - transform:
          request: |
            {a: .b,
             "c": 1}
      - envelope
    versions: []
)");
  EXPECT_EQ(dump, R"(admin:
  users:
    - name: ops
      token: "***"
secrets:
  A: "${env:A}"
  B: "***"
drain_timeout: 30s
bus:
  kafka:
    brokers:
      - "127.0.0.1:9092"
    properties:
      sasl.password: "***"
      client.id: me
--- # o.yaml
api: o
routes:
  - name: a
    match:
      method: GET
      path: "/{id}"
    adapter:
      http:
        headers:
          X-Token: "***{{ secret:A }}"
          X-Plain: abc
    plugins:
      - transform:
          request: |
            {a: .b,
             "c": 1}
      - envelope
    versions: []
)");
}

}  // namespace
}  // namespace causeway::app
