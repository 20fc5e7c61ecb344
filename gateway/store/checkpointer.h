// Moves what was committed from the WAL into the database, on a thread and connection of its own.
//
// Its passive checkpoints never wait for anybody, and so never catch up with a busy writer; only the writer, between
// two groups, can begin the WAL anew. It moves what is left itself, while all callers wait: so it is asked only when
// that is little, after as many passive checkpoints as this takes.
//
// A checkpoint that finds nothing to move must never run beside a COMMIT: before 3.51.3 SQLite may then take the frames
// of that COMMIT for moved and lose them (https://sqlite.org/wal.html, "The WAL-Reset Bug"). Only an all-moved WAL is
// begun anew by a COMMIT, and only we move; so we count what has been moved and start only when there is more.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "store/connection.h"
#include "store/paced_writes.h"
#include "telemetry/log_thread.h"

namespace causeway::store {

class Checkpointer {
 public:
  explicit Checkpointer(telemetry::LogThread& log) : log_(log) {}
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;
  ~Checkpointer() { stop(); }

  void start(std::unique_ptr<Connection> connection);
  /// Ends the thread and closes its connection.
  void stop();

  // The writer's thread calls these between two groups.

  /// The group's COMMIT has left `wal_pages` in the WAL. `tight`: space is scarce, the WAL is to be kept small.
  void written(int wal_pages, bool tight);
  /// Begins the WAL anew if that is due and can be done at once.
  void restart_wal_if_due(Connection& writer, bool tight);
  /// Moves everything at once and gives the WAL's space back to the disk.
  void empty_wal(Connection& writer);

 private:
  void run();
  /// One passive checkpoint after the other until little is left, if the WAL is to be begun anew. With the mutex held,
  /// which is let go meanwhile.
  void move(std::unique_lock<std::mutex>& lock);
  /// With the mutex held and no other checkpoint running.
  void restart_wal(Connection& writer, int mode);

  telemetry::LogThread& log_;
  PacedWrites writes_;
  std::unique_ptr<Connection> connection_;
  std::thread thread_;
  std::atomic<bool> restart_due_{false};
  std::atomic<int> wal_pages_{0};  // after the last COMMIT

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool requested_ = false;
  bool running_ = false;
  int written_ = 0;  // pages in the WAL at the last request
  int moved_ = 0;    // of them, at least; of an earlier WAL: too many, which only delays the next checkpoint
  int restart_at_ = 0;

  // The writer's thread's.
  int requested_at_ = 0;
  bool begun_anew_ = false;
};

}  // namespace causeway::store
