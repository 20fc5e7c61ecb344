#include "resilience/gcra.h"

#include <gtest/gtest.h>

#include <array>
#include <latch>
#include <map>
#include <random>
#include <thread>
#include <vector>

namespace causeway::resilience {
namespace {

using namespace std::chrono_literals;

const SteadyTime kNow(1h);
constexpr std::uint64_t kHuge = std::uint64_t{1} << 62;

IpAddress v4(std::uint32_t number) {
  const std::array<std::uint8_t, 4> octets = {
      static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
      static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
  return IpAddress::v4(octets);
}

TEST(Gcra, AdmitsTheBurstAndThenOneAnInterval) {
  Gcra limiter;
  const Limit limit(100, 1s, 5);
  for (std::uint64_t i = 0; i < 5; ++i) {
    const Decision decision = limiter.admit(limit, kNow);
    EXPECT_TRUE(decision.admitted);
    EXPECT_EQ(decision.remaining, 4 - i);
    EXPECT_EQ(decision.reset_after, (i + 1) * 10ms);
    EXPECT_EQ(decision.retry_after, 0s);
  }
  const Decision refused = limiter.admit(limit, kNow);
  EXPECT_FALSE(refused.admitted);
  EXPECT_EQ(refused.remaining, 0u);
  EXPECT_EQ(refused.reset_after, 50ms);
  EXPECT_EQ(refused.retry_after, 10ms);

  EXPECT_FALSE(limiter.admit(limit, kNow + 10ms - 1ns).admitted);
  EXPECT_TRUE(limiter.admit(limit, kNow + 10ms).admitted);
  EXPECT_FALSE(limiter.admit(limit, kNow + 10ms).admitted);
}

TEST(Gcra, HasTheWholeBurstAgainAfterRest) {
  Gcra limiter;
  const Limit limit(10, 1s, 3);
  for (int round = 0; round < 4; ++round) {
    const SteadyTime now = kNow + round * 1min;
    EXPECT_TRUE(limiter.idle(now));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.admit(limit, now).admitted);
    EXPECT_FALSE(limiter.admit(limit, now).admitted);
    EXPECT_FALSE(limiter.idle(now));
    EXPECT_FALSE(limiter.idle(now + 300ms - 1ns));
    EXPECT_TRUE(limiter.idle(now + 300ms));
  }
}

TEST(Gcra, AdmitsWhenRetryAfterSaid) {
  Gcra limiter;
  const Limit limit(3, 1s, 4);
  EXPECT_TRUE(limiter.admit(limit, kNow, 3).admitted);
  const Decision refused = limiter.admit(limit, kNow, 2);
  EXPECT_FALSE(refused.admitted);
  EXPECT_EQ(refused.remaining, 1u);
  EXPECT_FALSE(limiter.admit(limit, kNow + refused.retry_after - 1ns, 2).admitted);
  EXPECT_TRUE(limiter.admit(limit, kNow + refused.retry_after, 2).admitted);
}

TEST(Gcra, NeverAdmitsMoreThanTheBurstAtOnce) {
  Gcra limiter;
  const Limit limit(3, 1s, 4);
  EXPECT_EQ(limiter.admit(limit, kNow, 5).retry_after, Duration::max());
  EXPECT_EQ(limiter.admit(limit, kNow, kHuge).remaining, 4u);
  EXPECT_TRUE(limiter.admit(limit, kNow, 4).admitted);
}

TEST(Gcra, GoesOnWhenTheLimitChanges) {
  Gcra limiter;
  const Limit wide(10, 1s, 10);
  const Limit narrow(10, 1s, 2);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(limiter.admit(wide, kNow).admitted);
  const Decision refused = limiter.admit(narrow, kNow);
  EXPECT_FALSE(refused.admitted);
  EXPECT_EQ(refused.remaining, 0u);
  EXPECT_EQ(refused.retry_after, 900ms);
  EXPECT_TRUE(limiter.admit(narrow, kNow + 900ms).admitted);
}

TEST(Limit, SurvivesExtremes) {
  for (const Limit& limit : {Limit(1, 24h * 36500, kHuge), Limit(1'000'000'000, 1ns, kHuge), Limit(kHuge, 1s, 1),
                             Limit(1, Duration::max(), kHuge)}) {
    EXPECT_GE(limit.interval, 1ns);
    EXPECT_GE(limit.burst, 1u);
    Gcra limiter;
    const SteadyTime late(24h * 36500 / 4);
    EXPECT_TRUE(limiter.admit(limit, late, limit.burst).admitted);
    const Decision refused = limiter.admit(limit, late, limit.burst);
    EXPECT_FALSE(refused.admitted);
    EXPECT_EQ(refused.remaining, 0u);
    EXPECT_GT(refused.retry_after, 0ns);
  }
  EXPECT_EQ(Limit(3, 1s, 1).interval, 333'333'333ns);
}

// What a limit means, in the plainest way: a bucket of calls that fills by one every interval.
class NaiveBucket {
 public:
  NaiveBucket(Duration interval, std::uint64_t burst)
      : interval_(interval), whole_(interval * static_cast<std::int64_t>(burst)), level_(whole_) {}
  bool admit(SteadyTime now, std::uint64_t cost) {
    level_ = std::min(whole_, level_ + (now - last_));
    last_ = now;
    const Duration price = interval_ * static_cast<std::int64_t>(cost);
    if (price > level_) return false;
    level_ -= price;
    return true;
  }
  std::uint64_t remaining() const { return static_cast<std::uint64_t>(level_ / interval_); }

 private:
  Duration interval_, whole_, level_;
  SteadyTime last_{};
};

TEST(Gcra, DecidesLikeABucketThatFills) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const Limit limit(1 + random() % 50, 1s, 1 + random() % 20);
    Gcra limiter;
    NaiveBucket bucket(limit.interval, limit.burst);
    SteadyTime now = kNow;
    for (int i = 0; i < 500; ++i) {
      now += Duration(random() % (2 * static_cast<std::uint64_t>(limit.interval.count())));
      const std::uint64_t cost = 1 + random() % limit.burst;
      const Decision decision = limiter.admit(limit, now, cost);
      ASSERT_EQ(decision.admitted, bucket.admit(now, cost)) << "seed " << seed << " call " << i;
      ASSERT_EQ(decision.remaining, bucket.remaining()) << "seed " << seed << " call " << i;
    }
  }
}

TEST(Gcra, AdmitsExactlyTheBurstToRacingThreads) {
  Gcra limiter;
  const Limit limit(1, 1h, 1'000);
  std::atomic<int> admitted{0};
  std::latch ready(8);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      ready.arrive_and_wait();
      for (int i = 0; i < 1'000; ++i) admitted += limiter.admit(limit, kNow).admitted ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(admitted.load(), 1'000);
}

TEST(GcraArray, LimitsEachIndexOnItsOwn) {
  GcraArray limiters(3);
  const Limit limit(1, 1s, 1);
  EXPECT_EQ(limiters.size(), 3u);
  for (std::size_t i = 0; i < limiters.size(); ++i) {
    EXPECT_TRUE(limiters[i].admit(limit, kNow).admitted);
    EXPECT_FALSE(limiters[i].admit(limit, kNow).admitted);
  }
}

TEST(GcraArray, CarriesStateOverARenumbering) {
  GcraArray before(2);
  const Limit limit(1, 1s, 1);
  EXPECT_TRUE(before[1].admit(limit, kNow).admitted);
  GcraArray after(3, before, [](std::size_t i) -> std::optional<std::size_t> {
    if (i == 0) return 1;  // the second is the first now, and two are new
    return std::nullopt;
  });
  EXPECT_FALSE(after[0].admit(limit, kNow).admitted);
  EXPECT_TRUE(after[1].admit(limit, kNow).admitted);
  EXPECT_TRUE(after[2].admit(limit, kNow).admitted);
}

TEST(GcraTable, LimitsEachAddressOnItsOwn) {
  GcraTable table;
  const Limit limit(1, 1min, 2);
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    EXPECT_TRUE(table.admit(limit, v4(i), kNow).admitted) << i;
    EXPECT_TRUE(table.admit(limit, v4(i), kNow).admitted) << i;
    EXPECT_FALSE(table.admit(limit, v4(i), kNow).admitted) << i;
  }
  EXPECT_TRUE(table.admit(limit, v4(7), kNow + 1min).admitted);
  EXPECT_FALSE(table.admit(limit, v4(7), kNow + 1min).admitted);
}

TEST(GcraTable, TakesAnIpv6SubscriberAsOne) {
  GcraTable table;
  const Limit limit(1, 1min, 1);
  EXPECT_TRUE(table.admit(limit, *IpAddress::parse("2001:db8:0:1::1"), kNow).admitted);
  EXPECT_FALSE(table.admit(limit, *IpAddress::parse("2001:db8:0:1:ffff::2"), kNow).admitted);
  EXPECT_TRUE(table.admit(limit, *IpAddress::parse("2001:db8:0:2::1"), kNow).admitted);
}

TEST(GcraTable, ReusesThePlacesOfTheIdle) {
  GcraTable table(4);
  const Limit limit(1, 1s, 1);
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    // Four new addresses a second: as many as there are places.
    EXPECT_TRUE(table.admit(limit, v4(i), kNow + 1s * (i / 4)).admitted) << i;
  }
}

TEST(GcraTable, SharesWhenMoreAreBusyThanItHasPlacesAndNeverGivesMore) {
  GcraTable table(4);
  const Limit limit(1, 1h, 10);
  int admitted = 0;
  for (std::uint32_t i = 0; i < 10'000; ++i) admitted += table.admit(limit, v4(i), kNow).admitted ? 1 : 0;
  EXPECT_EQ(admitted, 4 * 10);
}

TEST(GcraTable, IsExactForAnAddressThatManyThreadsShare) {
  GcraTable table(1 << 10);
  const Limit limit(1, 1h, 500);
  ASSERT_TRUE(table.admit(limit, v4(1), kNow).admitted);
  std::atomic<int> admitted{1};
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint32_t i = 0; i < 500; ++i) {
        admitted += table.admit(limit, v4(1), kNow).admitted ? 1 : 0;
        (void)table.admit(limit, v4(1'000 + t), kNow);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(admitted.load(), 500);
}

}  // namespace
}  // namespace causeway::resilience
