#include "exchange/exchange.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fakes/exchange_fixture.h"
#include "fakes/scripted_body.h"

namespace causeway {
namespace {

using fakes::describe;

using ExchangeTest = fakes::ExchangeFixture;

struct Noisy {
  Noisy(std::vector<std::string>& its_log, std::string its_name) : log(its_log), name(std::move(its_name)) {}
  Noisy(const Noisy&) = delete;
  ~Noisy() { log.push_back(name); }
  std::vector<std::string>& log;
  std::string name;
};

TEST_F(ExchangeTest, WhatItOwnsDiesWithItTheNewestFirst) {
  std::vector<std::string> log;
  {
    Exchange exchange(context);
    Noisy& first = exchange.own<Noisy>(log, "first");
    exchange.own<Noisy>(log, std::string(100, 'x'));
    EXPECT_EQ(first.name, "first");
    EXPECT_EQ(log, std::vector<std::string>{});
  }
  EXPECT_EQ(log, (std::vector<std::string>{std::string(100, 'x'), "first"}));
}

struct alignas(64) Aligned {
  char bytes[64];
};

TEST_F(ExchangeTest, WhatItOwnsIsAligned) {
  Exchange exchange(context);
  exchange.arena.bytes(3);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&exchange.own<Aligned>()) % 64, 0u);
}

TEST_F(ExchangeTest, BeginsWhenItsWorkerLastLookedAtTheClock) {
  advance(std::chrono::seconds(5));
  const Exchange exchange(context);
  EXPECT_EQ(exchange.started, clock.steady());
  EXPECT_EQ(exchange.started_at, clock.wall());
}

TEST_F(ExchangeTest, ExtraFieldsBeyondEightAreDropped) {
  Exchange exchange(context);
  for (int i = 0; i < 9; ++i) exchange.response.add_extra(net::HeaderId::kLink, "x");
  EXPECT_EQ(exchange.response.extra.size(), 8u);
}

TEST_F(ExchangeTest, AWholeBodyGathersWithoutItsSource) {
  Body body(Bytes("abc"));
  EXPECT_FALSE(body.streams());
  EXPECT_EQ(*run(body.gather(1)), "abc");  // it is there already: the limit is of what has yet to come
}

TEST_F(ExchangeTest, AGatheredBodyStreamsNoMore) {
  fakes::ScriptedBody source({"ab", "c"});
  Body body(source);
  EXPECT_TRUE(body.streams());
  EXPECT_EQ(*run(body.gather(3)), "abc");
  EXPECT_FALSE(body.streams());
  EXPECT_EQ(body.whole(), "abc");
}

TEST_F(ExchangeTest, ABodyOverTheLimitStaysAStream) {
  fakes::ScriptedBody source({"ab", "c"});
  Body body(source);
  EXPECT_EQ(describe(run(body.gather(2)).error()), "41390");
  ASSERT_TRUE(body.streams());
  EXPECT_EQ(read_all(*body.source()), "abc");
}

}  // namespace
}  // namespace causeway
