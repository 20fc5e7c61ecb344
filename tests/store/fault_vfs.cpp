#include "store/fault_vfs.h"

#include <cstring>
#include <filesystem>
#include <new>

namespace causeway::store {
namespace {

FaultVfs* of(sqlite3_vfs* vfs) { return static_cast<FaultVfs*>(vfs->pAppData); }

void apply(std::string& file, std::size_t offset, const std::string& bytes) {
  if (bytes.empty()) return file.resize(offset);
  if (file.size() < offset + bytes.size()) file.resize(offset + bytes.size());
  file.replace(offset, bytes.size(), bytes);
}

}  // namespace

/// In front of the real file, which lies behind it in the memory that SQLite gives.
struct FaultFile {
  sqlite3_file base;
  FaultVfs* vfs;
  std::string* name;

  static FaultFile& of(sqlite3_file* file) { return *reinterpret_cast<FaultFile*>(file); }
  static sqlite3_file* real(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<FaultFile*>(file) + 1);
  }

  static int close(sqlite3_file* file) {
    delete of(file).name;
    return real(file)->pMethods->xClose(real(file));
  }
  static int read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
    return real(file)->pMethods->xRead(real(file), to, size, offset);
  }
  static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    FaultFile& self = of(file);
    if (const int fault = self.vfs->ask(FaultVfs::Operation::kWrite, *self.name); fault != SQLITE_OK) return fault;
    const int result = real(file)->pMethods->xWrite(real(file), from, size, offset);
    if (result == SQLITE_OK)
      self.vfs->wrote(*self.name, static_cast<std::size_t>(offset),
                      std::string(static_cast<const char*>(from), static_cast<std::size_t>(size)));
    return result;
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    FaultFile& self = of(file);
    const int result = real(file)->pMethods->xTruncate(real(file), size);
    if (result == SQLITE_OK) self.vfs->wrote(*self.name, static_cast<std::size_t>(size), {});
    return result;
  }
  static int sync(sqlite3_file* file, int flags) {
    FaultFile& self = of(file);
    if (const int fault = self.vfs->ask(FaultVfs::Operation::kSync, *self.name); fault != SQLITE_OK) return fault;
    const int result = real(file)->pMethods->xSync(real(file), flags);
    if (result == SQLITE_OK) self.vfs->synced(*self.name);
    return result;
  }
  static int size(sqlite3_file* file, sqlite3_int64* size) { return real(file)->pMethods->xFileSize(real(file), size); }
  static int lock(sqlite3_file* file, int level) { return real(file)->pMethods->xLock(real(file), level); }
  static int unlock(sqlite3_file* file, int level) { return real(file)->pMethods->xUnlock(real(file), level); }
  static int reserved(sqlite3_file* file, int* out) {
    return real(file)->pMethods->xCheckReservedLock(real(file), out);
  }
  static int control(sqlite3_file* file, int operation, void* argument) {
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
  }
  static int sector(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
  static int traits(sqlite3_file* file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }
  static int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
  }
  static int shm_lock(sqlite3_file* file, int offset, int n, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, n, flags);
  }
  static void shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
  static int shm_unmap(sqlite3_file* file, int remove) { return real(file)->pMethods->xShmUnmap(real(file), remove); }

  static constexpr sqlite3_io_methods kMethods{2,        close,       read,      write,   truncate, sync,   size,
                                               lock,     unlock,      reserved,  control, sector,   traits, shm_map,
                                               shm_lock, shm_barrier, shm_unmap, nullptr, nullptr};
};

FaultVfs::FaultVfs() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
  vfs_.szOsFile = static_cast<int>(sizeof(FaultFile)) + real_->szOsFile;
  vfs_.zName = "fault";
  vfs_.pNext = nullptr;
  vfs_.pAppData = this;
  vfs_.xOpen = open;
  vfs_.xDelete = remove;
  sqlite3_vfs_register(&vfs_, 1);
}

FaultVfs::~FaultVfs() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(real_, 1);
}

void FaultVfs::set_fault(Fault fault) {
  const std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
}

std::map<std::string, std::string> FaultVfs::after_power_failure() {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::string> files;
  for (const auto& [name, image] : images_) {
    std::string& file = files[name] = image.synced;
    for (const auto& unsynced : image.unsynced)
      if (random_() % 2 == 0) apply(file, unsynced.offset, unsynced.bytes);
  }
  return files;
}

int FaultVfs::ask(Operation operation, const std::string& name) {
  Fault fault;
  {
    const std::lock_guard lock(mutex_);
    fault = fault_;
  }
  return fault ? fault(operation, name) : SQLITE_OK;
}

void FaultVfs::wrote(const std::string& name, std::size_t offset, std::string bytes) {
  const std::lock_guard lock(mutex_);
  images_[name].unsynced.push_back({offset, std::move(bytes)});
}

void FaultVfs::synced(const std::string& name) {
  const std::lock_guard lock(mutex_);
  Image& image = images_[name];
  for (const auto& unsynced : image.unsynced) apply(image.synced, unsynced.offset, unsynced.bytes);
  image.unsynced.clear();
}

void FaultVfs::removed(const std::string& name) {
  const std::lock_guard lock(mutex_);
  images_.erase(name);
}

int FaultVfs::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  FaultVfs& self = *of(vfs);
  FaultFile& opened = FaultFile::of(file);
  opened.base.pMethods = nullptr;
  const int result = self.real_->xOpen(self.real_, path, FaultFile::real(file), flags, out_flags);
  if (result != SQLITE_OK) return result;
  opened.vfs = &self;
  opened.name = new std::string(path == nullptr ? "" : std::filesystem::path(path).filename().string());
  opened.base.pMethods = &FaultFile::kMethods;
  return SQLITE_OK;
}

int FaultVfs::remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  FaultVfs& self = *of(vfs);
  const int result = self.real_->xDelete(self.real_, path, sync_folder);
  if (result == SQLITE_OK) self.removed(std::filesystem::path(path).filename().string());
  return result;
}

}  // namespace causeway::store
