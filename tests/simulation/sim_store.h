// The store of a world: the real tables in SQLite, and a writer that takes its time, refuses, applies a group twice, or
// dies between a commit and the word that it is durable.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "simulation/timeline.h"
#include "store/connection.h"
#include "store/store.h"

namespace causeway::simulation {

/// What lies on the disk. One a thread, used by one world after another: `clear` in between.
class Disk {
 public:
  Disk();
  void clear();
  store::Connection& connection() { return connection_; }

 private:
  store::Connection connection_;
};

class SimStore {
 public:
  using Done = std::function<void(Result<>)>;
  struct Faults {
    double refuses = 0;  ///< a change
    double stalls = 0;   ///< a group
  };

  SimStore(Disk& disk, Timeline& timeline, Dice& dice) : disk_(disk), timeline_(timeline), dice_(dice) {}

  /// Happens later or is refused; whoever wants to hear of it has to live until then.
  void commit(std::shared_ptr<store::Change> change, Done done);
  /// Now.
  Result<> commit_now(store::Change& change) { return apply(change); }
  template <class Work>
  auto read(Work work) {
    return work(disk_.connection().session());
  }
  /// The process dies: some of what waits has happened, in order; nobody hears of it.
  void crash();

  void set_faults(Faults faults) { faults_ = faults; }
  /// Takes nothing at all for so long.
  void away_for(std::int64_t duration) { away_until_ = timeline_.now() + duration; }
  /// Called after every change that has happened.
  void watch(std::function<void()> watcher) { watcher_ = std::move(watcher); }

 private:
  void write();
  Result<> apply(store::Change& change);

  Disk& disk_;
  Timeline& timeline_;
  Dice& dice_;
  Faults faults_;
  Moment away_until_ = -1;
  std::deque<std::pair<std::shared_ptr<store::Change>, Done>> queue_;
  std::function<void()> watcher_;
  std::uint64_t life_ = 0;
  bool writing_ = false;
};

}  // namespace causeway::simulation
