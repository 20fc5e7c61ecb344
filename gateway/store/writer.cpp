#include "store/writer.h"

#include <pthread.h>

#include "store/failure.h"

namespace causeway::store {
namespace {

constexpr std::chrono::milliseconds kLookPeriod{200};
constexpr unsigned kApart = 32;  // groups that get savepoints after one in which a change has failed

const Sql kBegin{"BEGIN IMMEDIATE"};
const Sql kCommit{"COMMIT"};
const Sql kSavepoint{"SAVEPOINT change"};
const Sql kRelease{"RELEASE change"};
const Sql kRollbackTo{"ROLLBACK TO change"};
// Another value each time: SQLite does not write what is there already.
const Sql kTestWrite{
    "INSERT INTO meta(k, v) VALUES ('test_write', hex(randomblob(8))) ON CONFLICT(k) DO UPDATE SET v = excluded.v"};

// At most 1 MiB at a time, for it takes as much of the WAL first.
const Sql kGiveBack{"PRAGMA incremental_vacuum(256)"};

/// A change of the store's own.
class Statement final : public Change {
 public:
  explicit Statement(const Sql& sql) : sql_(sql) {}
  Result<> apply(Session& session) override {
    session.run(sql_);
    return {};
  }

 private:
  const Sql& sql_;
};

Error refused(const StoreFailure& failure) {
  Error error(Code::kStoreRefused, failure.what());
  if (failure.kind() == StoreFailure::Kind::kFull) error.info().reason = "disk_full";
  return error;
}

/// False for what only concerns the change that ran into it.
bool concerns_the_group(const StoreFailure& failure) {
  return failure.kind() != StoreFailure::Kind::kConstraint && failure.kind() != StoreFailure::Kind::kSql;
}

}  // namespace

Writer::Writer(IntakeGate& gate, Checkpointer& checkpointer, const Clock& clock, telemetry::Metrics& metrics)
    : gate_(gate),
      checkpointer_(checkpointer),
      clock_(clock),
      shard_(metrics.add_shard()),
      commit_seconds_(metrics.histogram("causeway_store_commit_seconds", "Time to make one group of changes durable")),
      commands_(metrics.counter("causeway_store_commands_total", "Changes that were given to the store")) {}

void Writer::start(std::unique_ptr<Connection> connection) {
  connection_ = std::move(connection);
  gate_.start();
  queue_.open();
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "store-writer");
    run();
  });
}

void Writer::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
  connection_.reset();
}

void Writer::run() {
  std::vector<Pending<Change>*> arrived;
  while (queue_.take_all(arrived, kLookPeriod)) {
    checkpointer_.restart_wal_if_due(*connection_, gate_.is_tight());
    if (arrived.empty() || clock_.steady() >= next_look_) look_at_disk();
    for (Group left(arrived); !left.empty();) {
      const Group group = left.first(std::min(kMaxGroup, left.size()));
      left = left.subspan(group.size());
      commit(group);
    }
  }
}

void Writer::look_at_disk() {
  next_look_ = clock_.steady() + kLookPeriod;
  if (!gate_.is_open()) give_space_back();
  gate_.look([this] { return run_own(kTestWrite); });
}

void Writer::give_space_back() {
  run_own(kGiveBack);
  checkpointer_.empty_wal(*connection_);
}

bool Writer::run_own(const Sql& sql) {
  Statement statement(sql);
  Blocking<Change> pending(statement);
  Pending<Change>* const one[] = {&pending};
  const std::optional<StoreFailure> failure = attempt(one);
  if (failure && failure->kind() == StoreFailure::Kind::kFull) gate_.disk_is_full();
  return !failure && pending.result.ok();
}

void Writer::commit(Group group) {
  const Group admitted = admit(group);
  if (const std::optional<StoreFailure> failure = attempt(admitted)) {
    if (failure->kind() == StoreFailure::Kind::kFull) make_room();
    // One by one, so that none fails for its neighbours' sake.
    const std::vector<Pending<Change>*> again(admitted.begin(), admitted.end());
    for (Pending<Change>* change : again) commit_alone(*change);
  }
  shard_.add(commands_, group.size());
  Replies replies;
  for (Pending<Change>* change : group) change->settle(replies);
}

void Writer::make_room() {
  gate_.disk_is_full();
  checkpointer_.empty_wal(*connection_);
}

void Writer::commit_alone(Pending<Change>& change) {
  change.result = {};
  Pending<Change>* const one[] = {&change};
  const Group admitted = admit(one);
  if (admitted.empty()) return;
  std::optional<StoreFailure> failure = attempt(one);
  if (failure && failure->kind() == StoreFailure::Kind::kFull) {
    make_room();
    if (!admit(one).empty()) failure = attempt(one);
  }
  if (failure && change.result.ok()) change.result = refused(*failure);
}

Writer::Group Writer::admit(Group group) {
  if (gate_.is_open()) return group;
  admitted_.clear();
  for (Pending<Change>* change : group) {
    if (change->work.kind() == Change::Kind::kIntake) change->result = gate_.refusal();
    else admitted_.push_back(change);
  }
  return admitted_;
}

std::optional<StoreFailure> Writer::attempt(Group group) {
  if (group.empty()) return std::nullopt;
  const SteadyTime begun = clock_.steady();
  try {
    connection_->session().run(kBegin);
    if (!apply_together(group))
      for (Pending<Change>* change : group) apply_apart(*change);
  } catch (const StoreFailure& failure) {
    connection_->roll_back();
    return failure;
  }
  std::optional<StoreFailure> failure = finish();
  if (!failure) shard_.observe(commit_seconds_, clock_.steady() - begun);
  return failure;
}

/// A savepoint costs more than many a change: two statements, and a copy of every page that is written.
bool Writer::apply_together(Group group) {
  if (apart_ > 0) {
    --apart_;
    return false;
  }
  Session& session = connection_->session();
  for (Pending<Change>* change : group) {
    try {
      change->result = change->work.apply(session);
      if (change->result.ok() && connection_->in_transaction()) continue;
    } catch (const StoreFailure& failure) {
      if (concerns_the_group(failure)) throw;
    } catch (const std::exception&) {
    }
    apart_ = kApart;
    connection_->roll_back();
    session.run(kBegin);
    return false;
  }
  return true;
}

void Writer::apply_apart(Pending<Change>& change) {
  Session& session = connection_->session();
  session.run(kSavepoint);
  try {
    change.result = change.work.apply(session);
  } catch (const StoreFailure& failure) {
    if (concerns_the_group(failure)) throw;
    change.result = refused(failure);
  } catch (const std::exception& exception) {
    change.result = Error(Code::kInternal, exception.what());
  }
  if (!change.result.ok()) session.run(kRollbackTo);
  session.run(kRelease);
}

std::optional<StoreFailure> Writer::finish() {
  try {
    connection_->session().run(kCommit);
  } catch (const StoreFailure& failure) {
    if (ends_the_process(failure)) end_the_process("the store cannot commit", failure);
    connection_->roll_back();
    return failure;
  }
  checkpointer_.written(connection_->wal_pages(), gate_.is_tight());
  return std::nullopt;
}

}  // namespace causeway::store
