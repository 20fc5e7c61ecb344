// SQLite's default file system, with faults: it fails at the n-th write or sync, and remembers what would be left of
// every file if the power failed at any operation.
#pragma once

#include <sqlite3.h>

#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace causeway::store {

/// The default of the process while it lives; one at a time. Thread safe.
class FaultVfs {
 public:
  enum class Operation : std::uint8_t { kWrite, kSync };

  FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;
  ~FaultVfs();

  /// From now on called before every write or sync of a file of the database (`name` is its last part): a result other
  /// than SQLITE_OK is what SQLite gets instead. Null: no faults.
  using Fault = std::function<int(Operation, const std::string& name)>;
  void set_fault(Fault fault);

  /// Files by name as a power failure would leave them now: what was synced, and at random some of the blocks that
  /// were not.
  std::map<std::string, std::string> after_power_failure();

 private:
  friend struct FaultFile;
  struct Image {
    std::string synced;
    struct Unsynced {
      std::size_t offset;
      std::string bytes;  ///< empty: the file was cut to `offset`
    };
    std::vector<Unsynced> unsynced;
  };

  int ask(Operation operation, const std::string& name);
  void wrote(const std::string& name, std::size_t offset, std::string bytes);
  void synced(const std::string& name);
  void removed(const std::string& name);
  static int open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags);
  static int remove(sqlite3_vfs*, const char* path, int sync_folder);

  sqlite3_vfs* const real_;
  sqlite3_vfs vfs_;
  std::mutex mutex_;
  Fault fault_;
  std::map<std::string, Image> images_;
  std::minstd_rand random_;
};

}  // namespace causeway::store
