// What a feature sees of the database while it runs: prepared statements inside one transaction. A feature keeps its
// SQL in one table file of its own (events/event_tables.cpp …); nobody else knows SQL.
//
// The SQL is what SQLite and PostgreSQL share; parameters are written `?1, ?2 …`.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

namespace causeway::store {

/// The database refused or failed. Thrown by a Session, caught by the store, which rolls back: features let it pass.
class StoreFailure : public std::runtime_error {
 public:
  enum class Kind : std::uint8_t { kFull, kConstraint, kCorrupt, kIo, kSql };
  StoreFailure(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

/// A statement's text, prepared once per connection. Make it a `static const` or namespace constant: its address is its
/// identity and it must outlive every store.
struct Sql {
  const char* text;
};

/// A parameter. Text and blobs are only borrowed: `run` needs them until it returns, `query` copies them.
struct Blob {
  std::string_view bytes;
};
using Parameter = std::variant<std::nullptr_t, std::int64_t, double, std::string_view, Blob>;

/// The rows of a running query. One cursor a statement: the next run of the same Sql in this session ends this one.
class Rows {
 public:
  /// Moves to the next row; false at the end. Views of columns are valid until the next call.
  bool next();
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;
  std::string_view blob(int column) const;
  bool is_null(int column) const;
  ~Rows();
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) = delete;

 private:
  friend class Session;
  explicit Rows(void* statement) : statement_(statement) {}
  void* statement_;  ///< the database's own; reset when the rows die
};

/// One transaction on one connection: the writer's, or a reader's snapshot. Not thread safe; lives for one apply or
/// run.
class Session {
 public:
  /// Throws StoreFailure, as everything here.
  template <class... P>
  Rows query(const Sql& sql, const P&... parameters) {
    const Parameter list[] = {to_parameter(parameters)..., Parameter(nullptr)};
    return query_with(sql, list, sizeof...(P));
  }
  /// Runs to the end; how many rows were changed.
  template <class... P>
  std::int64_t run(const Sql& sql, const P&... parameters) {
    const Parameter list[] = {to_parameter(parameters)..., Parameter(nullptr)};
    return run_with(sql, list, sizeof...(P));
  }

  /// Runs an INSERT of one row; its INTEGER PRIMARY KEY. Cheaper than RETURNING, which keeps copies.
  template <class... P>
  std::int64_t insert(const Sql& sql, const P&... parameters) {
    run(sql, parameters...);
    return last_id();
  }

  virtual ~Session() = default;

 protected:
  virtual Rows query_with(const Sql& sql, const Parameter* parameters, std::size_t count) = 0;
  virtual std::int64_t run_with(const Sql& sql, const Parameter* parameters, std::size_t count) = 0;
  virtual std::int64_t last_id() = 0;
  static Rows rows(void* statement) { return Rows(statement); }

 private:
  static Parameter to_parameter(std::nullptr_t) { return nullptr; }
  static Parameter to_parameter(double value) { return value; }
  static Parameter to_parameter(std::string_view value) { return value; }
  static Parameter to_parameter(const std::string& value) { return std::string_view(value); }
  static Parameter to_parameter(const char* value) { return std::string_view(value); }
  static Parameter to_parameter(Blob value) { return value; }
  template <class I>
    requires std::integral<I>
  static Parameter to_parameter(I value) {
    return static_cast<std::int64_t>(value);
  }
  template <class T>
  static Parameter to_parameter(const std::optional<T>& value) {
    return value ? to_parameter(*value) : Parameter(nullptr);
  }
};

}  // namespace causeway::store
