// The files around a database: its folder, the lock that keeps other processes out, the ballast that is given up when
// the disk is full.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace causeway::store {

/// Files `<path>.lock` and `<path>.ballast` beside the database. Not thread safe, but for the sizes.
class DataFolder {
 public:
  static constexpr std::uint64_t kBallast = 4 << 20;

  /// `database` is the path of its file; a relative one starts at the working directory of now.
  explicit DataFolder(const std::string& database);
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;
  ~DataFolder();

  /// Makes the folder (0700) and the file (0600) if need be, and locks them for this process. Throws
  /// std::runtime_error with what to tell the operator.
  void take();
  /// For another process; the ballast stays.
  void give_back();

  const std::string& database() const { return database_; }
  /// False when there is no room for it: nothing of it is left then.
  bool make_ballast() const;
  void give_up_ballast() const;

  /// What this process may still write there. Zero when the file system does not say.
  std::uint64_t free_bytes() const;
  /// Tells this file from a copy of it, be that put in its place: inode and time of birth. Empty when the file system
  /// does not say.
  std::string file_identity() const;
  /// Of the database and its WAL.
  std::uint64_t used_bytes() const;

 private:
  const std::string database_;
  const std::filesystem::path folder_;
  int lock_ = -1;
};

/// Makes the entries of a folder durable: what was created or renamed in it.
void sync_folder(const std::filesystem::path& folder);

}  // namespace causeway::store
