#include "transactions/programs.h"

#include <gtest/gtest.h>

#include "fakes/exchange_fixture.h"

namespace causeway::transactions {
namespace {

ProgramTexts texts() {
  ProgramTexts made;
  made.rules.absent_after = std::chrono::minutes(10);
  made.rules.first = std::chrono::milliseconds(1500);
  made.rules.multiplier = 1.5;
  made.rules.max_delay = std::chrono::seconds(20);
  made.rules.times = 15;
  made.rules.max_age = std::chrono::hours(2);
  made.done_when = "$status == 200";
  made.absent_when = "$status == 404";
  made.result = "{orderId: .order_no, txid: $txid}";
  made.publishes = true;
  made.type = "ORDER_CREATED";
  made.key = "{{ $result.orderId }}";
  made.data = "{{ $result + {items: $request.items} }}";
  return made;
}

TEST(Programs, AreKeptAsTheyWereWritten) {
  EXPECT_EQ(texts().to_json(),
            R"({"barrier":false,"absentAfter":600000,"first":1500,"multiplier":1.5,"maxDelay":20000,"times":15,)"
            R"("maxAge":7200000,"doneWhen":"$status == 200","absentWhen":"$status == 404",)"
            R"("result":"{orderId: .order_no, txid: $txid}","publishes":true,"type":"ORDER_CREATED",)"
            R"("key":"{{ $result.orderId }}","data":"{{ $result + {items: $request.items} }}"})");
  EXPECT_EQ(ProgramTexts().to_json(),
            R"({"barrier":false,"absentAfter":0,"first":1000,"multiplier":2,"maxDelay":60000,"times":0,)"
            R"("maxAge":86400000,"doneWhen":"","absentWhen":"","result":"","publishes":false})");
}

TEST(Programs, CompileToWhatTheyWere) {
  const auto compiled = Programs::compile(texts().to_json());
  ASSERT_TRUE(compiled.ok());
  const Programs& programs = **compiled;
  EXPECT_EQ(programs.rules.absent_after, std::chrono::minutes(10));
  EXPECT_EQ(programs.rules.first, std::chrono::milliseconds(1500));
  EXPECT_EQ(programs.rules.multiplier, 1.5);
  EXPECT_EQ(programs.rules.max_delay, std::chrono::seconds(20));
  EXPECT_EQ(programs.rules.times, 15U);
  EXPECT_EQ(programs.rules.max_age, std::chrono::hours(2));
  EXPECT_FALSE(programs.rules.barrier);
  EXPECT_TRUE(programs.done_when && programs.absent_when && programs.result && programs.publishes);
  EXPECT_EQ(programs.type, "ORDER_CREATED");
  EXPECT_TRUE(programs.data.is_value());
}

TEST(Programs, WhatWasNotWrittenIsNotThere) {
  const auto compiled = Programs::compile(ProgramTexts().to_json());
  ASSERT_TRUE(compiled.ok());
  EXPECT_FALSE((*compiled)->done_when || (*compiled)->absent_when || (*compiled)->result || (*compiled)->publishes);
}

TEST(Programs, ATextThatDoesNotCompileSaysWhich) {
  ProgramTexts broken = texts();
  broken.absent_when = "$status ==";
  const auto compiled = Programs::compile(broken.to_json());
  ASSERT_FALSE(compiled.ok());
  EXPECT_EQ(compiled.error().code(), Code::kInternal);
  EXPECT_TRUE(
      compiled.error().info_if()->internal.starts_with("a half message's program does not compile: absentWhen: "))
      << compiled.error().info_if()->internal;
}

TEST(ProgramCache, CompilesATextOnce) {
  ProgramCache cache;
  const std::string text = texts().to_json();
  const auto first = cache.get(text);
  const auto second = cache.get(text);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->get(), second->get());
  EXPECT_NE(cache.get(ProgramTexts().to_json())->get(), first->get());
}

TEST(ProgramCache, HoldsWhatIsInUseHoweverManyCome) {
  ProgramCache cache;
  const auto first = cache.get(texts().to_json());
  for (int i = 0; i < 1100; ++i) {
    ProgramTexts other;
    other.type = std::to_string(i);
    other.publishes = true;
    EXPECT_TRUE(cache.get(other.to_json()).ok());
  }
  EXPECT_EQ((*first)->type, "ORDER_CREATED");
  EXPECT_TRUE(cache.get(texts().to_json()).ok());
}

}  // namespace
}  // namespace causeway::transactions
