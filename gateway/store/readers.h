// The readers' threads: each answers one query after the other, from a snapshot on its own connection.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "store/connection.h"
#include "store/pending.h"

namespace causeway::store {

class Readers {
 public:
  Readers() = default;
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;
  ~Readers() { stop(); }

  /// One thread a connection.
  void start(std::vector<std::unique_ptr<Connection>> connections);
  /// Finishes what is queued, ends the threads and closes their connections.
  void stop();
  /// Thread safe.
  Queue<Pending<Query>>& queue() { return queue_; }

 private:
  void run(Connection& connection);

  Queue<Pending<Query>> queue_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::thread> threads_;
};

}  // namespace causeway::store
