#include "runtime/readiness.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>

#include "fakes/run_task.h"

namespace causeway::runtime {
namespace {

using Side = Readiness::Side;

/// Watches one end of a socket pair; the test holds the other.
class ReadinessTest : public ::testing::Test {
 protected:
  ReadinessTest() {
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
      throw std::runtime_error("no socket pair");
    readiness = std::make_unique<Readiness>(worker.io());
    EXPECT_TRUE(readiness->watch(ends[0]));
    worker.io().poll();  // what epoll tells of a new descriptor
    readiness->exhausted(Side::kRead);
  }
  ~ReadinessTest() override {
    readiness.reset();
    ::close(ends[0]);
    if (ends[1] >= 0) ::close(ends[1]);
  }

  void other_sends() { ASSERT_EQ(::send(ends[1], "x", 1, MSG_NOSIGNAL), 1); }
  void other_ends() { ::close(std::exchange(ends[1], -1)); }
  static Task<> wait(Readiness& readiness, Side side, int& woken) {
    co_await readiness.wait(side);
    ++woken;
  }

  const SystemClock clock;
  Worker worker{0, "test", clock};
  int ends[2] = {-1, -1};
  std::unique_ptr<Readiness> readiness;
};

TEST_F(ReadinessTest, IsToldOfWhatComes) {
  int woken = 0;
  worker.spawn(wait(*readiness, Side::kRead, woken));
  worker.io().poll();
  EXPECT_EQ(woken, 0);
  other_sends();
  fakes::run_until(worker, [&] { return woken == 1; });
  EXPECT_TRUE(readiness->ready(Side::kRead));
}

TEST_F(ReadinessTest, WhatComesWhileNobodyWaitsIsRemembered) {
  other_sends();
  worker.io().poll();
  EXPECT_TRUE(readiness->ready(Side::kRead));
  int woken = 0;
  fakes::run(worker, wait(*readiness, Side::kRead, woken));
  EXPECT_EQ(woken, 1);
}

TEST_F(ReadinessTest, AnEndStaysReadyHoweverOftenItIsExhausted) {
  other_sends();
  other_ends();
  worker.io().poll();
  readiness->exhausted(Side::kRead);
  EXPECT_TRUE(readiness->ready(Side::kRead));
}

TEST_F(ReadinessTest, AWaitCanBeEndedWithoutAReason) {
  int woken = 0;
  worker.spawn(wait(*readiness, Side::kRead, woken));
  worker.io().poll();
  readiness->wake(Side::kRead);
  EXPECT_EQ(woken, 0) << "not within the call";
  worker.io().poll();
  EXPECT_EQ(woken, 1);
  EXPECT_FALSE(readiness->ready(Side::kRead));
}

TEST_F(ReadinessTest, StoppingWakesWhoeverWaits) {
  int woken = 0;
  worker.spawn(wait(*readiness, Side::kRead, woken));
  worker.io().poll();
  readiness->stop();
  worker.io().poll();
  EXPECT_EQ(woken, 1);
}

TEST_F(ReadinessTest, MayGoWhileItIsToBeWoken) {
  int woken = 0;
  worker.spawn(wait(*readiness, Side::kRead, woken));
  worker.io().poll();
  auto other = std::make_unique<Readiness>(worker.io());
  readiness->wake(Side::kRead);
  other->wake(Side::kRead);
  other.reset();
  worker.io().poll();
  EXPECT_EQ(woken, 1);
}

Task<> wait_and_destroy(Readiness& readiness, std::unique_ptr<Readiness>& other, int& woken) {
  co_await readiness.wait(Side::kRead);
  other.reset();
  ++woken;
}

TEST_F(ReadinessTest, OneThatGoesWithAnEventOnItsWayIsNotFoundByIt) {
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
  auto second = std::make_unique<Readiness>(worker.io());
  ASSERT_TRUE(second->watch(pair[0]));
  worker.io().poll();
  int woken = 0;
  worker.spawn(wait_and_destroy(*readiness, second, woken));
  worker.io().poll();
  other_sends();
  ASSERT_EQ(::send(pair[1], "x", 1, MSG_NOSIGNAL), 1);
  fakes::run_until(worker, [&] { return woken == 1; });
  worker.io().poll();  // the sanitizer finds a use of what has gone
  ::close(pair[0]);
  ::close(pair[1]);
}

Task<> wait_and_look(Readiness& readiness, const Readiness& other, std::optional<bool>& ended) {
  co_await readiness.wait(Side::kRead);
  ended = other.ended();
}

// Who takes an idle connection within a turn of the loop must not get one whose end came with the same turn.
TEST_F(ReadinessTest, WhatCameTogetherIsKnownBeforeAnybodyGoesOn) {
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
  Readiness second(worker.io());
  ASSERT_TRUE(second.watch(pair[0]));
  worker.io().poll();
  second.exhausted(Side::kRead);
  std::optional<bool> first_saw;
  std::optional<bool> second_saw;
  worker.spawn(wait_and_look(*readiness, second, first_saw));
  worker.spawn(wait_and_look(second, *readiness, second_saw));
  worker.io().poll();
  ::shutdown(pair[1], SHUT_WR);
  other_ends();
  fakes::run_until(worker, [&] { return first_saw.has_value() && second_saw.has_value(); });
  EXPECT_TRUE(*first_saw);
  EXPECT_TRUE(*second_saw);
  second.stop();
  ::close(pair[0]);
  ::close(pair[1]);
}

class Ends final : public Readiness::EndWatch {
 public:
  void on_end(bool broken) override { told += broken ? "broken " : "ended "; }
  std::string told;
};

TEST_F(ReadinessTest, TheEndIsToldWithoutARead) {
  Ends ends_seen;
  readiness->tell_end(&ends_seen);
  other_sends();
  worker.io().poll();
  EXPECT_EQ(ends_seen.told, "") << "bytes are no end";
  ASSERT_EQ(::shutdown(ends[1], SHUT_WR), 0);
  fakes::run_until(worker, [&] { return !ends_seen.told.empty(); });
  EXPECT_EQ(ends_seen.told, "ended ");
  EXPECT_TRUE(readiness->ended());
  EXPECT_FALSE(readiness->broken());
  other_ends();
  fakes::run_until(worker, [&] { return readiness->broken(); });
  EXPECT_EQ(ends_seen.told, "ended broken ");
}

/// A second later with each look.
class TickingClock final : public Clock {
 public:
  WallTime wall() const override { return {}; }
  SteadyTime steady() const override { return began_ + std::chrono::seconds(++looks_); }

