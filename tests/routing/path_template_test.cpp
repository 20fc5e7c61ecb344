#include "routing/path_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory_resource>
#include <utility>

namespace causeway::routing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Segment = PathTemplate::Segment;
using Kind = PathTemplate::Kind;

PathTemplate path(std::string_view text) {
  TemplateError error;
  std::optional<PathTemplate> result = PathTemplate::parse(text, error);
  EXPECT_TRUE(result) << text << ": " << error.message;
  return result.value_or(PathTemplate());
}

std::pair<std::size_t, std::string> fault(std::string_view text) {
  TemplateError error;
  EXPECT_FALSE(PathTemplate::parse(text, error)) << text;
  return {error.offset, error.message};
}

/// Names and values that outlive the Parameters made of them.
struct Values {
  std::vector<std::string> names;
  std::vector<std::string> values;

  Parameters parameters() const {
    Parameters result;
    for (const std::string& value : values) result.push(value);
    result.set_names(names);
    return result;
  }
};

std::optional<std::string> render(std::string_view text, const Values& values) {
  std::string out = "before";
  if (path(text).render(values.parameters(), out)) return out.substr(6);
  EXPECT_EQ(out, "before") << "what could not be rendered left a trace";
  return std::nullopt;
}

TEST(PathTemplate, ReadsLiteralsParametersAndTheRest) {
  EXPECT_THAT(path("/orders/{id}/items/{rest...}").segments(),
              ElementsAre(Segment{Kind::kLiteral, "orders"}, Segment{Kind::kParameter, "id"},
                          Segment{Kind::kLiteral, "items"}, Segment{Kind::kRest, "rest"}));
  EXPECT_THAT(path("/orders/{id}/items/{rest...}").parameters(), ElementsAre("id", "rest"));
  EXPECT_THAT(path("/").segments(), IsEmpty());
}

TEST(PathTemplate, RemembersATrailingSlash) {
  EXPECT_TRUE(path("/").ends_with_slash());
  EXPECT_TRUE(path("/orders/").ends_with_slash());
  EXPECT_FALSE(path("/orders").ends_with_slash());
  EXPECT_THAT(path("/orders/").segments(), ElementsAre(Segment{Kind::kLiteral, "orders"}));
}

TEST(PathTemplate, WritesEncodedLiteralsInCapitals) {
  EXPECT_THAT(path("/%e8%ae%a2").segments(), ElementsAre(Segment{Kind::kLiteral, "%E8%AE%A2"}));
}

TEST(PathTemplate, SaysWhatIsWrongAndWhere) {
  using Fault = std::pair<std::size_t, std::string>;
  EXPECT_EQ(fault(""), Fault(0, "expected a path that starts with \"/\""));
  EXPECT_EQ(fault("orders"), Fault(0, "expected a path that starts with \"/\""));
  EXPECT_EQ(fault("/a//b"), Fault(3, "an empty segment (\"//\")"));
  EXPECT_EQ(fault("/a/../b"), Fault(3, "the segments \".\" and \"..\" are not allowed"));
  EXPECT_EQ(fault("/a/{id}.json"), Fault(3, "a parameter takes a whole segment, such as \"/{id}/\""));
  EXPECT_EQ(fault("/a/x{id}"), Fault(4, "a parameter takes a whole segment, such as \"/{id}/\""));
  EXPECT_EQ(fault("/a/{id"), Fault(3, "a parameter takes a whole segment, such as \"/{id}/\""));
  EXPECT_EQ(fault("/a/{}"), Fault(4, "expected a name of letters, digits and \"_\" that does not start with a digit"));
  EXPECT_EQ(fault("/{2nd}"), Fault(2, "expected a name of letters, digits and \"_\" that does not start with a digit"));
  EXPECT_EQ(fault("/{a-b}"), Fault(2, "expected a name of letters, digits and \"_\" that does not start with a digit"));
  EXPECT_EQ(fault("/{...}"), Fault(2, "expected a name of letters, digits and \"_\" that does not start with a digit"));
  EXPECT_EQ(fault("/{rest...}/x"), Fault(1, "\"{rest...}\" may only stand at the end"));
  EXPECT_EQ(fault("/{id}/x/{id}"), Fault(9, "the parameter \"id\" is used twice"));
  EXPECT_EQ(fault("/a b"), Fault(2, "a character that may not stand in a path; write \"%20\""));
  EXPECT_EQ(fault("/a;v=1"), Fault(2, "a character that may not stand in a path; write \"%3B\""));
  EXPECT_EQ(fault("/a?x"), Fault(2, "a character that may not stand in a path; write \"%3F\""));
  EXPECT_EQ(fault("/a%2"), Fault(2, "expected two hexadecimal digits after \"%\""));
  EXPECT_EQ(fault("/%41"), Fault(1, "write \"A\" as it is, not encoded"));
}

