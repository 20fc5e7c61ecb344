#include "security/replay.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

namespace causeway::security {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const WallTime kStart(milliseconds(1'706'518'800'000));
constexpr ByteSize kMemory{1 << 20};

Sha256Digest signature(std::uint64_t number) { return sha256(std::to_string(number)); }

class ReplayTableTest : public testing::Test {
 protected:
  Admit unsafe(std::uint64_t number, WallTime timestamp = kStart + seconds(1)) {
    return table_.admit(signature(number), timestamp, true);
  }
  Admit safe(std::uint64_t number, WallTime timestamp = kStart + seconds(1)) {
    return table_.admit(signature(number), timestamp, false);
  }
  Admit nonce(std::uint64_t number, WallTime timestamp = kStart + seconds(1)) {
    return table_.admit_nonce(signature(number), timestamp);
  }
  ReplayTable table_{kMemory, minutes(5), seconds(60), kStart};
};

TEST_F(ReplayTableTest, AcceptsAnUnsafeCallOnce) {
  EXPECT_EQ(unsafe(1), Admit::kAccepted);
  EXPECT_EQ(unsafe(1), Admit::kReplayed);
  EXPECT_EQ(unsafe(2), Admit::kAccepted);
}

TEST_F(ReplayTableTest, AcceptsASafeCallAgainAndAgain) {
  EXPECT_EQ(safe(1), Admit::kAccepted);
  EXPECT_EQ(safe(1), Admit::kAccepted);
}

TEST_F(ReplayTableTest, NeverAcceptsAsUnsafeWhatWasSeenAsSafe) {
  EXPECT_EQ(safe(1), Admit::kAccepted);
  EXPECT_EQ(unsafe(1), Admit::kReplayed);
  EXPECT_EQ(safe(1), Admit::kAccepted);
}

TEST_F(ReplayTableTest, AcceptsNothingMoreOnceAnUnsafeCallUsedIt) {
  EXPECT_EQ(unsafe(1), Admit::kAccepted);
  EXPECT_EQ(safe(1), Admit::kReplayed);
}

TEST_F(ReplayTableTest, AcceptsANonceOnce) {
  EXPECT_EQ(nonce(1), Admit::kAccepted);
  EXPECT_EQ(nonce(1), Admit::kReplayed);
  EXPECT_EQ(nonce(2), Admit::kAccepted);
  EXPECT_EQ(nonce(3, kStart), Admit::kBeforeStart);
}

TEST_F(ReplayTableTest, KnowsANonceThatComesWithAnotherTimestamp) {
  const WallTime now = kStart + hours(1);
  EXPECT_EQ(nonce(1, now), Admit::kAccepted);
  for (int second = -360; second <= 360; second += 7)
    EXPECT_EQ(nonce(1, now + seconds(second)), Admit::kReplayed) << second;
  EXPECT_EQ(nonce(2, now - minutes(5)), Admit::kAccepted);
  EXPECT_EQ(nonce(2, now + seconds(60)), Admit::kReplayed);
}

TEST_F(ReplayTableTest, ForgetsANonceInTheEnd) {
  EXPECT_EQ(nonce(1), Admit::kAccepted);
  EXPECT_EQ(nonce(1, kStart + hours(1)), Admit::kAccepted);
}

TEST_F(ReplayTableTest, RefusesUnsafeCallsSignedBeforeItBegan) {
  EXPECT_EQ(unsafe(1, kStart - milliseconds(1)), Admit::kBeforeStart);
  EXPECT_EQ(unsafe(1, kStart), Admit::kBeforeStart);
  EXPECT_EQ(unsafe(1, kStart + milliseconds(1)), Admit::kAccepted);
  EXPECT_EQ(safe(2, kStart - minutes(4)), Admit::kAccepted);
}

TEST_F(ReplayTableTest, RemembersUntilWindowAndSlackHavePassed) {
  const WallTime last = kStart + minutes(10);
  const WallTime future_dated = kStart + seconds(61);
  ASSERT_EQ(unsafe(1), Admit::kAccepted);
  ASSERT_EQ(unsafe(2, future_dated), Admit::kAccepted);
  // Traffic whose timestamps run ahead as far as they may; the two above stay in the window all the while.
  std::uint64_t other = 100;
  for (WallTime now = kStart + seconds(2); now < last; now += seconds(1)) {
    ASSERT_EQ(unsafe(++other, now + seconds(60)), Admit::kAccepted);
    if (now <= kStart + seconds(1) + minutes(6)) {
      ASSERT_EQ(unsafe(1), Admit::kReplayed) << (now - kStart).count();
    }
    if (now <= future_dated + minutes(6)) {
      ASSERT_EQ(unsafe(2, future_dated), Admit::kReplayed) << (now - kStart).count();
    }
  }
}

TEST_F(ReplayTableTest, ReusesTheMemoryOfWhatIsForgotten) {
  // Thirteen times what it holds, at three quarters of the rate that would fill it.
  constexpr int kPerSecond = 65'536 / 480 * 3 / 4;
  std::uint64_t number = 0;
  for (WallTime now = kStart + seconds(1); now < kStart + hours(2); now += seconds(1)) {
    for (int i = 0; i < kPerSecond; ++i) ASSERT_EQ(unsafe(++number, now), Admit::kAccepted);
  }
}

TEST_F(ReplayTableTest, NeverAcceptsTwiceWhenTheClockGoesBack) {
  for (std::uint64_t i = 0; i < 5'000; ++i) ASSERT_EQ(unsafe(i), Admit::kAccepted);
  for (std::uint64_t i = 0; i < 5'000; ++i)
    ASSERT_EQ(unsafe(100'000 + i, kStart + hours(5) + seconds(1)), Admit::kAccepted);
  for (std::uint64_t i = 0; i < 5'000; ++i) ASSERT_NE(unsafe(i), Admit::kAccepted) << i;
}

TEST_F(ReplayTableTest, SaysFullRatherThanForgetting) {
  std::uint64_t accepted = 0;
  Admit last = Admit::kAccepted;
  while (last == Admit::kAccepted) last = unsafe(accepted++);
  EXPECT_EQ(last, Admit::kFull);
  const std::uint64_t slots = bytes(kMemory) / 8 / 16;
  EXPECT_GT(accepted, slots * 8 / 10);
  EXPECT_LE(accepted, slots + 1);
  for (std::uint64_t i = 0; i + 1 < accepted; ++i) ASSERT_EQ(unsafe(i), Admit::kReplayed) << i;
  EXPECT_EQ(unsafe(1, kStart + minutes(3)), Admit::kAccepted) << "other generations have room";
}

TEST_F(ReplayTableTest, StaysWhenItCoversTheSettingsOfAReload) {
  EXPECT_TRUE(table_.covers(kMemory, minutes(5), seconds(60)));
  EXPECT_TRUE(table_.covers(kMemory, minutes(1), seconds(0)));
  EXPECT_FALSE(table_.covers(kMemory, minutes(6), seconds(60)));
  EXPECT_FALSE(table_.covers(ByteSize{2 << 20}, minutes(5), seconds(60)));
}

TEST_F(ReplayTableTest, AcceptsAgainWhatWasGivenBack) {
  const WallTime now = kStart + seconds(1);
  const SignatureUse use{signature(1), now, false, true};
  EXPECT_EQ(table_.admit(use), Admit::kAccepted);
  table_.give_back(use);
  EXPECT_EQ(unsafe(1), Admit::kAccepted);
  EXPECT_EQ(unsafe(1), Admit::kReplayed);
  const SignatureUse once{signature(2), now, true, true};
  EXPECT_EQ(table_.admit(once), Admit::kAccepted);
  table_.give_back(once);
  EXPECT_EQ(nonce(2, now + minutes(3)), Admit::kAccepted);
  EXPECT_EQ(nonce(2), Admit::kReplayed);
}

TEST_F(ReplayTableTest, GivesBackOnlyTheOneThatIsMeant) {
  std::uint64_t accepted = 0;
  while (unsafe(accepted) == Admit::kAccepted) ++accepted;
  table_.give_back({signature(accepted / 2), kStart + seconds(1), false, true});
  EXPECT_EQ(unsafe(accepted), Admit::kFull);
  EXPECT_EQ(unsafe(accepted / 2), Admit::kAccepted);
  for (std::uint64_t i = 0; i < accepted; ++i) ASSERT_EQ(unsafe(i), Admit::kReplayed) << i;
}

TEST_F(ReplayTableTest, NeverAcceptsTwiceWhenTheClockGoesBackAndForth) {
  const WallTime now = kStart + hours(2);
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    ASSERT_EQ(unsafe(i, now), Admit::kAccepted);
    ASSERT_EQ(nonce(100'000 + i, now), Admit::kAccepted);
  }
  // An hour back: others are signed with times of then, for some while.
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    const WallTime then = now - hours(1) + seconds(i);
    unsafe(200'000 + i, then);
    nonce(300'000 + i, then);
  }
  // And forth again.
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    ASSERT_NE(unsafe(i, now), Admit::kAccepted) << i;
    ASSERT_NE(nonce(100'000 + i, now), Admit::kAccepted) << i;
    ASSERT_NE(nonce(100'000 + i, now + seconds(60)), Admit::kAccepted) << i;
    ASSERT_NE(unsafe(200'000 + i, now - hours(1) + seconds(i)), Admit::kAccepted) << i;
  }
}

TEST_F(ReplayTableTest, KnowsHowLateItWas) {
  EXPECT_EQ(table_.newest(), kStart);
  EXPECT_EQ(unsafe(1, kStart + hours(1)), Admit::kAccepted);
  EXPECT_GE(table_.newest(), kStart + hours(1));
  EXPECT_LE(table_.newest(), kStart + hours(1) + seconds(61));
  EXPECT_EQ(unsafe(2, kStart + seconds(1)), Admit::kAccepted);
  EXPECT_GE(table_.newest(), kStart + hours(1));
  EXPECT_GE(table_.remembers_until(kStart), kStart + minutes(6));
}

TEST(ReplayTable, WorksWithHardlyAnyMemory) {
  ReplayTable table(ByteSize{1}, minutes(5), seconds(60), kStart);
  for (std::uint64_t i = 0; i < 4; ++i)
    EXPECT_EQ(table.admit(signature(i), kStart + seconds(1), true), Admit::kAccepted);
  EXPECT_EQ(table.admit(signature(4), kStart + seconds(1), true), Admit::kFull);
  EXPECT_EQ(table.admit(signature(3), kStart + seconds(1), true), Admit::kReplayed);
}

// Every thread presents every signature, all at about the same time.
std::vector<int> winners(ReplayTable& table, int threads, std::uint64_t signatures, bool alternate_safe,
                         WallTime timestamp = kStart + seconds(1)) {
  std::vector<std::atomic<int>> accepted(signatures);
  std::vector<Sha256Digest> digests;
  for (std::uint64_t i = 0; i < signatures; ++i) digests.push_back(signature(i));
  std::latch ready(threads);
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      ready.arrive_and_wait();
      for (std::uint64_t i = 0; i < signatures; ++i) {
        const bool is_unsafe = !alternate_safe || t % 2 == 0;
        if (table.admit(digests[i], timestamp, is_unsafe) == Admit::kAccepted && is_unsafe) ++accepted[i];
      }
    });
  }
  for (auto& thread : running) thread.join();
  return {accepted.begin(), accepted.end()};
}

TEST(ReplayTable, HasOneWinnerAmongManyThreads) {
  ReplayTable table(kMemory, minutes(5), seconds(60), kStart);
  const auto accepted = winners(table, 64, 2'000, false);
  for (std::size_t i = 0; i < accepted.size(); ++i) ASSERT_EQ(accepted[i], 1) << i;
}

TEST(ReplayTable, HasAtMostOneWinnerInAFullTable) {
  ReplayTable table(ByteSize{8 * 64 * 16}, minutes(5), seconds(60), kStart);
  for (const int count : winners(table, 16, 2'000, false)) ASSERT_LE(count, 1);
}

TEST(ReplayTable, HasAtMostOneUnsafeWinnerAmongSafeCalls) {
  ReplayTable table(kMemory, minutes(5), seconds(60), kStart);
  for (const int count : winners(table, 16, 2'000, true)) ASSERT_LE(count, 1);
}

TEST(ReplayTable, HasAtMostOneWinnerAmongTimestampsOfOneNonce) {
  ReplayTable table(kMemory, minutes(5), seconds(60), kStart);
  constexpr std::uint64_t kNonces = 2'000;
  std::vector<std::atomic<int>> accepted(kNonces);
  std::latch ready(8);
  std::vector<std::thread> running;
  for (int t = 0; t < 8; ++t) {
    running.emplace_back([&, t] {
      ready.arrive_and_wait();
      for (std::uint64_t i = 0; i < kNonces; ++i) {
        const WallTime timestamp = kStart + hours(1) - minutes(t % 6);  // of six generations
        if (table.admit_nonce(signature(i), timestamp) == Admit::kAccepted) ++accepted[i];
      }
    });
  }
  for (auto& thread : running) thread.join();
  for (const auto& count : accepted) ASSERT_LE(count.load(), 1);
}

TEST(ReplayTable, HasAtMostOneWinnerWhileGenerationsAreReused) {
  ReplayTable table(ByteSize{8 * 64 * 32}, minutes(5), seconds(60), kStart);
  constexpr std::uint64_t kRounds = 200;
  std::vector<std::atomic<int>> accepted(kRounds * 50);
  std::vector<std::thread> running;
  for (int t = 0; t < 8; ++t) {
    running.emplace_back([&] {
      for (std::uint64_t round = 0; round < kRounds; ++round) {
        const WallTime timestamp = kStart + minutes(1) * (1 + round);
        for (std::uint64_t i = round * 50; i < (round + 1) * 50; ++i) {
          if (table.admit(signature(i), timestamp, true) == Admit::kAccepted) ++accepted[i];
        }
      }
    });
  }
  for (auto& thread : running) thread.join();
  for (const auto& count : accepted) ASSERT_LE(count.load(), 1);
}

}  // namespace
}  // namespace causeway::security
