#include "telemetry/trace_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "telemetry/request_id.h"

namespace causeway::telemetry {
namespace {

constexpr std::string_view kTrace = "12345678901234567890123456789012";
constexpr std::string_view kParent = "00-12345678901234567890123456789012-1234567890123456-01";

TraceContext from(std::vector<std::string_view> parents, std::vector<std::string_view> states = {}) {
  Random random(1);
  return TraceContext::from_request(parents, states, random);
}

TEST(TraceContext, ContinuesUnderANewParent) {
  const TraceContext context = from({kParent}, {"foo=1, bar=2 "});
  EXPECT_EQ(context.trace_id(), kTrace);
  EXPECT_NE(context.parent_id(), "1234567890123456");
  EXPECT_EQ(context.traceparent(), "00-" + std::string(kTrace) + "-" + std::string(context.parent_id()) + "-01");
  EXPECT_TRUE(context.sampled());
  EXPECT_EQ(context.tracestate(), "foo=1,bar=2");
}

TEST(TraceContext, PassesOnOnlyFlagsThatItKnows) {
  EXPECT_EQ(from({"00-12345678901234567890123456789012-1234567890123456-fe"}).traceparent().substr(52), "-02");
  EXPECT_FALSE(from({"00-12345678901234567890123456789012-1234567890123456-fe"}).sampled());
}

TEST(TraceContext, StartsSampledOnRequest) {
  Random random(3);
  EXPECT_THAT(std::string(TraceContext::start(random).traceparent()),
              testing::MatchesRegex("00-[0-9a-f]{32}-[0-9a-f]{16}-03"));
  EXPECT_THAT(std::string(TraceContext::start(random, false).traceparent()),
              testing::MatchesRegex("00-[0-9a-f]{32}-[0-9a-f]{16}-02"));
}

TEST(TraceContext, GivesEveryCallItsOwnParent) {
  Random random(3);
  TraceContext context = TraceContext::start(random);
  const std::string trace(context.trace_id());
  std::set<std::string> parents;
  for (int i = 0; i < 100; ++i) {
    context.renew_parent(random);
    parents.emplace(context.parent_id());
  }
  EXPECT_EQ(parents.size(), 100u);
  EXPECT_EQ(context.trace_id(), trace);
}

TEST(TraceContext, ShortensALongStateByWholeMembers) {
  const std::string longest = "long=" + std::string(200, 'l');
  std::string many = "first=1," + longest;
  std::string expected = "first=1";
  for (int i = 10; i < 30; ++i) {
    const std::string member = ",m" + std::to_string(i) + "=" + std::string(24, 'x');
    many += member;
    if (expected.size() + member.size() <= 512) expected += member;
  }
  EXPECT_EQ(from({kParent}, {many}).tracestate(), expected);
}

TEST(Random, DiffersFromOneSourceToTheNext) {
  Random first = Random::from_system();
  Random second = Random::from_system();
  EXPECT_NE(first.next(), second.next());
}

// What each test of the W3C's suite demands of its requests, in order. `new`: another trace id; a tracestate: the same
// trace id and this state passed on.
struct Expected {
  bool continues;
  std::string state;
};
const Expected kRestarts{false, ""};
const Expected kContinues{true, ""};

std::vector<Expected> expectations(const std::string& name, const nlohmann::json& requests) {
  const auto states = [&](std::size_t request) {
    std::string combined;
    for (const auto& header : requests[request]["headers"]) {
      if (header[0] == "tracestate" && header[1] != "")
        combined += (combined.empty() ? "" : ",") + std::string(header[1]);
    }
    return Expected{true, combined};
  };
  const std::map<std::string, std::vector<Expected>> special{
      {"multiple_requests_with_illegal_traceparent", {kRestarts}},
      {"multiple_requests_with_valid_traceparent", {kContinues}},
      {"multiple_requests_without_traceparent", {kRestarts}},
      {"propagates_random_flag", {kContinues}},
      {"both_traceparent_and_tracestate_missing", {kRestarts}},
      {"traceparent_header_name_valid_casing", {kContinues, kContinues, kContinues}},
      {"traceparent_included_tracestate_missing", {kContinues}},
      {"traceparent_ows_handling", {kContinues, kContinues, kContinues, kContinues, kContinues}},
      {"traceparent_version_0xcc", {kContinues, kContinues, kRestarts}},
      {"tracestate_all_allowed_characters", {states(0), requests.size() > 1 ? states(1) : kContinues}},
      {"tracestate_empty_header", {kContinues, {true, "foo=1"}, {true, "foo=1"}}},
      {"tracestate_header_name_valid_casing", {{true, "foo=1"}, {true, "foo=1"}, {true, "foo=1"}}},
      {"tracestate_included_traceparent_included", {{true, "foo=1,bar=2"}}},
      {"tracestate_included_traceparent_missing", {kRestarts, kRestarts}},
      {"tracestate_key_illegal_vendor_format",
       {{true, "foo@=1,bar=2"}, kContinues, {true, "foo@@bar=1,bar=2"}, {true, "foo@bar@baz=1,bar=2"}}},
      {"tracestate_multiple_headers_different_keys", {{true, "foo=1,bar=2,rojo=1,congo=2,baz=3"}}},
      {"tracestate_ows_handling",
       {{true, "foo=1,bar=2,baz=3"},
        {true, "foo=1,bar=2,baz=3"},
        {true, "foo=1"},
        {true, "foo=1"},
        {true, "foo=1"},
        {true, "foo=1"},
        {true, "foo=1"}}}};
  if (const auto found = special.find(name); found != special.end()) return found->second;

  std::vector<Expected> result;
  for (std::size_t request = 0; request < requests.size(); ++request) {
    if (name == "tracestate_key_length_limit") result.push_back(request == 1 ? kContinues : states(request));
    else if (name == "tracestate_member_count_limit") result.push_back(request == 1 ? kContinues : states(request));
    else if (name == "tracestate_duplicated_keys") result.push_back(states(request));
    else result.push_back(name.starts_with("tracestate_") ? kContinues : kRestarts);
  }
  return result;
}

TEST(TraceContext, DoesWhatTheW3cSuiteDemands) {
  const auto corpus = nlohmann::json::parse(std::ifstream(CAUSEWAY_TESTS "/conformance/trace_context.json"));
  ASSERT_EQ(corpus["cases"].size(), 41u);
  Random random(11);
  for (const auto& test : corpus["cases"]) {
    const std::string id = test["id"];
    const std::string name = id.substr(id.find(".test_") + 6);
    const auto expected = expectations(name, test["sent"]);
    ASSERT_EQ(expected.size(), test["sent"].size()) << id;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      std::vector<std::string> parents, states;
      for (const auto& header : test["sent"][i]["headers"]) {
        std::string header_name = header[0];
        std::transform(header_name.begin(), header_name.end(), header_name.begin(),
                       [](char c) { return std::tolower(c); });
        if (header_name == "traceparent") parents.push_back(header[1]);
        if (header_name == "tracestate") states.push_back(header[1]);
      }
      const std::vector<std::string_view> parent_views(parents.begin(), parents.end());
      const std::vector<std::string_view> state_views(states.begin(), states.end());
      std::set<std::string> parent_ids;
      for (int count = 0; count < test["sent"][i]["count"]; ++count) {
        const TraceContext context = TraceContext::from_request(parent_views, state_views, random);
        EXPECT_THAT(std::string(context.traceparent()), testing::MatchesRegex("00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]"));
        EXPECT_EQ(context.trace_id() == "12345678901234567890123456789012", expected[i].continues) << id << " " << i;
        EXPECT_NE(context.trace_id(), std::string(32, '0'));
        EXPECT_NE(context.parent_id(), "1234567890123456");
        EXPECT_TRUE(parent_ids.emplace(context.parent_id()).second);
        EXPECT_EQ(context.tracestate(), expected[i].state) << id << " " << i;
        if (name == "propagates_random_flag") EXPECT_EQ(context.traceparent().substr(52), "-02");
      }
    }
  }
}

TEST(RequestId, TakesTheCallersWhenItIsHarmless) {
  Random random(5);
  const WallTime now{std::chrono::milliseconds(0x0195500f1b23)};
  const std::string longest(64, 'x');
  for (const std::string& offered : {std::string("A-z.0_9"), std::string("1"), longest}) {
    EXPECT_EQ(RequestId(offered, now, random).view(), offered);
  }
  const std::string too_long(65, 'x');
  for (const std::string& offered :
       {std::string(), std::string("a b"), std::string("a\r\nb"), std::string("ä"), too_long, std::string("a/b")}) {
    EXPECT_THAT(std::string(RequestId(offered, now, random).view()),
                testing::MatchesRegex("0195500f-1b23-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  }
  EXPECT_NE(RequestId("", now, random).view(), RequestId("", now, random).view());
}

}  // namespace
}  // namespace causeway::telemetry
