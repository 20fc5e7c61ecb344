// A checkpoint that does not stand in the way of commits.
//
// SQLite writes all pages of a checkpoint and syncs them at once. Commits that sync the WAL meanwhile wait behind
// thousands of scattered pages: some 10 ms for each megabyte where a commit alone takes 0.2 (docs/benchmarks.md). So
// the database's file of one connection is synced after each few pages, which takes the checkpoint a little longer.
#pragma once

#include <sqlite3.h>

#include <atomic>

namespace causeway::store {

/// Stands before the methods of the connection's main file, whatever its VFS. Used by the connection's thread; outlives
/// the connection.
class PacedWrites {
 public:
  /// From now on. The connection has been used: its file is open.
  void pace(sqlite3* connection);
  /// Off: when the WAL grows faster than it is moved, and commits have to wait anyway. Any thread's.
  void turn(bool on) { methods_.on.store(on, std::memory_order_relaxed); }

 private:
  /// SQLite gives back the address of its own first member.
  struct Methods {
    sqlite3_io_methods paced{};
    const sqlite3_io_methods* real = nullptr;
    std::atomic<bool> on{true};
    int unsynced = 0;
  };

  static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset);

  Methods methods_;
};

}  // namespace causeway::store
