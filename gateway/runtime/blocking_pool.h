// Threads for work that blocks: a coroutine hands it over and goes on, on its own worker, when it is done.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "runtime/suspension.h"
#include "runtime/worker.h"

namespace causeway::runtime {

/// `run` belongs to the workers, the rest to the owner.
class BlockingPool {
 public:
  /// At most `waiting` jobs wait for a thread.
  BlockingPool(std::string name, std::size_t threads, std::size_t waiting);
  /// Stops.
  ~BlockingPool();

  /// Runs `work` on a thread of the pool. False, and `work` was not run, when too many wait already or the pool has
  /// stopped. `worker` is where this is awaited.
  Task<bool> run(Worker& worker, std::function<void()> work);
  /// Finishes what was taken, then takes no more. Before the workers end.
  void stop();

 private:
  struct Job {
    Worker* worker;
    std::function<void()> work;
    std::shared_ptr<Sleeper> sleeper;
    bool* done;
  };
  void serve(const std::string& name);

  const std::size_t waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace causeway::runtime
