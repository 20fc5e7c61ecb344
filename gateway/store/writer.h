// The writer's thread: takes what has arrived, commits it as one group, hands the results back.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "store/checkpointer.h"
#include "store/connection.h"
#include "store/intake_gate.h"
#include "store/pending.h"
#include "telemetry/metrics.h"

namespace causeway::store {

class Writer {
 public:
  /// What a group holds at most: it bounds what is redone when one of them fails, and how long the others wait.
  static constexpr std::size_t kMaxGroup = 4096;

  /// Everything outlives the writer.
  Writer(IntakeGate& gate, Checkpointer& checkpointer, const Clock& clock, telemetry::Metrics& metrics);
  ~Writer() { stop(); }

  void start(std::unique_ptr<Connection> connection);
  /// Finishes what is queued, ends the thread and closes its connection.
  void stop();
  /// Thread safe.
  Queue<Pending<Change>>& queue() { return queue_; }

 private:
  using Group = std::span<Pending<Change>* const>;

  void run();
  void look_at_disk();
  void give_space_back();
  /// A statement of the store's own, in a transaction of its own.
  bool run_own(const Sql& sql);
  void commit(Group group);
  /// A write has found the disk full: what was set aside for that, and what the WAL takes, is given to upkeep.
  void make_room();
  void commit_alone(Pending<Change>& change);
  /// Admits to `admitted_` what may be written; the rest is refused.
  Group admit(Group group);
  /// One transaction. Empty when it is durable; else nothing of it has happened.
  std::optional<StoreFailure> attempt(Group group);
  /// All of them without savepoints. False: one has failed and nothing has happened; the transaction is open again.
  bool apply_together(Group group);
  void apply_apart(Pending<Change>& change);
  std::optional<StoreFailure> finish();

  IntakeGate& gate_;
  Checkpointer& checkpointer_;
  const Clock& clock_;
  telemetry::Shard& shard_;
  const telemetry::Histogram commit_seconds_;
  const telemetry::Counter commands_;
  Queue<Pending<Change>> queue_;
  std::unique_ptr<Connection> connection_;
  std::thread thread_;
  SteadyTime next_look_{};
  std::vector<Pending<Change>*> admitted_;
  unsigned apart_ = 0;  ///< so many groups yet are not tried together
};

}  // namespace causeway::store