 private:
  const SteadyTime began_ = std::chrono::steady_clock::now();
  mutable int looks_ = 0;
};

class EndTime final : public Readiness::EndWatch {
 public:
  explicit EndTime(const Worker& worker) : worker_(worker) {}
  void on_end(bool) override { told = worker_.now(); }
  std::optional<SteadyTime> told;

 private:
  const Worker& worker_;
};

Task<> wait_and_note(Worker& worker, Readiness& readiness, std::optional<SteadyTime>& woken) {
  co_await readiness.wait(Side::kRead);
  woken = worker.now();
}

// What is armed from there would else be due before its time.
TEST_F(ReadinessTest, WhoIsToldOfAnEndSeesTheTimeAfterTheWait) {
  const TickingClock ticking;
  Worker other(1, "other", ticking);
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
  {
    Readiness its(other.io());
    ASSERT_TRUE(its.watch(pair[0]));
    other.io().poll();
    its.exhausted(Side::kRead);
    EndTime end(other);
    its.tell_end(&end);
    std::optional<SteadyTime> woken;
    other.spawn(wait_and_note(other, its, woken));
    other.io().poll();
    ::close(pair[1]);
    fakes::run_until(other, [&] { return woken.has_value(); });
    EXPECT_EQ(end.told, woken);
  }
  ::close(pair[0]);
}

TEST_F(ReadinessTest, NobodyIsToldAnyMore) {
  Ends ends_seen;
  readiness->tell_end(&ends_seen);
  readiness->tell_end(nullptr);
  other_ends();
  fakes::run_until(worker, [&] { return readiness->ended(); });
  EXPECT_EQ(ends_seen.told, "");
}

}  // namespace
}  // namespace causeway::runtime
