#include "upstream/retry.h"

#include <gtest/gtest.h>

#include <string>

#include "upstream/upstream_fixture.h"

namespace causeway::upstream {
namespace {

using namespace std::chrono_literals;
using Kind = RetryReason::Kind;

std::string name_of(std::optional<Kind> kind) {
  return kind ? config::TextForm<RetryReason>::format({*kind, 0}) : "not at all";
}

class RetryRulesTest : public UpstreamFixture {
 protected:
  std::string of(const RetryRules& rules, Code code, Resend resend = Resend::kNever) {
    return name_of(rules.reason_of(Error(code, resend)));
  }
  std::string of(const RetryRules& rules, int status, bool retry_after = false, bool by_outcome = false) {
    runtime::Arena arena(worker.chunks());
    CallResponse answer(arena);
    answer.head.status = status;
    answer.call_class = by_outcome ? CallClass::kSystem : class_of_status(status);
    if (retry_after) answer.head.headers.add(net::HeaderId::kRetryAfter, "1");
    return name_of(rules.reason_of(answer));
  }
  static RetryRules on(const std::vector<std::string>& texts) {
    RetrySettings settings;
    for (const std::string& text : texts) settings.on.push_back(*config::TextForm<RetryReason>::parse(text));
    return RetryRules(settings);
  }
};

TEST_F(RetryRulesTest, WithoutSettingsNothingIsWantedAgain) {
  const RetryRules none(std::nullopt);
  EXPECT_EQ(none.max_attempts(), 1u);
  EXPECT_EQ(of(none, Code::kUpstreamUnreachable, Resend::kIfUnsent), "not at all");
  EXPECT_EQ(of(none, 503, true), "not at all");
}

TEST_F(RetryRulesTest, ByDefaultItIsFailuresToConnectResetsAndA503ThatAsksForIt) {
  const RetryRules rules{RetrySettings()};
  EXPECT_EQ(of(rules, Code::kUpstreamUnreachable, Resend::kIfUnsent), "connect_failure");
  EXPECT_EQ(of(rules, Code::kUpstreamBroke, Resend::kSafe), "reset");
  EXPECT_EQ(of(rules, Code::kUpstreamBroke, Resend::kNever), "not at all");  // a part of the answer had come
  EXPECT_EQ(of(rules, Code::kUpstreamTimeout), "not at all");
  EXPECT_EQ(of(rules, Code::kUpstreamNonsense), "not at all");
  EXPECT_EQ(of(rules, 503, true), "0");
  EXPECT_EQ(of(rules, 503), "not at all");
  EXPECT_EQ(of(rules, 502, true), "not at all");
  EXPECT_EQ(of(rules, 200, false, true), "not at all");
}

TEST_F(RetryRulesTest, WhatIsNamedReplacesTheDefaults) {
  const RetryRules rules = on({"timeout", "system", "502", "429"});
  EXPECT_EQ(of(rules, Code::kUpstreamUnreachable, Resend::kIfUnsent), "not at all");
  EXPECT_EQ(of(rules, Code::kUpstreamTimeout), "timeout");
  EXPECT_EQ(of(rules, 502), "0");
  EXPECT_EQ(of(rules, 429), "0");
  EXPECT_EQ(of(rules, 503, true), "system");
  EXPECT_EQ(of(rules, 200, false, true), "system");
  EXPECT_EQ(of(rules, 400), "not at all");
}

TEST_F(RetryRulesTest, TheSystemsOwnWishMakesTheWaitLongerButNotLongerThanTheLongest) {
  RetrySettings settings;
  settings.delay = 50ms;
  settings.multiplier = 2;
  settings.max_delay = 1s;
  settings.jitter = config::Percent{20};
  const RetryRules rules(settings);
  EXPECT_EQ(rules.wait(1, 0, {}), 50ms);
  EXPECT_EQ(rules.wait(1, 1, {}), 40ms);
  EXPECT_EQ(rules.wait(2, 0, {}), 100ms);
  EXPECT_EQ(rules.wait(20, 0, {}), 1s);
  EXPECT_EQ(rules.wait(1, 0, 300ms), 300ms);
  EXPECT_EQ(rules.wait(1, 0, 0s), 50ms);
  EXPECT_EQ(rules.wait(1, 0, 120s), 1s);
}

TEST(RetryReasons, AreWrittenAsTheyAreRead) {
  for (const char* text : {"connect_failure", "reset", "timeout", "system", "400", "503", "599"})
    EXPECT_EQ(config::TextForm<RetryReason>::format(*config::TextForm<RetryReason>::parse(text)), text);
  for (const char* text : {"", "5xx", "399", "600", "200", "Reset", "503 "})
    EXPECT_FALSE(config::TextForm<RetryReason>::parse(text)) << text;
}

}  // namespace
}  // namespace causeway::upstream
