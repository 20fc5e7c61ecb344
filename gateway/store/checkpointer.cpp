#include "store/checkpointer.h"

#include <pthread.h>
#include <sqlite3.h>

#include "store/failure.h"

namespace causeway::store {
namespace {

constexpr int kPassivePages = 1000;
constexpr int kRestartPages = 4000;  // 16 MiB: the WAL stays about as large, and is written over and over
constexpr int kTightPages = 250;
constexpr int kBehindPages = 6000;  // a writer that is faster is to wait
constexpr int kLittlePages = 64;    // 1 ms for the writer
constexpr int kMostPasses = 4;
constexpr int kReadersMilliseconds = 20;  // what the writer waits for readers of the old WAL

struct Outcome {
  int in_wal = -1;  ///< pages; -1: unknown
  int moved = -1;
};

Outcome checkpoint(Connection& connection, int mode, telemetry::LogThread& log) {
  Outcome outcome;
  const int code = sqlite3_wal_checkpoint_v2(connection.handle(), nullptr, mode, &outcome.in_wal, &outcome.moved);
  if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY) return outcome;
  const StoreFailure failure = failure_of(connection.handle());
  // The pages that were not synced may be taken for clean from now on. All of them are still in the WAL.
  if (code == SQLITE_IOERR_FSYNC) end_the_process("the store cannot be synced", failure);
  if (failure.kind() == StoreFailure::Kind::kFull) return {};  // the writer runs into it too, and says so
  log.write(telemetry::Level::kError, "store checkpoint failed", {{"error", failure.what()}});
  return {};
}

}  // namespace

void Checkpointer::start(std::unique_ptr<Connection> connection) {
  connection_ = std::move(connection);
  connection_->execute("SELECT count(*) FROM sqlite_master");  // a connection that has read nothing has no WAL to move
  writes_.pace(connection_->handle());
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "store-moves");
    run();
  });
}

void Checkpointer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  connection_.reset();
}

void Checkpointer::written(int wal_pages, bool tight) {
  writes_.turn(wal_pages < kBehindPages);
  if (wal_pages < wal_pages_.exchange(wal_pages, std::memory_order_relaxed)) {
    begun_anew_ = true;
    requested_at_ = 0;
  }
  if (wal_pages - requested_at_ < (tight ? kTightPages : kPassivePages)) return;
  requested_at_ = wal_pages;
  {
    const std::lock_guard lock(mutex_);
    if (begun_anew_) moved_ = 0;
    begun_anew_ = false;
    written_ = wal_pages;
    restart_at_ = tight ? kTightPages : kRestartPages;
    requested_ = true;
  }
  wake_.notify_all();
}

void Checkpointer::restart_wal_if_due(Connection& writer, bool tight) {
  if (!restart_due_.load(std::memory_order_relaxed)) return;
  const std::lock_guard lock(mutex_);
  if (!running_) restart_wal(writer, tight ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_RESTART);
}

void Checkpointer::empty_wal(Connection& writer) {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return !running_; });
  restart_wal(writer, SQLITE_CHECKPOINT_TRUNCATE);
}

void Checkpointer::restart_wal(Connection& writer, int mode) {
  restart_due_.store(false, std::memory_order_relaxed);
  writer.set_busy_timeout(kReadersMilliseconds);
  const Outcome outcome = checkpoint(writer, mode, log_);
  writer.set_busy_timeout();
  if (outcome.moved >= 0) moved_ = outcome.moved;
}

void Checkpointer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return requested_ || stopping_; });
    if (stopping_) return;
    requested_ = false;
    if (written_ <= moved_) continue;
    running_ = true;
    move(lock);
    running_ = false;
    wake_.notify_all();
  }
}

void Checkpointer::move(std::unique_lock<std::mutex>& lock) {
  for (int pass = 1;; ++pass) {
    lock.unlock();
    const Outcome outcome = checkpoint(*connection_, SQLITE_CHECKPOINT_PASSIVE, log_);
    lock.lock();
    if (outcome.moved >= 0) moved_ = outcome.moved;
    if (outcome.in_wal < restart_at_) return;
    const int now = wal_pages_.load(std::memory_order_relaxed);
    if (now - moved_ <= kLittlePages || now >= kBehindPages || pass == kMostPasses || stopping_) break;
  }
  restart_due_.store(true, std::memory_order_relaxed);
}

}  // namespace causeway::store
