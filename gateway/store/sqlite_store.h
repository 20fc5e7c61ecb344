// The store in one SQLite file: WAL, synchronous=FULL, one writer thread, two reader threads, a thread for checkpoints.
//
// A COMMIT that fails with an I/O error ends the process: the rows may or may not be there, and only a new start can
// tell. A full disk does not: the group is rolled back, intake is refused until there is space again, upkeep goes on.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/clock.h"
#include "store/schema.h"
#include "store/settings.h"
#include "store/store.h"
#include "telemetry/log_thread.h"
#include "telemetry/metrics.h"

namespace causeway::store {

class Checkpointer;
class Connection;
class DataFolder;
class IntakeGate;
class Readers;
class Writer;

/// Free bytes of the disk that holds the data; thread safe.
using FreeSpace = std::function<std::uint64_t()>;

class SqliteStore final : public Store {
 public:
  /// `clock`, `metrics` and `log` outlive the store. `free_space` replaces the question to the file system. One store
  /// at a time for the same Metrics.
  SqliteStore(StoreSettings settings, const Clock& clock, telemetry::Metrics& metrics, telemetry::LogThread& log,
              FreeSpace free_space = {});
  /// Stops.
  ~SqliteStore() override;

  /// Takes the data folder for this process, brings the tables of every feature up to date (a copy of an existing file
  /// is kept beside it as `<path>.before-<feature>-<number>`) and starts the threads. Empty, or why not; then the store
  /// refuses everything. Once, from the main thread; the schemas must not depend on each other's tables.
  std::string open(std::span<const Schema* const> schemas);
  /// Finishes what was given to it, then ends the threads and closes the files; later changes and queries are refused.
  /// Before the workers are destroyed: what was awaited is posted to them. Any thread but a worker; may be called
  /// again.
  void stop();

  Task<Result<>> commit(runtime::Worker& worker, Change& change) override;
  void commit_later(std::unique_ptr<Change> change) override;
  Result<> commit_blocking(Change& change) override;
  Task<Result<>> query(runtime::Worker& worker, Query& query) override;
  Result<> query_blocking(Query& query) override;

  bool accepts_intake() const override;
  const std::string& store_id() const override { return store_id_; }
  const std::string& boot_id() const override { return boot_id_; }

 private:
  void prepare(Connection& connection, std::span<const Schema* const> schemas);
  void note_file(Session& session);
  void collect_metrics();

  const Clock& clock_;
  telemetry::Metrics& metrics_;
  telemetry::LogThread& log_;
  std::string store_id_;
  const std::string boot_id_;

  const std::unique_ptr<DataFolder> folder_;  // each is used by those below
  const FreeSpace free_space_;
  const std::unique_ptr<IntakeGate> gate_;
  const std::unique_ptr<Checkpointer> checkpointer_;
  const std::unique_ptr<Writer> writer_;
  const std::unique_ptr<Readers> readers_;
  std::vector<telemetry::Collected> collected_;
};

}  // namespace causeway::store
