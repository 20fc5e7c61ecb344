#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <atomic>
#include <fstream>

#include "store/data_folder.h"
#include "store/fault_vfs.h"
#include "store_fixture.h"

namespace causeway::store {
namespace {

using Numbers = std::vector<std::int64_t>;
using Kind = Change::Kind;
constexpr std::uint64_t kMiB = 1 << 20;

std::string commit(Store& store, Change& change) {
  Result<> result = store.commit_blocking(change);
  return text_of(result);
}

std::string insert(Store& store, std::int64_t number, std::size_t size = 0, Kind kind = Kind::kIntake) {
  InsertNumber change(number, size, kind);
  return commit(store, change);
}

/// The store looks at the disk when a second has passed; some looks may be needed.
bool resumes(OpenStore& open, std::int64_t number) {
  for (int i = 0; i < 100; ++i) {
    open.clock.advance(std::chrono::seconds(1));
    if (insert(open.store, number) == "ok") return true;
  }
  return false;
}

TEST(FullDisk, IntakeStopsAtMinFreeAndUpkeepGoesOn) {
  const TemporaryFolder folder;
  std::atomic<std::uint64_t> free{101 * kMiB};
  OpenStore open(folder / "a.db", 100 * kMiB, [&] { return free.load(); });
  Store& store = open.store;
  EXPECT_EQ(insert(store, 1), "ok");
  EXPECT_TRUE(store.accepts_intake());

  free = 99 * kMiB;
  open.clock.advance(std::chrono::seconds(1));
  InsertNumber refused(2);
  Result<> result = store.commit_blocking(refused);
  EXPECT_EQ(text_of(result), "50392 less than min_free is left on the disk");
  EXPECT_EQ(result.error().info().reason, "min_free");
  EXPECT_EQ(result.error().info().retry_after_seconds, 5);
  EXPECT_EQ(insert(store, 3, 0, Kind::kUpkeep), "ok");
  EXPECT_NE(open.metrics.text().find("\ncauseway_store_intake_stopped 1\n"), std::string::npos);
  EXPECT_NE(open.metrics.text().find("\ncauseway_store_free_bytes 103809024\n"), std::string::npos);

  free = 100 * kMiB;
  EXPECT_TRUE(resumes(open, 4));
  EXPECT_TRUE(store.accepts_intake());
  EXPECT_NE(open.metrics.text().find("\ncauseway_store_intake_stopped 0\n"), std::string::npos);
  EXPECT_EQ(open.numbers(), (Numbers{1, 3, 4}));
  EXPECT_EQ(open.lines(), (std::vector<std::string>{"ERROR store intake stopped | reason=min_free | free=99MiB",
                                                    "INFO store intake resumed | free=100MiB"}));
}

TEST(FullDisk, StartedWithTooLittleSpaceItRefusesIntakeFromTheStart) {
  const TemporaryFolder folder;
  OpenStore open(folder / "a.db", 100 * kMiB, [] { return 15 * kMiB; });
  EXPECT_EQ(open.problem, "");
  EXPECT_FALSE(open.store.accepts_intake());
  EXPECT_EQ(insert(open.store, 1), "50392 less than min_free is left on the disk");
  EXPECT_EQ(insert(open.store, 2, 0, Kind::kUpkeep), "ok");
  EXPECT_EQ(open.lines(), std::vector<std::string>{"ERROR store intake stopped | reason=min_free | free=15360KiB"});
}

/// A store on a file system that is full from the n-th write on, until it is freed.
class FailingDisk : public ::testing::Test {
 protected:
  void fill_after(int writes) {
    left = writes;
    vfs.set_fault([this](FaultVfs::Operation operation, const std::string&) {
      if (operation != FaultVfs::Operation::kWrite) return SQLITE_OK;
      return left.fetch_sub(1) > 0 ? SQLITE_OK : SQLITE_FULL;
    });
  }

