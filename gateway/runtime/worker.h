// A worker: one thread, one event loop, everything that belongs to it alone. An exchange never leaves its worker, so
// nothing reached through a worker needs a lock. Other threads may only call `post`, `stop`, `index` and `load`.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "core/clock.h"
#include "runtime/arena.h"
#include "runtime/event_loop.h"
#include "runtime/task.h"
#include "runtime/text_pool.h"
#include "runtime/timer_wheel.h"

namespace causeway::runtime {

class Worker {
 public:
  /// `index` is dense from 0 and picks this worker's cell in every per-worker array; `clock` outlives the worker.
  Worker(unsigned index, std::string name, const Clock& clock) : index_(index), name_(std::move(name)), loop_(clock) {}
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  /// Stops and joins.
  ~Worker();

  void start();
  /// Ends the loop after the handler that is running; what still waits is destroyed with the worker.
  void stop() { loop_.stop(); }
  /// Ends the loop once nothing waits any more, and joins.
  void finish();
  void join();

  unsigned index() const { return index_; }
  EventLoop& io() { return loop_; }
  ChunkPool& chunks() { return chunks_; }
  TextPool& texts() { return texts_; }

  /// Runs `work` on this worker's thread. Any thread.
  void post(std::function<void()> work) { loop_.post(std::move(work)); }
  /// Starts a coroutine on this worker; call on the worker's own thread or before start. An exception that leaves it
  /// ends the process: tasks turn theirs into results.
  void spawn(Task<> task) { loop_.spawn(std::move(task)); }

  /// Arms a hook in this worker's wheel.
  void arm(TimerHook& hook, SteadyTime due) { loop_.arm(hook, due); }
  /// The time when this loop last looked at the clock: refreshed by every wait for the network.
  SteadyTime now() const { return loop_.now(); }
  WallTime wall_now() const { return loop_.wall_now(); }
  void refresh_clock() { loop_.refresh_clock(); }
  const Clock& clock() const { return loop_.clock(); }

  /// How many connections the worker serves, for the listener's choice. Written by the listener and the worker.
  std::atomic<int>& load() { return load_; }

 private:
  const unsigned index_;
  const std::string name_;
  ChunkPool chunks_;
  TextPool texts_;
  std::atomic<int> load_{0};
  EventLoop loop_;  // after what coroutines refer to: destroying it destroys those that still wait
  std::thread thread_;
};

/// Resumes on the same worker after `duration`.
Task<> sleep_for(Worker& worker, Duration duration);

}  // namespace causeway::runtime
