#include "upstream/outcome.h"

#include <gtest/gtest.h>

#include <string>

#include "fakes/exchange_fixture.h"

namespace causeway::upstream {
namespace {

std::string settled(Code code, net::Method method, bool sent) {
  Error error(code, "why");
  error.info().reason = "because";
  const Error result = settle(std::move(error), method, sent);
  return fakes::describe(result) + (result.info_if()->details.empty() ? "" : ' ' + result.info_if()->details);
}

TEST(Settle, AnUnsafeCallThatMayHaveArrivedHasAnUnknownOutcome) {
  const std::string unknown = R"(50491 because: why "outcome":"unknown")";
  for (const net::Method method : {net::Method::kPost, net::Method::kPut, net::Method::kPatch, net::Method::kDelete}) {
    EXPECT_EQ(settled(Code::kUpstreamTimeout, method, true), unknown);
    EXPECT_EQ(settled(Code::kUpstreamBroke, method, true), unknown);
  }
  EXPECT_EQ(settled(Code::kUpstreamTimeout, net::Method::kOther, true), unknown);
}

TEST(Settle, ASafeCallIsJustLateOrBroken) {
  for (const net::Method method : {net::Method::kGet, net::Method::kHead, net::Method::kOptions}) {
    EXPECT_EQ(settled(Code::kUpstreamTimeout, method, true), "50490 because: why");
    EXPECT_EQ(settled(Code::kUpstreamBroke, method, true), "50291 because: why");
  }
}

TEST(Settle, WhatWasNotSentDidNotHappen) {
  EXPECT_EQ(settled(Code::kUpstreamTimeout, net::Method::kPost, false), "50490 because: why");
  EXPECT_EQ(settled(Code::kUpstreamBroke, net::Method::kPost, false), "50291 because: why");
  EXPECT_EQ(settled(Code::kUpstreamUnreachable, net::Method::kPost, false), "50290 because: why");
}

TEST(Settle, OtherErrorsPass) {
  EXPECT_EQ(settled(Code::kUpstreamNonsense, net::Method::kPost, true), "50292 because: why");
  EXPECT_EQ(settled(Code::kBodyTooLarge, net::Method::kPost, true), "41390 because: why");
  EXPECT_EQ(settled(Code::kClientTooSlow, net::Method::kPost, true), "40890 because: why");
}

}  // namespace
}  // namespace causeway::upstream
