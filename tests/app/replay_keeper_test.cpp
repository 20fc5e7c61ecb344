#include "app/replay_keeper.h"

#include <gtest/gtest.h>

#include "app/replay_file.h"
#include "fakes/temporary_folder.h"
#include "store/sqlite_store.h"
#include "store/store_fixture.h"

namespace causeway::app {
namespace {

using security::Admit;
using security::ReplayTable;
using security::SignatureUse;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// A machine whose time the test sets.
class Machine final : public MachineClock {
 public:
  ClockReading read() const override { return now; }
  void pass(milliseconds time) {
    now.wall += time;
    now.since_boot += time;
  }
  ClockReading now{WallTime(milliseconds(1'800'000'000'000)), hours(7), "boot-1"};
};

SignatureUse use(std::uint64_t number, WallTime at) {
  return {security::sha256(std::to_string(number)), at, false, true};
}

class ReplayKeeperTest : public testing::Test {
 protected:
  /// What a process is to its signatures, from its start to its end.
  struct Process : store::Surroundings {
    Process(const std::string& path, const Machine& its_machine, Duration window = minutes(5))
        : machine(its_machine), store(store::settings_for(path), clock, metrics, log), keeper(store, machine, log) {
      const store::Schema* const schemas[] = {&kReplaySchema};
      EXPECT_EQ(store.open(schemas), "");
      table = std::make_shared<ReplayTable>(ByteSize{1 << 20}, window, seconds(60), machine.now.wall);
    }
    Admit admit(const SignatureUse& its) {
      if (its.timestamp > machine.now.wall) {
        RecordUse record(its, table->remembers_until(its.timestamp));
        EXPECT_TRUE(store.commit_blocking(record));
      }
      return table->admit(its);
    }
    const Machine& machine;
    store::SqliteStore store;
    std::shared_ptr<ReplayTable> table;
    ReplayKeeper keeper;
  };

  std::unique_ptr<Process> start(Duration window = minutes(5)) {
    auto process = std::make_unique<Process>(folder_.database(), machine_, window);
    EXPECT_EQ(process->keeper.begin(process->table, folder_.database()), "");
    return process;
  }
  void stop(std::unique_ptr<Process> process) {
    process->keeper.start();  // only what has begun ends
    process->keeper.stop(true);
  }
  WallTime now() const { return machine_.now.wall; }
  bool is_saved() const { return std::filesystem::exists(replay_file(folder_.database())); }