  FaultVfs vfs;
  std::atomic<int> left{0};
};

TEST_F(FailingDisk, FullAtAnyWriteNothingAcknowledgedIsLostAndNothingRefusedIsKept) {
  const TemporaryFolder folder;
  OpenStore open(folder / "a.db");
  Store& store = open.store;
  Numbers acknowledged;
  std::int64_t next = 0;
  for (int writes = 0; writes < 40; ++writes) {
    fill_after(writes);
    while (store.accepts_intake()) {
      const std::string result = insert(store, ++next, 3000);
      if (result == "ok") acknowledged.push_back(next);
      else EXPECT_EQ(result, "50392 the disk is full");
    }
    EXPECT_EQ(insert(store, -next, 0, Kind::kUpkeep).substr(0, 31), "50392 database or disk is full:");
    vfs.set_fault({});
    ASSERT_TRUE(resumes(open, ++next)) << writes;
    acknowledged.push_back(next);
    ASSERT_EQ(open.numbers(), acknowledged) << writes;
  }
  open.store.stop();
  OpenStore again(folder / "a.db");
  EXPECT_EQ(again.numbers(), acknowledged);
}

TEST_F(FailingDisk, TheBallastLetsUpkeepGoOn) {
  const TemporaryFolder folder;
  const std::string ballast = folder / "a.db.ballast";
  OpenStore open(folder / "a.db");
  ASSERT_EQ(std::filesystem::file_size(ballast), DataFolder::kBallast);
  vfs.set_fault([&](FaultVfs::Operation operation, const std::string&) {
    return operation == FaultVfs::Operation::kWrite && std::filesystem::exists(ballast) ? SQLITE_FULL : SQLITE_OK;
  });
  EXPECT_EQ(insert(open.store, 1, 0, Kind::kUpkeep), "ok");
  EXPECT_FALSE(open.store.accepts_intake());
  EXPECT_EQ(insert(open.store, 2), "50392 the disk is full");
  vfs.set_fault({});
  EXPECT_TRUE(resumes(open, 3));
  EXPECT_EQ(std::filesystem::file_size(ballast), DataFolder::kBallast);
  EXPECT_EQ(open.numbers(), (Numbers{1, 3}));
}

TEST_F(FailingDisk, NobodyIsInvitedBeforeATestWriteHasSucceeded) {
  const TemporaryFolder folder;
  OpenStore open(folder / "a.db");
  fill_after(0);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(insert(open.store, 1), "50392 the disk is full");
    open.clock.advance(std::chrono::seconds(1));
  }
  EXPECT_THAT(open.lines(),
              ::testing::ElementsAre(::testing::StartsWith("ERROR store intake stopped | reason=disk_full | free=")));
  vfs.set_fault({});
  EXPECT_TRUE(resumes(open, 1));
}

TEST_F(FailingDisk, AFailedWriteConcernsOnlyTheGroupThatRanIntoIt) {
  const TemporaryFolder folder;
  OpenStore open(folder / "a.db");
  EXPECT_EQ(insert(open.store, 1), "ok");
  // More than the cache holds is written before the COMMIT: an error there leaves no doubt about what is on the disk.
  static const Sql large{
      "INSERT INTO number(n, text) WITH RECURSIVE up(n) AS (VALUES (2) UNION ALL SELECT n + 1 FROM up WHERE n < 25000)"
      " SELECT n, zeroblob(3500) FROM up"};
  vfs.set_fault([](FaultVfs::Operation operation, const std::string&) {
    return operation == FaultVfs::Operation::kWrite ? SQLITE_IOERR_WRITE : SQLITE_OK;
  });
  DoChange change([](Session& session) -> Result<> {
    session.run(large);
    return {};
  });
  EXPECT_EQ(commit(open.store, change).substr(0, 29), "50392 disk I/O error (778): I");
  vfs.set_fault({});
  EXPECT_TRUE(open.store.accepts_intake());
  EXPECT_EQ(insert(open.store, 2), "ok");
  EXPECT_EQ(open.numbers(), (Numbers{1, 2}));
}

/// A disk of a few MiB; root may have one.
class SmallDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    mounted = ::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=12m,mode=0700") == 0;
    if (!mounted) GTEST_SKIP() << "no tmpfs may be mounted here";
  }
  void TearDown() override {
    if (mounted) EXPECT_EQ(::umount2(folder.path().c_str(), MNT_DETACH), 0);
  }
  /// Until it is refused.
  Numbers fill(Store& store) {
    Numbers taken;
    for (std::int64_t number = 1;; ++number) {
      const std::string result = insert(store, number, 20'000);
      if (result != "ok") {
        EXPECT_EQ(result, "50392 the disk is full");
        return taken;
      }
      taken.push_back(number);
    }
  }
  void fill_with_somebody_elses() {
    std::ofstream file(folder / "somebody's");
    while (file << std::string(4096, 'x') << std::flush) continue;
  }
  static bool upkeep_goes_on(Store& store) {
    for (std::int64_t number = -1; number > -200; --number)
      if (insert(store, number, 0, Kind::kUpkeep) != "ok") return false;
    DoChange again(
        [](Session& session) -> Result<> {
          static const Sql remove{"DELETE FROM number WHERE n < 0"};
          EXPECT_EQ(session.run(remove), 199);
          return {};
        },
        Kind::kUpkeep);
    return commit(store, again) == "ok";
  }

  TemporaryFolder folder;
  bool mounted = false;
};

