#include "plugins/rate_limit/rate_limit_plugin.h"

#include <gtest/gtest.h>

#include <string>

#include "fakes/consumers.h"
#include "fakes/exchange_fixture.h"

namespace causeway::plugins {
namespace {

using resilience::Per;
using resilience::RateSettings;

class RateLimitTest : public fakes::ExchangeFixture {
 protected:
  RateSettings settings(const std::string& yaml) {
    config::Errors errors;
    const auto node = config::read_yaml(yaml, "t.yaml", errors);
    config::Reading reading(errors, config::FileKind::kRoutes);
    auto result = config::read<RateSettings>(*node, reading);
    EXPECT_EQ(errors.to_text(), "");
    return result;
  }
  RateLimitPlugin plugin(const std::string& yaml, const security::ConsumerTable& consumers) {
    const RateSettings read = settings(yaml);
    return {read, registry.get("a-route", read.per, consumers), refused};
  }

  /// A call by a consumer of the table (or nobody) from an address.
  fakes::Call& one_call(const security::ConsumerTable& table, std::string_view consumer = {},
                        std::string_view address = "192.0.2.7") {
    fakes::Call& one = call();
    one.exchange.consumer = consumer.empty() ? nullptr : table.find(consumer);
    one.exchange.request.client = *IpAddress::parse(address);
    return one;
  }
  /// What the plugin says in the phase that it asked for.
  static Step decide(const RateLimitPlugin& limit, fakes::Call& one) {
    return limit.needs().head ? limit.on_head(one.exchange) : limit.on_body(one.exchange);
  }
  static bool admitted(const RateLimitPlugin& limit, fakes::Call& one) { return decide(limit, one).verdict()->ok(); }

  static constexpr std::string_view kThree = "consumers: [{name: a}, {name: b}, {name: c}]";

