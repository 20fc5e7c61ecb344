#include "events/event_key.h"

#include <gtest/gtest.h>

#include <string>

#include "fakes/exchange_fixture.h"

namespace causeway::events {
namespace {

constexpr std::string_view kOrder =
    R"({"orderId":"ORD1","no":12345678901234567890,"price":19.90,"big":1e400,"paid":true,"nothing":null,)"
    R"("lines":[{"sku":"A"},{"sku":"\u4e2d\"文"}],"a b":{"c-d":7},"empty":""})";

std::string rendered(std::string_view text, Bytes document = kOrder) {
  const auto compiled = expression::Template::compile(text, {});
  if (const auto* problem = std::get_if<expression::CompileProblem>(&compiled))
    return "problem at " + std::to_string(problem->offset) + ": " + problem->message;
  const Result<std::string> key = render_key(std::get<expression::Template>(compiled), document);
  return key ? *key : "error " + std::to_string(number(key.error().code()));
}

TEST(EventKey, PutsInValues) {
  EXPECT_EQ(rendered("{{ .orderId }}"), "ORD1");
  EXPECT_EQ(rendered("{{.orderId}}"), "ORD1");
  EXPECT_EQ(rendered("order-{{ .orderId }}:{{ .lines[0].sku }}!"), "order-ORD1:A!");
  EXPECT_EQ(rendered(R"({{ .["a b"]["c-d"] }})"), "7");
  EXPECT_EQ(rendered(R"({{ ."a b"."c-d" }})"), "7");
  EXPECT_EQ(rendered("{{ .lines[ 1 ].sku }}"), "中\"文");
  EXPECT_EQ(rendered("{{ .lines | length }}"), "2");
  EXPECT_EQ(rendered("{{ . }}", R"( "alone" )"), "alone");
  EXPECT_EQ(rendered("plain"), "plain");
  EXPECT_EQ(rendered(""), "");
  EXPECT_EQ(rendered(R"({{ "{{" }}{{ .orderId }}}})"), "{{ORD1}}");
}

TEST(EventKey, KeepsDigits) {
  EXPECT_EQ(rendered("{{ .no }}"), "12345678901234567890");
  EXPECT_EQ(rendered("{{ .price }}"), "19.90");
  EXPECT_EQ(rendered("{{ .big }}"), "1e400");
  EXPECT_EQ(rendered("{{ .paid }}"), "true");
}

TEST(EventKey, IsNoKeyWhereAValueIsMissing) {
  EXPECT_EQ(rendered("{{ .other }}"), "");
  EXPECT_EQ(rendered("a{{ .nothing }}"), "");
  EXPECT_EQ(rendered("a{{ .lines }}"), "");
  EXPECT_EQ(rendered("a{{ .lines[2].sku }}"), "");
  EXPECT_EQ(rendered("{{ .orderId }}:{{ .orderId.deeper? }}"), "");
  EXPECT_EQ(rendered("a{{ . }}"), "");
  EXPECT_EQ(rendered("a{{ .empty }}"), "a");
}

TEST(EventKey, IsRefusedWhereAnExpressionFails) {
  EXPECT_EQ(rendered("{{ .orderId.deeper }}"), "error 40094");
  EXPECT_EQ(rendered("{{ .lines[].sku }}"), "error 40094");
}

TEST(EventKey, OfATopicIsNoneWhereItFails) {
  const auto key = std::get<expression::Template>(expression::Template::compile("{{ .a.b }}", {}));
  EXPECT_EQ(topic_key(key, R"({"a":{"b":1.50}})"), "1.50");
  EXPECT_EQ(topic_key(key, R"({"a":7})"), "");
  EXPECT_EQ(topic_key(key, "[1]"), "");
}

}  // namespace
}  // namespace causeway::events
