#include "adapters/composite/cache_rules.h"

#include <gtest/gtest.h>

#include <string>

#include "composite_adapter/composite_fixture.h"

namespace causeway::adapters {
namespace {

class CacheRulesTest : public CompositeFixture {};

TEST_F(CacheRulesTest, WhatPartsSayAboutKeepingHoldsForTheWhole) {
  part("a", with(says("1"), {{"Cache-Control", "private, max-age=60"}, {"Vary", "X-Shop, Accept-Language"}}));
  part("b", with(says("2"), {{"Cache-Control", "max-age=5"}, {"Vary", "accept-language"}, {"Vary", "X-Tenant"}}));
  EXPECT_EQ(outcome(call()),
            "200\nContent-Type: application/json\nCache-Control: private\nVary: X-Shop, Accept-Language, X-Tenant\n\n"
            R"({"a":1,"b":2})");
}

TEST_F(CacheRulesTest, OnePartThatMayNotBeKeptIsEnough) {
  part("a", with(says("1"), {{"Cache-Control", "private"}}));
  optional_part("b", with(says("{}", 404), {{"Cache-Control", "no-store"}}));
  EXPECT_EQ(outcome(call()),
            "200\nContent-Type: application/json\nCache-Control: no-store\n\n"
            R"({"a":1,"b":null})");
}

TEST_F(CacheRulesTest, APartThatVariesByAnythingIsNotKept) {
  part("a", with(says("1"), {{"Vary", "X-Shop"}}));
  part("b", with(says("2"), {{"Vary", "*"}}));
  EXPECT_EQ(outcome(call()),
            "200\nContent-Type: application/json\nCache-Control: no-store\nVary: *\n\n"
            R"({"a":1,"b":2})");
}

TEST_F(CacheRulesTest, MoreNamesThanCanBeToldAreAsGoodAsAny) {
  std::string names = "x0";
  for (std::size_t i = 1; i < CacheRules::kMostNames; ++i) names += ",x" + std::to_string(i);
  net::Headers most, more, written, kept;
  most.add("Vary", names);
  const std::string one_more = names + ",one-more";
  more.add("Vary", one_more);
  CacheRules rules;
  rules.add(most);
  rules.add(most);
  rules.write(kept, call().exchange.arena);
  EXPECT_FALSE(kept.contains(net::HeaderId::kCacheControl));
  rules.add(more);
  rules.write(written, call().exchange.arena);
  EXPECT_EQ(written.get(net::HeaderId::kVary), "*");
  EXPECT_EQ(written.get(net::HeaderId::kCacheControl), "no-store");
}

}  // namespace
}  // namespace causeway::adapters