  const security::ConsumerTable three = fakes::consumers_of(std::string(kThree));
  RateLimitRegistry registry;
  telemetry::Counter refused = metrics.counter("refused_total", "");
};

TEST_F(RateLimitTest, CountsACallerOnceItHasProvedWhoItIs) {
  for (const char* yaml : {"{rate: 1/s}", "{rate: 1/s, per: route}"}) {
    const Needs needs = plugin(yaml, three).needs();
    EXPECT_TRUE(needs.body);
    EXPECT_FALSE(needs.head || needs.response || needs.whole_request);
  }
}

TEST_F(RateLimitTest, CountsAnAddressBeforeItsBodyIsRead) {
  const Needs needs = plugin("{rate: 1/s, per: address}", three).needs();
  EXPECT_TRUE(needs.head);
  EXPECT_FALSE(needs.body || needs.response || needs.whole_request);
}

TEST_F(RateLimitTest, EveryAnswerSaysWhatIsLeft) {
  const RateLimitPlugin limit = plugin("{rate: 2/s, burst: 4}", three);
  fakes::Call& first = one_call(three, "a");
  EXPECT_TRUE(admitted(limit, first));
  EXPECT_EQ(answer(first), "200\nRateLimit-Policy: \"default\";q=4;w=2\nRateLimit: \"default\";r=3;t=1\n\n");
  fakes::Call& second = one_call(three, "a");
  EXPECT_TRUE(admitted(limit, second));
  EXPECT_EQ(answer(second), "200\nRateLimit-Policy: \"default\";q=4;w=2\nRateLimit: \"default\";r=2;t=1\n\n");
}

TEST_F(RateLimitTest, OneCallTooManyIsRefusedAndCounted) {
  const RateLimitPlugin limit = plugin("{rate: 6/m, burst: 1}", three);
  EXPECT_TRUE(admitted(limit, one_call(three, "a")));
  fakes::Call& over = one_call(three, "a");
  Step step = decide(limit, over);
  ASSERT_FALSE(step.verdict()->ok());
  const Error& error = step.verdict()->error();
  EXPECT_EQ(fakes::describe(error), "42990 rate_limited");
  EXPECT_EQ(error.info_if()->retry_after_seconds, 10);
  reply_error(over.exchange, error);
  EXPECT_EQ(answer(over),
            "429\nRetry-After: 10\nContent-Type: application/json\n"
            "RateLimit-Policy: \"default\";q=1;w=10\nRateLimit: \"default\";r=0;t=10\n\n"
            R"({"code":42990,"message":"too many requests","data":null,"timestamp":1772337600123,)"
            R"("details":{"requestId":"r-1"}})");
  EXPECT_EQ(samples("refused_total"), "refused_total 1\n");
}

TEST_F(RateLimitTest, ACallComesBackWhenItsTimeIsOver) {
  const RateLimitPlugin limit = plugin("{rate: 6/m, burst: 1}", three);
  EXPECT_TRUE(admitted(limit, one_call(three, "a")));
  advance(std::chrono::milliseconds(9999));
  EXPECT_FALSE(admitted(limit, one_call(three, "a")));
  advance(std::chrono::milliseconds(1));
  EXPECT_TRUE(admitted(limit, one_call(three, "a")));
}

TEST_F(RateLimitTest, EveryConsumerHasItsOwnShare) {
  const RateLimitPlugin limit = plugin("{rate: 1/m, burst: 1, per: consumer}", three);
  for (const char* name : {"a", "b", "c", ""}) {
    EXPECT_TRUE(admitted(limit, one_call(three, name))) << name;
    EXPECT_FALSE(admitted(limit, one_call(three, name))) << name;
  }
}

TEST_F(RateLimitTest, EveryAddressHasItsOwnShare) {
  const RateLimitPlugin limit = plugin("{rate: 1/m, burst: 1, per: address}", three);
  EXPECT_TRUE(admitted(limit, one_call(three, "a", "192.0.2.1")));
  EXPECT_FALSE(admitted(limit, one_call(three, "b", "192.0.2.1")));
  EXPECT_TRUE(admitted(limit, one_call(three, "a", "192.0.2.2")));
  EXPECT_TRUE(admitted(limit, one_call(three, "a", "2001:db8::1")));
  EXPECT_FALSE(admitted(limit, one_call(three, "a", "2001:db8::2")));  // of the same subscriber
}

TEST_F(RateLimitTest, AllCallersOfARouteShareItsLimit) {
  const RateLimitPlugin limit = plugin("{rate: 1/m, burst: 2, per: route}", three);
  EXPECT_TRUE(admitted(limit, one_call(three, "a", "192.0.2.1")));
  EXPECT_TRUE(admitted(limit, one_call(three, "b", "192.0.2.2")));
  EXPECT_FALSE(admitted(limit, one_call(three, "c", "192.0.2.3")));
}

TEST_F(RateLimitTest, TheRegistryGivesALimitItsOwnCountersAgain) {
  const auto first = registry.get("a", Per::kConsumer, three);
  EXPECT_EQ(registry.get("a", Per::kConsumer, three), first);
  EXPECT_NE(registry.get("b", Per::kConsumer, three), first);
}

TEST_F(RateLimitTest, AReloadThatRenumbersConsumersKeepsEverybodysCounters) {
  const RateLimitPlugin before = plugin("{rate: 1/m, burst: 1}", three);
  EXPECT_TRUE(admitted(before, one_call(three, "c")));
  EXPECT_TRUE(admitted(before, one_call(three, "")));
  const auto other = fakes::consumers_of("consumers: [{name: new}, {name: c}, {name: a}]");
  const RateLimitPlugin after = plugin("{rate: 1/m, burst: 1}", other);
  EXPECT_FALSE(admitted(after, one_call(other, "c")));
  EXPECT_FALSE(admitted(after, one_call(other, "")));
  EXPECT_TRUE(admitted(after, one_call(other, "a")));
  EXPECT_TRUE(admitted(after, one_call(other, "new")));
}

TEST_F(RateLimitTest, AReloadThatChangesTheRateGoesOnFromWhatWasUsed) {
  const RateLimitPlugin before = plugin("{rate: 1/m, burst: 1}", three);
  EXPECT_TRUE(admitted(before, one_call(three, "a")));
  const RateLimitPlugin after = plugin("{rate: 2/m, burst: 1}", three);
  EXPECT_FALSE(admitted(after, one_call(three, "a")));
  EXPECT_TRUE(admitted(after, one_call(three, "b")));
}

TEST_F(RateLimitTest, AReloadFromConsumersToAddressesBeginsAnew) {
  const RateLimitPlugin before = plugin("{rate: 1/m, burst: 1}", three);
  EXPECT_TRUE(admitted(before, one_call(three, "a")));
  const RateLimitPlugin after = plugin("{rate: 1/m, burst: 1, per: address}", three);
  EXPECT_TRUE(admitted(after, one_call(three, "a")));
  const RateLimitPlugin back = plugin("{rate: 1/m, burst: 1}", three);
  EXPECT_TRUE(admitted(back, one_call(three, "b")));
}

TEST_F(RateLimitTest, AConfigurationThatWasRefusedDoesNotCostTheCounters) {
  // The running configuration goes on with `before`; a refused one was compiled against other consumers and is gone.
  const RateLimitPlugin before = plugin("{rate: 1/m, burst: 1}", three);
  EXPECT_TRUE(admitted(before, one_call(three, "a")));
  const auto other = fakes::consumers_of("consumers: [{name: a}]");
  { const RateLimitPlugin was_refused = plugin("{rate: 1/m, burst: 1}", other); }
  const RateLimitPlugin after = plugin("{rate: 1/m, burst: 1}", three);
  EXPECT_FALSE(admitted(after, one_call(three, "a")));
}

TEST_F(RateLimitTest, ALimitThatNoConfigurationHasAnyMoreIsForgotten) {
  { EXPECT_TRUE(admitted(plugin("{rate: 1/m, burst: 1}", three), one_call(three, "a"))); }
  EXPECT_TRUE(admitted(plugin("{rate: 1/m, burst: 1}", three), one_call(three, "a")));
}

}  // namespace
}  // namespace causeway::plugins
