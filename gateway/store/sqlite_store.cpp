#include "store/sqlite_store.h"

#include "store/checkpointer.h"
#include "store/connection.h"
#include "store/data_folder.h"
#include "store/intake_gate.h"
#include "store/migrations.h"
#include "store/readers.h"
#include "store/writer.h"
#include "telemetry/request_id.h"

namespace causeway::store {
namespace {

constexpr std::size_t kReaders = 2;

const Sql kOfferId{"INSERT INTO meta(k, v) VALUES ('store_id', ?1) ON CONFLICT(k) DO NOTHING"};
const Sql kReadId{"SELECT v FROM meta WHERE k = 'store_id'"};
const Sql kSetId{"UPDATE meta SET v = ?1 WHERE k = 'store_id'"};
const Sql kReadFile{"SELECT v FROM meta WHERE k = 'file'"};
const Sql kSetFile{"INSERT INTO meta(k, v) VALUES ('file', ?1) ON CONFLICT(k) DO UPDATE SET v = ?1"};

// auto_vacuum: what retention has freed can be given back to a full disk (it costs some 5 % of bare inserts).
// secure_delete: distributions may wipe freed pages; that would double what retention writes. journal_size_limit: a WAL
// within it is written over, which is cheaper to sync than one that grows.
constexpr const char* kWriterPragmas =
    "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = FAST;"
    "PRAGMA cache_size = -65536; PRAGMA journal_size_limit = 67108864";

std::string make_uuid(const Clock& clock) {
  telemetry::Random random = telemetry::Random::from_system();
  return std::string(telemetry::RequestId({}, clock.wall(), random).view());
}

FreeSpace asks_the_disk(DataFolder& folder) {
  return [&folder] { return folder.free_bytes(); };
}

}  // namespace

SqliteStore::SqliteStore(StoreSettings settings, const Clock& clock, telemetry::Metrics& metrics,
                         telemetry::LogThread& log, FreeSpace free_space)
    : clock_(clock),
      metrics_(metrics),
      log_(log),
      boot_id_(make_uuid(clock)),
      folder_(std::make_unique<DataFolder>(settings.sqlite.path)),
      free_space_(free_space ? std::move(free_space) : asks_the_disk(*folder_)),
      gate_(std::make_unique<IntakeGate>(settings.sqlite.least_free(), *folder_, free_space_, log)),
      checkpointer_(std::make_unique<Checkpointer>(log)),
      writer_(std::make_unique<Writer>(*gate_, *checkpointer_, clock, metrics)),
      readers_(std::make_unique<Readers>()) {}

SqliteStore::~SqliteStore() { stop(); }

std::string SqliteStore::open(std::span<const Schema* const> schemas) {
  try {
    folder_->take();
    // Even to read, a little space is needed. The gate finds out later that the ballast is gone.
    if (folder_->free_bytes() < IntakeGate::kRoom) folder_->give_up_ballast();
    auto writing = std::make_unique<Connection>(folder_->database(), Connection::Use::kReadWrite);
    prepare(*writing, schemas);
    auto checkpoints = std::make_unique<Connection>(folder_->database(), Connection::Use::kReadWrite);
    std::vector<std::unique_ptr<Connection>> reading;
    while (reading.size() < kReaders)
      reading.push_back(std::make_unique<Connection>(folder_->database(), Connection::Use::kReadOnly));
    checkpointer_->start(std::move(checkpoints));
    readers_->start(std::move(reading));
    writer_->start(std::move(writing));
  } catch (const StoreFailure& failure) {
    return folder_->database() + ": " + failure.what();
  } catch (const std::exception& exception) {
    return exception.what();
  }
  collect_metrics();
  return {};
}

void SqliteStore::prepare(Connection& connection, std::span<const Schema* const> schemas) {
  connection.execute(kWriterPragmas);
  migrate(connection, folder_->database(), schemas, clock_.wall());
  connection.session().run(kOfferId, make_uuid(clock_));
  note_file(connection.session());
  Rows rows = connection.session().query(kReadId);
  rows.next();
  store_id_ = rows.text(0);
}

/// A copy of a store gives out positions that the original has given out, too: it is another one (correctness.md, "Log
/// and order").
void SqliteStore::note_file(Session& session) {
  const std::string identity = folder_->file_identity();
  if (identity.empty()) return;
  std::string known;
  if (Rows rows = session.query(kReadFile); rows.next()) known = rows.text(0);
  if (known == identity) return;
  if (!known.empty()) {
    session.run(kSetId, make_uuid(clock_));
    log_.write(telemetry::Level::kWarn, "the store was restored or copied, it has a new id",
               {{"file", folder_->database()}});
  }
  session.run(kSetFile, identity);
}

void SqliteStore::collect_metrics() {
  const auto collect = [this](std::string_view name, std::string_view help, std::function<double()> value) {
    collected_.push_back(metrics_.collect_gauge(name, help, {}, std::move(value)));
  };
  collect("causeway_store_bytes", "Size of the database and its WAL",
          [this] { return static_cast<double>(folder_->used_bytes()); });
  collect("causeway_store_free_bytes", "Free space on the disk of the data folder",
          [this] { return static_cast<double>(free_space_()); });
  collect("causeway_store_intake_stopped", "1 while new things are refused for lack of space",
          [this] { return gate_->is_open() ? 0.0 : 1.0; });
}

void SqliteStore::stop() {
  collected_.clear();
  writer_->queue().close();
  readers_->stop();
  checkpointer_->stop();
  writer_->stop();  // its connection is the last: closing it moves the WAL into the database
  folder_->give_back();
}

Task<Result<>> SqliteStore::commit(runtime::Worker& worker, Change& change) {
  return wait_in(writer_->queue(), worker, change);
}

void SqliteStore::commit_later(std::unique_ptr<Change> change) {
  auto later = std::make_unique<Later>(std::move(change));
  if (writer_->queue().push(*later)) {
    static_cast<void>(later.release());  // owns itself until it is settled
    return;
  }
  later->result = stopped_error();
  later->tell();
}

Result<> SqliteStore::commit_blocking(Change& change) { return block_in(writer_->queue(), change); }

Task<Result<>> SqliteStore::query(runtime::Worker& worker, Query& query) {
  return wait_in(readers_->queue(), worker, query);
}

Result<> SqliteStore::query_blocking(Query& query) { return block_in(readers_->queue(), query); }

bool SqliteStore::accepts_intake() const { return gate_->is_open(); }

}  // namespace causeway::store
