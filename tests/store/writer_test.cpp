#include "store/writer.h"

#include <gtest/gtest.h>

#include <latch>
#include <list>
#include <thread>

#include "fakes/run_task.h"
#include "store_fixture.h"

namespace causeway::store {
namespace {

using Numbers = std::vector<std::int64_t>;

class WriterTest : public ::testing::Test {
 protected:
  WriterTest() { EXPECT_EQ(open.problem, ""); }

  /// Commits them as one group, whatever the writer does: it is held up until all of them wait.
  std::vector<std::string> commit_together(const std::vector<Change*>& changes) {
    std::latch begun(1);
    std::latch go(1);
    store.commit_later(std::make_unique<DoChange>([&](Session&) -> Result<> {
      begun.count_down();
      go.wait();
      return {};
    }));
    begun.wait();
    std::vector<std::string> results(changes.size());
    runtime::Worker worker(0, "test", open.clock);
    std::size_t settled = 0;
    for (std::size_t i = 0; i < changes.size(); ++i) worker.spawn(commit(worker, *changes[i], results[i], settled));
    worker.io().poll();
    go.count_down();
    fakes::run_until(worker, [&] { return settled == changes.size(); });
    return results;
  }
  Task<> commit(runtime::Worker& worker, Change& change, std::string& text, std::size_t& settled) {
    Result<> result = co_await store.commit(worker, change);
    text = text_of(result);
    ++settled;
  }
  std::string metric(const std::string& name) const {
    const std::string all = open.metrics.text();
    const std::size_t at = all.find('\n' + name + ' ') + 1;
    return all.substr(at, all.find('\n', at) - at);
  }

  TemporaryFolder folder;
  OpenStore open{folder / "data/causeway.db"};
  SqliteStore& store = open.store;
};

/// Inserts numbers one after the other, and sees where it resumes.
Task<> insert_many(runtime::Worker& worker, Store& store, std::int64_t first, int count, std::latch& done,
                   std::size_t size = 0) {
  const std::thread::id thread = std::this_thread::get_id();
  for (int i = 0; i < count; ++i) {
    InsertNumber change(first + i, size);
    const Result<> result = co_await store.commit(worker, change);
    EXPECT_TRUE(result.ok());
    EXPECT_EQ(std::this_thread::get_id(), thread);
  }
  done.count_down();
}

TEST_F(WriterTest, CommittersOfTwoWorkersShareGroups) {
  constexpr int kCommitters = 256;
  constexpr int kEach = 20;
  std::latch done(kCommitters);
  std::list<runtime::Worker> workers;
  for (unsigned i = 0; i < 2; ++i) workers.emplace_back(i, "worker", open.clock).start();
  for (int i = 0; i < kCommitters; ++i) {
    runtime::Worker& worker = i % 2 == 0 ? workers.front() : workers.back();
    worker.post([this, &worker, &done, i] { worker.spawn(insert_many(worker, store, i * kEach, kEach, done)); });
  }
  done.wait();
  EXPECT_EQ(open.numbers().size(), std::size_t{kCommitters * kEach});
  EXPECT_EQ(metric("causeway_store_commands_total"), "causeway_store_commands_total 5120");
  store.stop();
}

TEST_F(WriterTest, WhatWaitsTogetherIsOneGroup) {
  std::list<InsertNumber> inserts;
  std::vector<Change*> changes;
  for (int i = 0; i < 100; ++i) changes.push_back(&inserts.emplace_back(i));
  EXPECT_EQ(commit_together(changes), std::vector<std::string>(100, "ok"));
  EXPECT_EQ(metric("causeway_store_commit_seconds_count"), "causeway_store_commit_seconds_count 2");
  EXPECT_EQ(metric("causeway_store_commands_total"), "causeway_store_commands_total 101");
}

TEST_F(WriterTest, AChangeThatFailsIsRolledBackAlone) {
  InsertNumber good(1);
  DoChange refuses([](Session& session) -> Result<> {
    session.run(kInsert, 2, nullptr);
    return Error(Code::kConflict, "no");
  });
  DoChange violates([](Session& session) -> Result<> {
    session.run(kInsert, 3, nullptr);
    session.run(kInsert, 1, nullptr);
    return {};
  });
  DoChange throws([](Session& session) -> Result<> {
    session.run(kInsert, 4, nullptr);
    throw std::runtime_error("a bug");
  });
  DoChange reads([](Session& session) -> Result<> {
    Rows rows = session.query(kCount);
    rows.next();
    session.run(kInsert, 10 + rows.integer(0), nullptr);
    return {};
  });
  InsertNumber last(5);
  EXPECT_EQ(commit_together({&good, &refuses, &violates, &throws, &reads, &last}),
            (std::vector<std::string>{"ok", "40993 no",
                                      std::string("50392 UNIQUE constraint failed: number.n (1555): ") + kInsert.text,
                                      "50090 a bug", "ok", "ok"}));
  EXPECT_EQ(open.numbers(), (Numbers{1, 5, 11}));
}

TEST_F(WriterTest, NeighboursOfAFailureRunAgainThatOnce) {
  int runs = 0;
  std::int64_t next = 0;
  DoChange counts([&](Session& session) -> Result<> {
    ++runs;
    session.run(kInsert, next, nullptr);
    return {};
  });
  DoChange refuses([](Session& session) -> Result<> {
    session.run(kInsert, 1000, nullptr);
    return Error(Code::kConflict, "no");
  });
  Numbers all;
  for (next = 1; next < 100; ++next) {
    EXPECT_EQ(commit_together({&counts, &refuses}), (std::vector<std::string>{"ok", "40993 no"}));
    if (next == 1) EXPECT_EQ(runs, 2);
    if (next == 2) EXPECT_EQ(runs, 3);  // who sends what fails does not double everybody's work
    all.push_back(next);
  }
  EXPECT_GT(runs, 101);  // it is tried again
  EXPECT_LT(runs, 120);
  EXPECT_EQ(open.numbers(), all);
}

TEST_F(WriterTest, OneThatEndsTheGroupsTransactionDoesNotFailItsNeighbours) {
  static const Sql rollback{"ROLLBACK"};
  InsertNumber first(1);
  DoChange villain([](Session& session) -> Result<> {
    session.run(rollback);
    return {};
  });
  InsertNumber last(2);
  EXPECT_EQ(commit_together({&first, &villain, &last}),
            (std::vector<std::string>{"ok", "50392 no such savepoint: change: RELEASE change", "ok"}));
  EXPECT_EQ(open.numbers(), (Numbers{1, 2}));
}

class Told final : public Change {
 public:
  Told(std::int64_t number, std::promise<std::string>& told) : number_(number), told_(told) {}
  Result<> apply(Session& session) override {
    session.run(kInsert, number_, nullptr);
    return {};
  }
  void settled(Result<> result) noexcept override { told_.set_value(text_of(result)); }

