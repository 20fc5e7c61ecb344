// The idle connections of one worker to one endpoint, last in first out: the warmest is used again, the rest age and
// go.
#pragma once

#include <memory>
#include <vector>

#include "runtime/worker.h"
#include "upstream/connection.h"

namespace causeway::upstream {

/// Belongs to one worker, on whose thread it is used and destroyed.
class Pool final : public runtime::TimerHook {
 public:
  static constexpr std::size_t kMaxIdle = 512;
  static constexpr Duration kIdleTimeout = std::chrono::seconds(55);  // below the usual 60 s and 75 s of servers
  static constexpr Duration kSweep = std::chrono::seconds(5);

  explicit Pool(runtime::Worker& worker) : worker_(worker) {
    idle_.reserve(kMaxIdle);  // giving a connection back must not fail
  }

  /// A connection that was silent since its last answer, or null.
  std::unique_ptr<Connection> take();
  /// Keeps the connection if it can serve another request, else closes it.
  void give(std::unique_ptr<Connection> connection);
  std::size_t idle() const { return idle_.size(); }

 private:
  void on_timer() override;

  runtime::Worker& worker_;
  std::vector<std::unique_ptr<Connection>> idle_;  // the oldest first
};

}  // namespace causeway::upstream
