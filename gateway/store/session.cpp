#include "store/session.h"

#include <sqlite3.h>

#include <utility>

#include "store/failure.h"

namespace causeway::store {
namespace {

sqlite3_stmt* of(void* statement) { return static_cast<sqlite3_stmt*>(statement); }

}  // namespace

bool Rows::next() {
  const int code = sqlite3_step(of(statement_));
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const StoreFailure failure = failure_of(sqlite3_db_handle(of(statement_)), sqlite3_sql(of(statement_)));
  sqlite3_reset(of(statement_));
  throw failure;
}

std::int64_t Rows::integer(int column) const { return sqlite3_column_int64(of(statement_), column); }
double Rows::real(int column) const { return sqlite3_column_double(of(statement_), column); }

std::string_view Rows::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(of(statement_), column));
  return {text == nullptr ? "" : text, static_cast<std::size_t>(sqlite3_column_bytes(of(statement_), column))};
}

std::string_view Rows::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(of(statement_), column));
  return {bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(of(statement_), column))};
}

bool Rows::is_null(int column) const { return sqlite3_column_type(of(statement_), column) == SQLITE_NULL; }

Rows::~Rows() {
  if (statement_ != nullptr) sqlite3_reset(of(statement_));
}

Rows::Rows(Rows&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}

}  // namespace causeway::store