TEST(PathTemplate, RendersParametersIntoTheirPlaces) {
  EXPECT_EQ(render("/orders/{id}/cancel", {{"id"}, {"42"}}), "/orders/42/cancel");
  EXPECT_EQ(render("/{b}/{a}/", {{"a", "b"}, {"1", "2"}}), "/2/1/");
  EXPECT_EQ(render("/", {}), "/");
  EXPECT_EQ(render("/orders", {{"id"}, {"42"}}), "/orders");
}

TEST(PathTemplate, RendersAParameterAsOneSegment) {
  EXPECT_EQ(render("/o/{id}", {{"id"}, {"a/b"}}), "/o/a%2Fb");
  EXPECT_EQ(render("/o/{id}", {{"id"}, {"a;b?c#d e"}}), "/o/a%3Bb%3Fc%23d%20e");
  EXPECT_EQ(render("/o/{id}", {{"id"}, {"\xE8\xAE\xA2\n"}}), "/o/%E8%AE%A2%0A");
  EXPECT_EQ(render("/o/{id}", {{"id"}, {"a:b@c,d=e&f"}}), "/o/a:b@c,d=e&f");
}

TEST(PathTemplate, NeverEncodesTwice) {
  EXPECT_EQ(render("/o/{id}", {{"id"}, {"a%20b"}}), "/o/a%20b");
  EXPECT_EQ(render("/o/{id}", {{"id"}, {"%2f%25%3a"}}), "/o/%2F%25%3A");
  EXPECT_EQ(render("/o/{id}", {{"id"}, {"100%"}}), "/o/100%25");
  EXPECT_EQ(render("/o/{id}", {{"id"}, {"%4"}}), "/o/%254");
}

TEST(PathTemplate, KeepsTheSlashesOfTheRest) {
  EXPECT_EQ(render("/files/{rest...}", {{"rest"}, {"a/b c/d"}}), "/files/a/b%20c/d");
  EXPECT_EQ(render("/files/{rest...}", {{"rest"}, {"a/"}}), "/files/a/");
}

TEST(PathTemplate, LeavesOutTheSlashBeforeAnEmptyRest) {
  EXPECT_EQ(render("/files/{rest...}", {{"rest"}, {""}}), "/files");
  EXPECT_EQ(render("/{rest...}", {{"rest"}, {""}}), "/");
}

TEST(PathTemplate, RefusesWhatTheSystemWouldResolveElsewhere) {
  for (const char* value : {".", "..", "%2e", "%2E%2e", ".%2e", ""}) {
    EXPECT_EQ(render("/o/{id}", {{"id"}, {value}}), std::nullopt) << value;
  }
  for (const char* value : {"..", "a/..", "a/../b", "./a", "%2e%2e/a", "a/%2E"}) {
    EXPECT_EQ(render("/o/{rest...}", {{"rest"}, {value}}), std::nullopt) << value;
  }
  EXPECT_EQ(render("/o/{rest...}", {{"rest"}, {"a/...b/.c"}}), "/o/a/...b/.c");
}

TEST(PathTemplate, RefusesAMissingParameter) { EXPECT_EQ(render("/o/{id}", {{"no"}, {"1"}}), std::nullopt); }

TEST(PathTemplate, RendersIntoMemoryThatTheCallerGives) {
  std::array<std::byte, 256> memory;
  std::pmr::monotonic_buffer_resource arena(memory.data(), memory.size(), std::pmr::null_memory_resource());
  std::pmr::string out("http://oms", &arena);
  const Values values{{"id"}, {"a b"}};
  ASSERT_TRUE(path("/orders/{id}/cancel").render(values.parameters(), out));
  EXPECT_EQ(out, "http://oms/orders/a%20b/cancel");
}

TEST(MissingParameters, NamesWhatTheRouteDoesNotGive) {
  EXPECT_THAT(missing_parameters(path("/v2/track/{no}"), path("/{no}")), IsEmpty());
  EXPECT_THAT(missing_parameters(path("/{rest...}"), path("/raw/{rest...}")), IsEmpty());
  EXPECT_THAT(missing_parameters(path("/{id}/{x}"), path("/{id}")), ElementsAre("{x} is not a parameter of \"/{id}\""));
  EXPECT_THAT(missing_parameters(path("/{rest}"), path("/raw/{rest...}")),
              ElementsAre("write {rest...}, as in \"/raw/{rest...}\""));
  EXPECT_THAT(missing_parameters(path("/{id...}"), path("/{id}")), ElementsAre("write {id}, as in \"/{id}\""));
}

TEST(Parameters, CopiesWhatIsThere) {
  const Values values{{"a", "b"}, {"1", "2"}};
  const Parameters original = values.parameters();
  const Parameters copy = original;
  EXPECT_EQ(copy.size(), 2u);
  EXPECT_EQ(copy.find("b"), "2");
  EXPECT_EQ(copy.find("c"), std::nullopt);
  EXPECT_EQ(copy.name(0), "a");
}

}  // namespace
}  // namespace causeway::routing