TEST_F(SmallDisk, FullItRefusesAndFreedItResumes) {
  std::ofstream(folder / "somebody's") << std::string(3 * kMiB, 'x');
  Numbers taken;
  {
    OpenStore open(folder / "a.db");
    taken = fill(open.store);
    EXPECT_GT(taken.size(), 50u);
    EXPECT_FALSE(open.store.accepts_intake());
    EXPECT_TRUE(upkeep_goes_on(open.store));
    EXPECT_EQ(open.numbers(), taken);
    std::filesystem::remove(folder / "somebody's");
    EXPECT_TRUE(resumes(open, 1'000'000));
    taken.push_back(1'000'000);
    EXPECT_EQ(open.numbers(), taken);
  }
  OpenStore again(folder / "a.db");
  EXPECT_EQ(again.problem, "");
  EXPECT_EQ(again.numbers(), taken);
}

TEST_F(SmallDisk, ItResumesWhenUpkeepHasMadeRoom) {
  OpenStore open(folder / "a.db");
  const Numbers taken = fill(open.store);
  const std::uintmax_t full = std::filesystem::file_size(folder / "a.db");
  for (std::int64_t last = taken.back(); last > 3; last -= 10) {
    DoChange slice(
        [last](Session& session) -> Result<> {
          static const Sql remove{"DELETE FROM number WHERE n > ?1 AND n > 3"};
          session.run(remove, last - 10);
          return {};
        },
        Kind::kUpkeep);
    EXPECT_EQ(commit(open.store, slice), "ok");
  }
  EXPECT_TRUE(resumes(open, 1'000'000));
  EXPECT_EQ(open.numbers(), (Numbers{1, 2, 3, 1'000'000}));
  EXPECT_LT(std::filesystem::file_size(folder / "a.db"), full);
}

TEST_F(SmallDisk, ItStartsOnADiskThatSomebodyElseHasFilled) {
  {
    OpenStore open(folder / "a.db");
    EXPECT_EQ(insert(open.store, 1), "ok");
  }
  fill_with_somebody_elses();
  OpenStore again(folder / "a.db");
  EXPECT_EQ(again.problem, "");
  EXPECT_FALSE(again.store.accepts_intake());
  EXPECT_EQ(insert(again.store, 2), "50392 the disk is full");
  EXPECT_TRUE(upkeep_goes_on(again.store));
  std::filesystem::remove(folder / "somebody's");
  EXPECT_TRUE(resumes(again, 3));
  EXPECT_EQ(again.numbers(), (Numbers{1, 3}));
}

TEST_F(SmallDisk, WithNoSpaceAtAllItSaysWhyItDoesNotStart) {
  {
    OpenStore open(folder / "a.db");
    EXPECT_EQ(insert(open.store, 1), "ok");
  }
  std::filesystem::remove(folder / "a.db.ballast");
  fill_with_somebody_elses();
  OpenStore again(folder / "a.db");
  EXPECT_THAT(again.problem,
              ::testing::StartsWith((folder / "a.db") + ": disk I/O error (4874): No space left on device: "));
}

}  // namespace
}  // namespace causeway::store
