#include "store/paced_writes.h"

namespace causeway::store {
namespace {

/// What a commit may have to wait for.
constexpr int kPagesTogether = 16;

}  // namespace

void PacedWrites::pace(sqlite3* connection) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (!file || !file->pMethods) return;
  methods_.real = file->pMethods;
  methods_.paced = *file->pMethods;
  methods_.paced.xWrite = write;
  file->pMethods = &methods_.paced;
}

int PacedWrites::write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  auto& methods = *reinterpret_cast<Methods*>(const_cast<sqlite3_io_methods*>(file->pMethods));
  if (const int result = methods.real->xWrite(file, from, size, offset); result != SQLITE_OK) return result;
  if (!methods.on.load(std::memory_order_relaxed) || ++methods.unsynced < kPagesTogether) return SQLITE_OK;
  methods.unsynced = 0;
  return methods.real->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
}

}  // namespace causeway::store
