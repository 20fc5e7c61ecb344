#include "store/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace causeway::store {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(const fs::path& path) { throw std::runtime_error(path.string() + ": " + std::strerror(errno)); }

void make_folders(const fs::path& folder) {
  if (fs::is_directory(folder)) return;
  if (folder.has_parent_path() && folder.parent_path() != folder) make_folders(folder.parent_path());
  if (::mkdir(folder.c_str(), 0700) != 0 && (errno != EEXIST || !fs::is_directory(folder))) fail(folder);
  sync_folder(folder.parent_path());
}

int make_file(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) fail(path);
  return file;
}

}  // namespace

void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail(folder);
  const int result = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  errno = error;
  if (result != 0 && error != EINVAL) fail(folder);  // EINVAL: a file system whose folders need no sync
}

DataFolder::DataFolder(const std::string& database)
    : database_(fs::absolute(database).lexically_normal().string()), folder_(fs::path(database_).parent_path()) {}

DataFolder::~DataFolder() { give_back(); }

void DataFolder::take() {
  make_folders(folder_);
  lock_ = make_file(database_ + ".lock");
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) fail(database_ + ".lock");
    throw std::runtime_error("another process uses this data folder: " + folder_.string());
  }
  ::close(make_file(database_));
  sync_folder(folder_);
}

void DataFolder::give_back() {
  if (lock_ >= 0) ::close(std::exchange(lock_, -1));
}

bool DataFolder::make_ballast() const {
  const std::string path = database_ + ".ballast";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool made = ::posix_fallocate(file, 0, static_cast<off_t>(kBallast)) == 0;
  ::close(file);
  if (!made) ::unlink(path.c_str());
  return made;
}

void DataFolder::give_up_ballast() const { ::unlink((database_ + ".ballast").c_str()); }

std::uint64_t DataFolder::free_bytes() const {
  struct statvfs disk {};
  if (::statvfs(folder_.c_str(), &disk) != 0) return 0;
  return static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
}

std::string DataFolder::file_identity() const {
  struct statx file {};
  constexpr unsigned kWanted = STATX_INO | STATX_BTIME;
  if (::statx(AT_FDCWD, database_.c_str(), 0, kWanted, &file) != 0 || (file.stx_mask & STATX_INO) == 0) return {};
  std::string identity = std::to_string(file.stx_ino);
  if ((file.stx_mask & STATX_BTIME) != 0)
    identity += ' ' + std::to_string(file.stx_btime.tv_sec) + '.' + std::to_string(file.stx_btime.tv_nsec);
  return identity;
}

std::uint64_t DataFolder::used_bytes() const {
  std::uint64_t sum = 0;
  for (const char* suffix : {"", "-wal"}) {
    struct stat file {};
    if (::stat((database_ + suffix).c_str(), &file) == 0) sum += static_cast<std::uint64_t>(file.st_size);
  }
  return sum;
}

}  // namespace causeway::store