 private:
  std::int64_t number_;
  std::promise<std::string>& told_;
};

TEST_F(WriterTest, AChangeThatNobodyWaitsForIsToldItsOutcome) {
  std::promise<std::string> first;
  store.commit_later(std::make_unique<Told>(1, first));
  EXPECT_EQ(first.get_future().get(), "ok");
  EXPECT_EQ(open.numbers(), Numbers{1});
  std::promise<std::string> again;
  store.commit_later(std::make_unique<Told>(1, again));
  EXPECT_EQ(again.get_future().get(), std::string("50392 UNIQUE constraint failed: number.n (1555): ") + kInsert.text);
}

TEST_F(WriterTest, StoppingFinishesWhatWasGivenAndRefusesWhatComesLater) {
  std::latch begun(1);
  std::latch go(1);
  store.commit_later(std::make_unique<DoChange>([&](Session&) -> Result<> {
    begun.count_down();
    go.wait();
    return {};
  }));
  begun.wait();
  std::vector<std::promise<std::string>> told(50);
  for (int i = 0; i < 50; ++i) store.commit_later(std::make_unique<Told>(i, told[static_cast<std::size_t>(i)]));
  std::thread stopping([&] { store.stop(); });
  go.count_down();
  for (auto& each : told) EXPECT_EQ(each.get_future().get(), "ok");
  stopping.join();

  std::promise<std::string> late;
  store.commit_later(std::make_unique<Told>(100, late));
  EXPECT_EQ(late.get_future().get(), "50392 the store is stopped");
  InsertNumber change(101);
  Result<> blocked = store.commit_blocking(change);
  EXPECT_EQ(text_of(blocked), "50392 the store is stopped");
  AskQuery query([](Session&) -> Result<> { return {}; });
  Result<> asked = store.query_blocking(query);
  EXPECT_EQ(text_of(asked), "50392 the store is stopped");
  store.stop();
}

TEST(Checkpointer, TheWalStaysSmallUnderLoadAndReadersSeeEverything) {
  const TemporaryFolder folder;
  OpenStore open(folder / "a.db");
  std::latch done(64);
  runtime::Worker worker(0, "worker", open.clock);
  worker.start();
  for (int i = 0; i < 64; ++i)
    worker.post([&, i] { worker.spawn(insert_many(worker, open.store, i * 200, 200, done, 8000)); });
  done.wait();
  EXPECT_EQ(open.numbers().size(), 12800u);
  EXPECT_LT(std::filesystem::file_size(folder / "a.db-wal"), std::uintmax_t{64 << 20});  // of about 100 MiB
  EXPECT_GT(std::filesystem::file_size(folder / "a.db"), std::uintmax_t{32 << 20});
  open.store.stop();
}

}  // namespace
}  // namespace causeway::store
