#include "store/pending.h"

#include <gtest/gtest.h>

#include "fakes/run_task.h"
#include "store_fixture.h"

namespace causeway::store {
namespace {

Task<> wait_for(Queue<Pending<Change>>& queue, runtime::Worker& worker, int& settled) {
  InsertNumber change(1);
  Result<> result = co_await wait_in<Change>(queue, worker, change);
  if (text_of(result) == "40993") ++settled;
}

TEST(Pending, OneGroupIsOneHandlerOfAWorkerHoweverManyWait) {
  const SystemClock clock;
  runtime::Worker worker(0, "test", clock);
  Queue<Pending<Change>> queue;
  queue.open();
  int settled = 0;
  for (int i = 0; i < 5; ++i) worker.spawn(wait_for(queue, worker, settled));
  worker.io().poll();
  std::vector<Pending<Change>*> waiting;
  ASSERT_TRUE(queue.take_all(waiting, std::chrono::milliseconds(0)));
  ASSERT_EQ(waiting.size(), 5u);
  {
    Replies replies;
    for (Pending<Change>* each : waiting) {
      each->result = Error(Code::kConflict);
      each->settle(replies);
    }
  }
  EXPECT_EQ(worker.io().poll_one(), 1u);
  EXPECT_EQ(settled, 5);
}

Task<> wait_for_refusal(Queue<Pending<Change>>& queue, runtime::Worker& worker, std::string& seen) {
  InsertNumber change(1);
  Result<> result = co_await wait_in<Change>(queue, worker, change);
  seen = text_of(result);
}

TEST(Pending, AClosedQueueRefuses) {
  const SystemClock clock;
  runtime::Worker worker(0, "test", clock);
  Queue<Pending<Change>> queue;
  std::string seen;
  fakes::run(worker, wait_for_refusal(queue, worker, seen));
  EXPECT_EQ(seen, "50392 the store is stopped");
  InsertNumber change(1);
  Result<> blocked = block_in<Change>(queue, change);
  EXPECT_EQ(text_of(blocked), "50392 the store is stopped");
}

TEST(Pending, WhatWaitsWhenItsWorkerEndsIsDestroyedWithIt) {
  const SystemClock clock;
  Queue<Pending<Change>> queue;
  queue.open();
  int settled = 0;
  {
    runtime::Worker worker(0, "test", clock);
    worker.spawn(wait_for(queue, worker, settled));
    worker.io().poll();
    std::vector<Pending<Change>*> waiting;
    ASSERT_TRUE(queue.take_all(waiting, std::chrono::milliseconds(0)));
    Replies replies;
    for (Pending<Change>* each : waiting) each->settle(replies);
  }
  EXPECT_EQ(settled, 0);  // and the sanitizer finds nothing left
}

TEST(Pending, TheQueueKeepsItsOrderAndGivesWhatIsLeftAfterItsEnd) {
  Queue<int> queue;
  int numbers[] = {1, 2, 3};
  EXPECT_FALSE(queue.push(numbers[0]));
  queue.open();
  for (int& number : numbers) EXPECT_TRUE(queue.push(number));
  EXPECT_EQ(queue.take_one(), &numbers[0]);
  queue.close();
  EXPECT_FALSE(queue.push(numbers[0]));
  EXPECT_EQ(queue.take_one(), &numbers[1]);
  std::vector<int*> rest;
  EXPECT_TRUE(queue.take_all(rest, std::chrono::milliseconds(0)));
  EXPECT_EQ(rest, std::vector<int*>{&numbers[2]});
  EXPECT_FALSE(queue.take_all(rest, std::chrono::milliseconds(0)));
  EXPECT_EQ(queue.take_one(), nullptr);
}

}  // namespace
}  // namespace causeway::store
