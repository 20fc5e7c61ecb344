// One connection to the database: prepared statements by the address of their Sql, transactions, failures as
// StoreFailure. Belongs to one thread at a time.
#pragma once

#include <string>
#include <unordered_map>

#include "store/session.h"

struct sqlite3;
struct sqlite3_stmt;

namespace causeway::store {

class Connection final : private Session {
 public:
  enum class Use : std::uint8_t { kReadWrite, kReadOnly };

  /// Opens the file; makes it when `use` allows. Throws StoreFailure, as everything here that is not noexcept.
  Connection(const std::string& path, Use use);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override;

  Session& session() { return *this; }
  /// One or more statements; rows are passed over.
  void execute(const char* statements);
  void execute(const std::string& statements) { execute(statements.c_str()); }
  /// What the last COMMIT left in the WAL, in pages.
  int wal_pages() const { return wal_pages_; }

  /// How long to wait for other connections' locks.
  void set_busy_timeout(int milliseconds = kBusyMilliseconds);

  bool in_transaction() const;
  /// Ends whatever transaction is open; nothing if the database has done so by itself.
  void roll_back() noexcept;

  sqlite3* handle() { return database_; }

 private:
  static constexpr int kBusyMilliseconds = 10'000;  // nobody else writes; only operators' tools lock us out

  struct Prepared {
    const char* text = nullptr;
    sqlite3_stmt* statement = nullptr;
  };
  struct AddressHash {
    std::size_t operator()(const Sql* sql) const { return reinterpret_cast<std::uintptr_t>(sql) >> 3; }
  };

  Rows query_with(const Sql& sql, const Parameter* parameters, std::size_t count) override;
  std::int64_t run_with(const Sql& sql, const Parameter* parameters, std::size_t count) override;
  std::int64_t last_id() override;
  sqlite3_stmt* prepared(const Sql& sql);
  sqlite3_stmt* prepare(const char* text);
  sqlite3_stmt* bound(const Sql& sql, const Parameter* parameters, std::size_t count, bool copied);

  sqlite3* database_ = nullptr;
  std::unordered_map<const Sql*, Prepared, AddressHash> prepared_;
  int wal_pages_ = 0;
};

}  // namespace causeway::store