  fakes::TemporaryFolder folder_;
  Machine machine_;
};

TEST_F(ReplayKeeperTest, AfterAKillWhatWasSignedBeforeIsRefused) {
  auto first = start();
  machine_.pass(seconds(3));
  const WallTime used = now();
  EXPECT_EQ(first->admit(use(1, used)), Admit::kAccepted);
  first.reset();
  machine_.pass(seconds(1));
  auto second = start();
  EXPECT_EQ(second->admit(use(1, used)), Admit::kBeforeStart);
  EXPECT_EQ(second->admit(use(2, now())), Admit::kBeforeStart);
  machine_.pass(milliseconds(1));
  EXPECT_EQ(second->admit(use(2, now())), Admit::kAccepted);
}

TEST_F(ReplayKeeperTest, AfterAKillWhatWasDatedAheadIsKnown) {
  auto first = start();
  const SignatureUse ahead = use(1, now() + seconds(30));
  EXPECT_EQ(first->admit(ahead), Admit::kAccepted);
  first.reset();
  auto second = start();
  EXPECT_EQ(second->admit(ahead), Admit::kReplayed);
  second.reset();
  machine_.pass(seconds(10));
  auto third = start();
  EXPECT_EQ(third->admit(ahead), Admit::kReplayed);
  EXPECT_EQ(third->admit(use(2, now() + seconds(30))), Admit::kAccepted);
}

TEST_F(ReplayKeeperTest, AnOrderlyStopRefusesNobody) {
  auto first = start();
  machine_.pass(seconds(3));
  const WallTime early = now();
  EXPECT_EQ(first->admit(use(1, early)), Admit::kAccepted);
  stop(std::move(first));
  EXPECT_TRUE(is_saved());
  machine_.pass(seconds(3));
  auto second = start();
  EXPECT_FALSE(is_saved());
  EXPECT_EQ(second->admit(use(1, early)), Admit::kReplayed);
  EXPECT_EQ(second->admit(use(2, early)), Admit::kAccepted);
}

TEST_F(ReplayKeeperTest, WhatWasSavedIsUsedOnce) {
  auto first = start();
  machine_.pass(seconds(3));
  stop(std::move(first));
  auto second = start();
  EXPECT_EQ(second->admit(use(1, now())), Admit::kAccepted);
  second.reset();
  auto third = start();
  EXPECT_EQ(third->admit(use(1, now())), Admit::kBeforeStart);
}

TEST_F(ReplayKeeperTest, WhatWasSavedWithOtherSettingsIsNotUsed) {
  auto first = start();
  machine_.pass(seconds(3));
  stop(std::move(first));
  auto second = start(minutes(10));
  EXPECT_EQ(second->admit(use(2, now())), Admit::kBeforeStart);
  EXPECT_FALSE(is_saved());
  EXPECT_EQ(second->lines(), std::vector<std::string>({"WARN saved signatures are not used | problem=it is of other "
                                                       "settings of signing, or not whole"}));
}

TEST_F(ReplayKeeperTest, AClockThatWasSetBackBeforeARestartOpensNoWindow) {
  auto first = start();
  machine_.pass(seconds(10));
  first->keeper.look();
  const WallTime used = now();
  EXPECT_EQ(first->admit(use(1, used)), Admit::kAccepted);
  first.reset();
  machine_.pass(seconds(2));
  machine_.now.wall -= hours(1);
  auto second = start();
  EXPECT_EQ(second->admit(use(1, used)), Admit::kBeforeStart);
  EXPECT_EQ(second->lines().size(), 1u);
  second.reset();
  machine_.pass(minutes(59) + seconds(57));  // and nobody has set it right in the meantime
  auto third = start();
  EXPECT_EQ(third->admit(use(1, used)), Admit::kBeforeStart);
  machine_.pass(seconds(10));
  EXPECT_EQ(third->admit(use(2, now())), Admit::kAccepted);
}

TEST_F(ReplayKeeperTest, AClockThatWasSetBackInTheRunningProcessOpensNoWindowAfterIt) {
  auto first = start();
  machine_.pass(seconds(10));
  const WallTime used = now();
  EXPECT_EQ(first->admit(use(1, used)), Admit::kAccepted);
  first->keeper.look();
  machine_.pass(seconds(1));
  machine_.now.wall -= hours(1);
  first->keeper.look();
  machine_.pass(seconds(7));
  first->keeper.look();
  first.reset();
  auto second = start();
  EXPECT_EQ(second->admit(use(1, used)), Admit::kBeforeStart);
  machine_.pass(hours(1));
  EXPECT_EQ(second->admit(use(2, now())), Admit::kAccepted);
}

TEST_F(ReplayKeeperTest, AnOrderlyStopKnowsWhatWasUsedBeforeTheClockWasSetBack) {
  auto first = start();
  machine_.pass(hours(1));
  const WallTime used = now();
  EXPECT_EQ(first->admit(use(1, used)), Admit::kAccepted);
  machine_.now.wall -= minutes(50);
  const WallTime early = now();
  EXPECT_EQ(first->admit(use(2, early)), Admit::kAccepted);
  stop(std::move(first));
  auto second = start();
  EXPECT_EQ(second->admit(use(2, early)), Admit::kReplayed);
  EXPECT_EQ(second->admit(use(3, now())), Admit::kAccepted);
  machine_.pass(minutes(50));
  EXPECT_EQ(second->admit(use(1, used)), Admit::kReplayed);
  EXPECT_EQ(second->admit(use(4, now())), Admit::kAccepted);
}

TEST_F(ReplayKeeperTest, ForgetsWhatNobodyCanUseAnyMore) {
  auto first = start();
  EXPECT_EQ(first->admit(use(1, now() + seconds(30))), Admit::kAccepted);
  machine_.pass(minutes(6));
  first->keeper.look();
  ReadReplays known;
  ASSERT_TRUE(first->store.query_blocking(known));
  EXPECT_EQ(known.uses.size(), 1u);
  machine_.pass(minutes(3));
  first->keeper.look();
  ASSERT_TRUE(first->store.query_blocking(known));
  EXPECT_EQ(known.uses.size(), 0u);
}

TEST_F(ReplayKeeperTest, ATableWithoutRoomForWhatIsKnownRefusesByTheTime) {
  auto first = start();
  for (std::uint64_t i = 0; i < 200; ++i) EXPECT_EQ(first->admit(use(i, now() + seconds(30))), Admit::kAccepted);
  first.reset();
  Process second(folder_.database(), machine_);
  second.table = std::make_shared<ReplayTable>(ByteSize{1024}, minutes(5), seconds(60), now());
  EXPECT_EQ(second.keeper.begin(second.table, folder_.database()), "");
  EXPECT_EQ(second.table->admit(use(1, now() + seconds(30))), Admit::kBeforeStart);
  EXPECT_EQ(second.table->admit(use(300, now() + minutes(2))), Admit::kAccepted);
}

TEST_F(ReplayKeeperTest, AStoreThatIsOpenedByAReloadBringsWhatItKnows) {
  auto first = start();
  const SignatureUse ahead = use(1, now() + seconds(30));
  EXPECT_EQ(first->admit(ahead), Admit::kAccepted);
  stop(std::move(first));
  machine_.pass(seconds(1));
  Process second(folder_.database(), machine_);
  const SignatureUse here = use(2, now() + seconds(40));
  EXPECT_EQ(second.table->admit(here), Admit::kAccepted);  // without a store
  EXPECT_EQ(second.keeper.join(second.table, folder_.database()), "");
  EXPECT_FALSE(is_saved());
  EXPECT_EQ(second.table->admit(ahead), Admit::kReplayed);
  EXPECT_EQ(second.table->admit(here), Admit::kReplayed);
  second.keeper.look();
  second.store.stop();
  auto third = start();
  EXPECT_EQ(third->admit(here), Admit::kBeforeStart) << "nowhere but in the mark";
}

}  // namespace
}  // namespace causeway::app
