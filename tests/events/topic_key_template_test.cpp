#include <gtest/gtest.h>

#include <string>

#include "events/key_template.h"

namespace causeway::events {
namespace {

constexpr std::string_view kOrder =
    R"({"orderId":"ORD1","no":12345678901234567890,"price":19.90,"big":1e400,"paid":true,"nothing":null,)"
    R"("lines":[{"sku":"A"},{"sku":"\u4e2d\"文"}],"a b":{"c-d":7},"empty":""})";

std::string rendered(std::string_view text, Bytes document = kOrder) {
  const auto parsed = KeyTemplate::parse(text);
  if (const auto* problem = std::get_if<KeyTemplate::Problem>(&parsed))
    return "problem at " + std::to_string(problem->offset) + ": " + problem->message;
  return std::get<KeyTemplate>(parsed).render(document);
}

TEST(KeyTemplate, PutsInValuesByPath) {
  EXPECT_EQ(rendered("{{ .orderId }}"), "ORD1");
  EXPECT_EQ(rendered("{{.orderId}}"), "ORD1");
  EXPECT_EQ(rendered("order-{{ .orderId }}:{{ .lines[0].sku }}!"), "order-ORD1:A!");
  EXPECT_EQ(rendered(R"({{ .["a b"]["c-d"] }})"), "7");
  EXPECT_EQ(rendered(R"({{ ."a b"."c-d" }})"), "7");
  EXPECT_EQ(rendered("{{ .lines[ 1 ].sku }}"), "中\"文");
  EXPECT_EQ(rendered("{{ . }}", R"( "alone" )"), "alone");
  EXPECT_EQ(rendered("{{ .[1] }}", R"([1, 2])"), "2");
  EXPECT_EQ(rendered("plain"), "plain");
  EXPECT_EQ(rendered(""), "");
}

TEST(KeyTemplate, KeepsDigits) {
  EXPECT_EQ(rendered("{{ .no }}"), "12345678901234567890");
  EXPECT_EQ(rendered("{{ .price }}"), "19.90");
  EXPECT_EQ(rendered("{{ .big }}"), "1e400");
  EXPECT_EQ(rendered("{{ .paid }}"), "true");
}

TEST(KeyTemplate, IsNoKeyWhereAValueIsMissing) {
  EXPECT_EQ(rendered("{{ .other }}"), "");
  EXPECT_EQ(rendered("a{{ .nothing }}"), "");
  EXPECT_EQ(rendered("a{{ .lines }}"), "");
  EXPECT_EQ(rendered("a{{ .lines[2].sku }}"), "");
  EXPECT_EQ(rendered("{{ .orderId }}:{{ .orderId.deeper }}"), "");
  EXPECT_EQ(rendered("a{{ . }}"), "");
  EXPECT_EQ(rendered("a{{ .empty }}"), "a");
}

TEST(KeyTemplate, CanSayBraces) {
  EXPECT_EQ(rendered(R"({{ "{{" }}{{ .orderId }}}})"), "{{ORD1}}");
  EXPECT_EQ(rendered(R"({{ .["}}"] }})", R"({"}}":1})"), "1");
}

TEST(KeyTemplate, SaysWhatIsNotInThisVersion) {
  const std::string beyond = "expressions beyond a path are not in this version";
  EXPECT_EQ(rendered("{{ .a | tostring }}"), "problem at 6: " + beyond);
  EXPECT_EQ(rendered("{{ .a + .b }}"), "problem at 6: " + beyond);
  EXPECT_EQ(rendered("x{{ now }}"), "problem at 4: " + beyond);
  EXPECT_EQ(rendered("{{ .a[] }}"), "problem at 5: " + beyond);
  EXPECT_EQ(rendered("{{ .a[-1] }}"), "problem at 5: " + beyond);
  EXPECT_EQ(rendered("{{ .a[0:2] }}"), "problem at 5: " + beyond);
  EXPECT_EQ(rendered("{{ .a[99999999999999999999] }}"), "problem at 5: " + beyond);
  EXPECT_EQ(rendered("{{ .a-b }}"), "problem at 5: " + beyond);
  EXPECT_EQ(rendered("{{ 7 }}"), "problem at 3: " + beyond);
}

TEST(KeyTemplate, SaysWhereItIsWrong) {
  EXPECT_EQ(rendered("ab{{ .a"), "problem at 2: a {{ has no }}");
  EXPECT_EQ(rendered("ab{{"), "problem at 4: a {{ has no }}");
  EXPECT_EQ(rendered("{{ }}"), "problem at 3: a path such as .orderId was expected");
  EXPECT_EQ(rendered("{{ .a. }}"), "problem at 6: a name was expected after the dot");
  EXPECT_EQ(rendered(R"({{ ."a }})"), "problem at 4: a string does not end");
  EXPECT_EQ(rendered("{{ $result.a }}"), "problem at 3: there is no $result here, only .");
}

TEST(KeyTemplate, SurvivesAnyText) {
  const std::string text = R"(a{{ .b["c\"}}"][ 0 ].d }}{{ "x\u12" }}{{ $r[1]."e" | f }}{{.}}}})";
  for (std::size_t begin = 0; begin < text.size(); ++begin)
    for (std::size_t length = 0; begin + length <= text.size(); ++length) {
      const std::vector<char> exact(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                    text.begin() + static_cast<std::ptrdiff_t>(begin + length));
      const auto parsed = KeyTemplate::parse({exact.data(), exact.size()}, {"", "$r"});
      if (const auto* problem = std::get_if<KeyTemplate::Problem>(&parsed)) EXPECT_LE(problem->offset, length);
    }
}

TEST(KeyTemplate, StartsFromNamedDocuments) {
  const std::string_view roots[] = {"", "$request"};
  const Bytes documents[] = {R"({"a":1,"o":{"x": 1.50}})", R"([{"a":2}])"};
  const auto parse = [&](std::string_view text) { return std::get<KeyTemplate>(KeyTemplate::parse(text, roots)); };
  EXPECT_EQ(parse("{{ .a }}-{{ $request[0].a }}").render(documents), "1-2");
  EXPECT_EQ(parse("{{ $request.[0].a }}").render(documents), "2");
  EXPECT_FALSE(parse("{{ .a }}").uses(1));
  EXPECT_TRUE(parse("{{ .a }}{{ $request[0] }}").uses(1));

  EXPECT_EQ(parse("{{ .o }}").value(documents), R"({"x": 1.50})");
  EXPECT_EQ(parse("{{ $request }}").value(documents), R"([{"a":2}])");
  EXPECT_TRUE(parse("{{ $request }}").is_value());
  EXPECT_FALSE(parse("x{{ .o }}").is_value());
  EXPECT_EQ(parse("x{{ .o }}").value(documents), "");
  EXPECT_EQ(parse("{{ .other }}").value(documents), "");

  const auto wrong = KeyTemplate::parse("{{ $requst.a }}", roots);
  EXPECT_EQ(std::get<KeyTemplate::Problem>(wrong).message, "there is no $requst here, only ., $request");
  const auto late = KeyTemplate::parse("{{ $request[x] }}", roots);
  EXPECT_EQ(std::get<KeyTemplate::Problem>(late).offset, 11u);
}

}  // namespace
}  // namespace causeway::events
