#include "adapters/composite/call_order.h"

#include <gtest/gtest.h>

#include <string>

#include "config/yaml.h"

namespace causeway::adapters {
namespace {

using expression::Variable;
using Waits = std::vector<std::vector<std::size_t>>;

class CallOrderTest : public testing::Test {
 protected:
  /// `calls` by name, as in a route file.
  std::string problems(const std::string& yaml) {
    config::Errors errors;
    const auto node = config::read_yaml(yaml, "t.yaml", errors);
    config::Reading reading(errors, config::FileKind::kRoutes);
    std::vector<OrderedCall> calls;
    for (const auto& entry : node->entries()) {
      auto step = reading.enter(entry.key.text());
      calls.push_back({entry.key.text(), mentions_in(entry.value, {Variable::kRequest, Variable::kCalls}, reading)});
    }
    waits = order_calls(calls, errors);
    return errors.to_text();
  }

  Waits waits;
};

TEST_F(CallOrderTest, CallsThatMentionNoOtherWaitForNone) {
  EXPECT_EQ(problems(R"({a: {path: "/x/{{ $request.a }}"}, b: {path: "/$calls.a"}})"), "");
  EXPECT_EQ(waits, Waits({{}, {}}));
}

TEST_F(CallOrderTest, AMentionAnywhereOrders) {
  EXPECT_EQ(problems(R"(
a: {path: "/a"}
b: {path: "/{{ $calls.a.body.id }}/x"}
c: {query: {q: "{{ $calls[\"b\"].status }}"}}
d: {headers: {X-A: "{{ if $calls.a.status == 200 then $calls.c.body else 1 end }}"}}
e: {method: POST, body: {list: [1, "{{ $calls.d.body }}"], other: "{{ $calls.d.status }}"}}
)"),
            "");
  EXPECT_EQ(waits, Waits({{}, {0}, {1}, {0, 2}, {3}}));
}

TEST_F(CallOrderTest, AMentionOfNobodyIsAnErrorAtItsPlace) {
  EXPECT_EQ(problems("order: {path: /x}\nb: {path: \"/{{ $calls.ordr.body.id }}\"}"),
            "t.yaml:2:16: b.path: no call is called \"ordr\" (did you mean \"order\"?)\n");
  EXPECT_EQ(problems("a: {path: /x}\nb: {body: {n: [\"{{ $calls | length }}\"]}}"),
            "t.yaml:2:20: b.body.n[0]: expected a call's name behind $calls, such as $calls.a.body\n");
  EXPECT_EQ(problems("a: {path: /x}\nb: {path: \"/{{ $calls[$request.which].body }}\"}"),
            "t.yaml:2:16: b.path: expected a call's name behind $calls, such as $calls.a.body\n");
}

TEST_F(CallOrderTest, ACircleIsAnErrorWhereItCloses) {
  EXPECT_EQ(problems("a: {path: \"/{{ $calls.a.body }}\"}"), "t.yaml:1:16: a.path: a call cannot wait for itself\n");
  EXPECT_EQ(problems("a: {path: \"/{{ $calls.b.body }}\"}\nb: {path: \"/{{ $calls.a.body }}\"}"),
            "t.yaml:2:16: b.path: no call could be the first: a waits for b, which waits for a\n");
  EXPECT_EQ(problems(R"(
a: {path: "/{{ $calls.b.body }}"}
b: {path: "/{{ $calls.c.body }}"}
c: {path: "/{{ $calls.d.body }}/{{ $calls.b.body }}"}
d: {path: "/x"}
)"),
            "t.yaml:4:36: c.path: no call could be the first: b waits for c, which waits for b\n");
}

}  // namespace
}  // namespace causeway::adapters
