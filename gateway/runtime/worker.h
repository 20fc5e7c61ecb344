// A worker: one thread, one event loop, everything that belongs to it alone. An exchange never leaves its worker, so
// nothing reached through a worker needs a lock. Other threads may only call `post`, `stop`, `index` and `load`.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>
#include <thread>

#include "core/clock.h"
#include "runtime/arena.h"
#include "runtime/task.h"
#include "runtime/timer_wheel.h"

namespace causeway::runtime {

class Worker {
 public:
  /// `index` is dense from 0 and picks this worker's cell in every per-worker array; `clock` outlives the worker.
  Worker(unsigned index, std::string name, const Clock& clock);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  /// Stops and joins.
  ~Worker();

  void start();
  /// Ends the loop after the handler that is running; what still waits is destroyed with the worker.
  void stop();
  /// Ends the loop once nothing waits any more, and joins.
  void finish();
  void join();

  unsigned index() const { return index_; }
  boost::asio::io_context& io() { return io_; }
  ChunkPool& chunks() { return chunks_; }

  /// Runs `work` on this worker's thread. Any thread.
  void post(std::function<void()> work);
  /// Starts a coroutine on this worker; call on the worker's own thread or before start. An exception that leaves it
  /// ends the process: tasks turn theirs into results.
  void spawn(Task<> task);

  /// Arms a hook in this worker's wheel.
  void arm(TimerHook& hook, SteadyTime due);
  /// The time when this loop last looked at the clock: refreshed by every completed wait for the network.
  SteadyTime now() const { return now_; }
  WallTime wall_now() const { return wall_now_; }
  void refresh_clock();
  const Clock& clock() const { return clock_; }

  /// How many connections the worker serves, for the listener's choice. Written by the listener and the worker.
  std::atomic<int>& load() { return load_; }

 private:
  void schedule_wheel();

  const unsigned index_;
  const std::string name_;
  const Clock& clock_;
  ChunkPool chunks_;
  SteadyTime now_;
  WallTime wall_now_;
  SteadyTime wall_read_;
  TimerWheel wheel_;
  boost::asio::io_context io_{1};  // after what coroutines refer to: destroying it destroys those that still wait
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                    boost::asio::io_context::executor_type>
      tick_;
  SteadyTime tick_due_ = SteadyTime::max();
  std::atomic<int> load_{0};
  std::thread thread_;
};

/// Resumes on the same worker after `duration`.
Task<> sleep_for(Worker& worker, Duration duration);

}  // namespace causeway::runtime
