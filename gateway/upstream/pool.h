// The connections of one worker to one endpoint. Those that are idle lie in a stack: the warmest is used again, the
// rest age and go.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "net/tls_client.h"
#include "runtime/worker.h"
#include "upstream/addresses.h"
#include "upstream/connection.h"
#include "upstream/pool_limits.h"

namespace causeway::upstream {

/// Belongs to one worker, on whose thread it is used and destroyed; but for `idle` and `open`.
class Pool final : public runtime::TimerHook {
 public:
  static constexpr Duration kSweep = std::chrono::seconds(5);
  /// A connection that came back a moment ago may have been closed behind its answer before the loop has heard of it,
  /// so the socket is asked; not of a system that has shown so many times in a row that it does no such thing.
  static constexpr unsigned kProven = 64;

  /// `all` counts the connections of this endpoint's pools together.
  Pool(runtime::Worker& worker, const PoolLimits& limits, std::shared_ptr<ConnectionCount> all,
       SharedAddresses addresses);

  /// A connection that was silent since its last answer, or null.
  std::unique_ptr<Connection> take();
  /// One that is still to be connected; null when the endpoint has as many as it may.
  std::unique_ptr<Connection> make();
  /// Keeps the connection if it can serve another request, else closes it.
  void give(std::unique_ptr<Connection> connection);
  /// Closes the connection that has been idle longest; false when none is idle.
  bool shed();

  /// What new connections are made to.
  const SharedAddresses& addresses() const { return addresses_; }
  /// From now on. Idle connections to addresses that are gone are closed, busy ones when their call has ended.
  void lead_to(SharedAddresses addresses);
  /// Where among the addresses the next new connection begins: they take turns.
  std::size_t next_turn() { return turn_++; }
  net::TlsSession& session() { return session_; }
  Buffers& buffers() { return buffers_; }

  /// Any thread: how many there are about now.
  std::size_t idle() const { return idle_count_.load(std::memory_order_relaxed); }
  std::size_t open() const { return open_.load(std::memory_order_relaxed); }

 private:
  void on_timer() override;
  void hear();
  std::unique_ptr<Connection> pop();
  bool leads_there(const Connection& connection) const;
  void note_idle() { idle_count_.store(static_cast<std::uint32_t>(idle_.size()), std::memory_order_relaxed); }

  runtime::Worker& worker_;
  const PoolLimits limits_;
  const std::shared_ptr<ConnectionCount> all_;
  SharedAddresses addresses_;
  std::vector<std::uint64_t> keys_;  // of the addresses; empty as long as they are the first
  std::size_t turn_;
  net::TlsSession session_;
  Buffers buffers_;
  std::atomic<std::uint32_t> idle_count_{0};
  std::atomic<std::uint32_t> open_{0};
  std::vector<std::unique_ptr<Connection>> idle_;  // the oldest first
  unsigned proven_ = 0;        // connections in a row that came back a moment ago and were found as they should be
  std::size_t heard_ = 0;      // of them, the first ones: idle when the loop last heard of everything
  std::uint64_t hearing_ = 0;  // the loop's, when `heard_` was counted
};

}  // namespace causeway::upstream
