#include "store/paced_writes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "store/connection.h"
#include "store/fault_vfs.h"
#include "store_fixture.h"

namespace causeway::store {
namespace {

using Operation = FaultVfs::Operation;

/// A database with some 200 pages in its WAL, and the connection that moves them.
class PacedWritesTest : public ::testing::Test {
 protected:
  PacedWritesTest() {
    writer.execute("PRAGMA journal_mode = WAL; CREATE TABLE t(x)");
    writer.execute(
        "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) "
        "SELECT zeroblob(4000) FROM n");
    moves.execute("SELECT count(*) FROM t");
  }
  int checkpoint() {
    return sqlite3_wal_checkpoint_v2(moves.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_wal, &moved);
  }

  const TemporaryFolder folder;
  FaultVfs vfs;
  PacedWrites writes;
  Connection writer{folder / "a.db", Connection::Use::kReadWrite};
  Connection moves{folder / "a.db", Connection::Use::kReadWrite};
  int in_wal = 0;
  int moved = 0;
};

TEST_F(PacedWritesTest, NoCommitWaitsForMoreThanAFewPages) {
  int unsynced = 0;
  int most = 0;
  int written = 0;
  vfs.set_fault([&](Operation operation, const std::string& name) {
    if (name != "a.db") return SQLITE_OK;
    unsynced = operation == Operation::kSync ? 0 : unsynced + 1;
    written += operation == Operation::kWrite ? 1 : 0;
    most = std::max(most, unsynced);
    return SQLITE_OK;
  });
  writes.pace(moves.handle());
  EXPECT_EQ(checkpoint(), SQLITE_OK);
  EXPECT_GE(in_wal, 200);
  EXPECT_EQ(moved, in_wal);
  EXPECT_GE(written, 200);
  EXPECT_EQ(most, 16);
  EXPECT_EQ(unsynced, 0);
}

TEST_F(PacedWritesTest, ASyncThatFailsOnTheWayIsTheFailureOfTheCheckpoint) {
  writes.pace(moves.handle());
  int writes_before = 0;
  vfs.set_fault([&](Operation operation, const std::string& name) {
    if (name != "a.db") return SQLITE_OK;
    if (operation == Operation::kSync) return SQLITE_IOERR_FSYNC;
    ++writes_before;
    return SQLITE_OK;
  });
  EXPECT_EQ(checkpoint(), SQLITE_IOERR_FSYNC);
  EXPECT_EQ(writes_before, 16);
  vfs.set_fault(nullptr);
  EXPECT_EQ(checkpoint(), SQLITE_OK);
  EXPECT_EQ(moved, in_wal);
}

}  // namespace
}  // namespace causeway::store
