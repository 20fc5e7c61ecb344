// The results of one group on their way back: one post for each worker, however many of its coroutines have waited.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "runtime/suspension.h"
#include "runtime/worker.h"

namespace causeway::store {

class Later;

/// A value of one thread. Sends what it holds when destroyed.
class Replies {
 public:
  Replies();
  Replies(const Replies&) = delete;
  Replies& operator=(const Replies&) = delete;
  ~Replies() { send(); }

  void add(runtime::Worker& worker, std::unique_ptr<runtime::Sleeper> sleeper);
  void add_later(std::unique_ptr<Later> change);
  /// Wakes the sleepers on their workers, then tells the changes that nobody waits for.
  void send();

 private:
  using Sleepers = std::vector<std::unique_ptr<runtime::Sleeper>>;

  std::vector<std::pair<runtime::Worker*, std::shared_ptr<Sleepers>>> workers_;
  std::vector<std::unique_ptr<Later>> later_;
};

}  // namespace causeway::store
