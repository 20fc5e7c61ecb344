#include "store/failure.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace causeway::store {
namespace {

constexpr std::size_t kContext = 90;  // of a statement, to know it by

StoreFailure::Kind kind_of(int code, int system_error) {
  using Kind = StoreFailure::Kind;
  // The WAL's index in shared memory could not grow, or the owner's quota is used up: short of space all the same.
  if (code == SQLITE_IOERR_SHMSIZE) return Kind::kFull;
  if (code == SQLITE_IOERR_WRITE && system_error == EDQUOT) return Kind::kFull;
  switch (code & 0xff) {
    case SQLITE_FULL:
      return Kind::kFull;
    case SQLITE_CONSTRAINT:
      return Kind::kConstraint;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Kind::kCorrupt;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_BUSY:
    case SQLITE_PROTOCOL:
      return Kind::kIo;
    default:
      return Kind::kSql;
  }
}

}  // namespace

StoreFailure failure_of(sqlite3* database, std::string_view context) {
  const int code = sqlite3_extended_errcode(database);
  const int system_error = sqlite3_system_errno(database);
  std::string text = sqlite3_errmsg(database);
  if (code > 0xff) text += fmt::format(" ({})", code);
  if ((code & 0xff) == SQLITE_IOERR && system_error != 0) text += fmt::format(": {}", std::strerror(system_error));
  if (!context.empty())
    text += fmt::format(": {}{}", context.substr(0, kContext), context.size() > kContext ? "…" : "");
  return {kind_of(code, system_error), text};
}

bool ends_the_process(const StoreFailure& failure) {
  return failure.kind() == StoreFailure::Kind::kIo || failure.kind() == StoreFailure::Kind::kCorrupt;
}

void end_the_process(std::string_view doing, const StoreFailure& failure) {
  std::fprintf(stderr, "fatal: %.*s: %s\n", static_cast<int>(doing.size()), doing.data(), failure.what());
  std::abort();
}

}  // namespace causeway::store
