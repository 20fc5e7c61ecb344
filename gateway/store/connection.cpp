#include "store/connection.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cctype>

#include "store/failure.h"

namespace causeway::store {
namespace {

int bind(sqlite3_stmt* statement, int index, const Parameter& parameter, sqlite3_destructor_type lifetime) {
  struct Binder {
    sqlite3_stmt* statement;
    int index;
    sqlite3_destructor_type lifetime;
    int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, index); }
    int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
    int operator()(double value) const { return sqlite3_bind_double(statement, index, value); }
    // An empty view may be null, which would bind NULL.
    int operator()(std::string_view value) const {
      return sqlite3_bind_text64(statement, index, value.empty() ? "" : value.data(), value.size(), lifetime,
                                 SQLITE_UTF8);
    }
    int operator()(Blob value) const {
      return sqlite3_bind_blob64(statement, index, value.bytes.empty() ? "" : value.bytes.data(), value.bytes.size(),
                                 lifetime);
    }
  };
  return std::visit(Binder{statement, index, lifetime}, parameter);
}

int note_wal_pages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

}  // namespace

Connection::Connection(const std::string& path, Use use) {
  const int mode = use == Use::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  // NOMUTEX: a connection is used by one thread at a time.
  if (sqlite3_open_v2(path.c_str(), &database_, mode | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK) {
    const StoreFailure failure = failure_of(database_, path);
    sqlite3_close_v2(database_);
    throw failure;
  }
  sqlite3_extended_result_codes(database_, 1);
  set_busy_timeout();
  sqlite3_wal_hook(database_, note_wal_pages, &wal_pages_);  // in place of SQLite's own checkpoints
  // What savepoints undo and what is sorted needs no space on a disk that may be full.
  sqlite3_exec(database_, "PRAGMA temp_store = MEMORY", nullptr, nullptr, nullptr);
}

Connection::~Connection() {
  for (const auto& [sql, prepared] : prepared_) sqlite3_finalize(prepared.statement);
  sqlite3_close_v2(database_);
}

void Connection::execute(const char* statements) {
  if (sqlite3_exec(database_, statements, nullptr, nullptr, nullptr) != SQLITE_OK)
    throw failure_of(database_, statements);
}

void Connection::set_busy_timeout(int milliseconds) { sqlite3_busy_timeout(database_, milliseconds); }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(database_) == 0; }

void Connection::roll_back() noexcept {
  if (in_transaction()) sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
}

sqlite3_stmt* Connection::prepare(const char* text) {
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  if (sqlite3_prepare_v3(database_, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, &tail) != SQLITE_OK)
    throw failure_of(database_, text);
  while (std::isspace(static_cast<unsigned char>(*tail)) != 0) ++tail;
  if (statement != nullptr && *tail == '\0') return statement;
  sqlite3_finalize(statement);
  throw StoreFailure(StoreFailure::Kind::kSql, fmt::format("not one statement: {}", text));
}

sqlite3_stmt* Connection::prepared(const Sql& sql) {
  Prepared& prepared = prepared_[&sql];
  if (prepared.text == sql.text) return prepared.statement;
  // Another text at a known address: an Sql that did not live as long as it should.
  sqlite3_finalize(prepared.statement);
  prepared = {};
  prepared.statement = prepare(sql.text);
  prepared.text = sql.text;
  return prepared.statement;
}

sqlite3_stmt* Connection::bound(const Sql& sql, const Parameter* parameters, std::size_t count, bool copied) {
  sqlite3_stmt* statement = prepared(sql);
  sqlite3_reset(statement);
  const int expected = sqlite3_bind_parameter_count(statement);
  if (static_cast<std::size_t>(expected) != count)
    throw StoreFailure(StoreFailure::Kind::kSql, fmt::format("{} parameters for {}: {}", count, expected, sql.text));
  for (std::size_t i = 0; i < count; ++i)
    if (bind(statement, static_cast<int>(i) + 1, parameters[i], copied ? SQLITE_TRANSIENT : SQLITE_STATIC) != SQLITE_OK)
      throw failure_of(database_, sql.text);
  return statement;
}

Rows Connection::query_with(const Sql& sql, const Parameter* parameters, std::size_t count) {
  return rows(bound(sql, parameters, count, true));
}

std::int64_t Connection::run_with(const Sql& sql, const Parameter* parameters, std::size_t count) {
  sqlite3_stmt* statement = bound(sql, parameters, count, false);
  int code = sqlite3_step(statement);
  while (code == SQLITE_ROW) code = sqlite3_step(statement);
  if (code != SQLITE_DONE) {
    const StoreFailure failure = failure_of(database_, sql.text);
    sqlite3_reset(statement);
    throw failure;
  }
  const std::int64_t changed = sqlite3_changes64(database_);
  sqlite3_reset(statement);
  return changed;
}

std::int64_t Connection::last_id() { return sqlite3_last_insert_rowid(database_); }

}  // namespace causeway::store
