// The memory for replays over the life of processes (correctness.md, "Edges"): what the next one must know is in the
// store, or beside it after a clean stop, and how late it was is noted again and again.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "app/clock_mark.h"
#include "app/replay_tables.h"
#include "security/replay.h"
#include "telemetry/log_thread.h"

namespace causeway::app {

/// Looks at the clock every second on a thread of its own, and notes it at least every kMarkInterval, at once where
/// somebody has set it. Used by one thread at a time.
class ReplayKeeper {
 public:
  static constexpr Duration kPeriod = std::chrono::seconds(1);

  /// Everything given outlives it; the store stops after it.
  ReplayKeeper(store::Store& store, const MachineClock& clock, telemetry::LogThread& log);
  ~ReplayKeeper();

  /// The store is open, nothing was admitted by `table`: it goes on where the process before it has ended, as far as
  /// that is known, and refuses what may have been used. `database`: the store's file. Blocks. Empty, or why nothing
  /// may be admitted.
  std::string begin(std::shared_ptr<security::ReplayTable> table, const std::filesystem::path& database);
  /// The same for a store that was opened while the process runs: what this table knows by itself stays.
  std::string join(std::shared_ptr<security::ReplayTable> table, const std::filesystem::path& database);
  bool has_begun() const { return !file_.empty(); }
  /// A configuration was taken, and this is its table.
  void take(std::shared_ptr<security::ReplayTable> table);
  /// Begins to look at the clock. Nothing without `begin` or `join`.
  void start();
  /// Ends. `saving`: nothing is admitted any more, and the next process may go on with the table. May be called again.
  void stop(bool saving);

  /// One look at the clock. Blocks on the store.
  void look();

 private:
  /// The latest timestamp that there is no room for.
  static std::optional<WallTime> load(const ReadReplays& known, security::ReplayTable& table);
  void write(ClockMark mark);
  void run();

  store::Store& store_;
  const MachineClock& clock_;
  telemetry::LogThread& log_;
  std::filesystem::path file_;  ///< empty before `begin` and `join` have ended well
  ClockMark mark_;
  Duration noted_since_boot_{};
  bool failing_ = false;

  std::mutex mutex_;  ///< of what follows
  std::condition_variable wake_;
  std::shared_ptr<security::ReplayTable> table_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace causeway::app
