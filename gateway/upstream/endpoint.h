// One address of a system, with each worker's pool of connections to it. Outlives reloads: the registry hands the same
// endpoint to every configuration that wants the same.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "net/endpoint_address.h"
#include "net/tls_client.h"
#include "runtime/worker.h"
#include "upstream/addresses.h"
#include "upstream/pool.h"
#include "upstream/pool_limits.h"

namespace causeway::upstream {

/// What an endpoint is found by: connections are used only by a cluster that would have made the same.
struct EndpointKey {
  net::EndpointName where;
  std::string cluster{};  ///< clusters do not share connections, and so not their limits
  PoolLimits limits{};
  std::shared_ptr<const net::TlsClient> tls{};  ///< null: plain

  using Order = std::tuple<std::string, std::string, std::string, PoolLimits>;
  Order order() const { return {where.text(), cluster, tls ? tls->fingerprint() : "", limits}; }
};

/// Immutable but for the pools, each of which belongs to its worker, and what is marked thread safe.
class Endpoint {
 public:
  Endpoint(const EndpointKey& key, SharedAddresses addresses, std::span<runtime::Worker* const> workers);
  /// Sends each pool home to be destroyed by its own worker, which must still run.
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// `host:port` or `unix:/path`: the metrics' label.
  const std::string& name() const { return name_; }
  const net::EndpointName& where() const { return where_; }
  /// What Host says.
  const std::string& host() const { return host_; }
  const net::TlsClient* tls() const { return tls_.get(); }
  Pool& pool(const runtime::Worker& worker) const { return *pools_[worker.index()]; }

  /// One for each worker, in its place. Whoever is on another worker only passes them on.
  std::span<const std::shared_ptr<Pool>> pools() const { return pools_; }
  std::span<runtime::Worker* const> workers() const { return workers_; }

  /// Where the name leads; empty when it could not be looked up. Thread safe, takes a mutex: workers ask their pool.
  SharedAddresses addresses() const;
  /// The name leads elsewhere now. Thread safe, likewise.
  void lead_to(const SharedAddresses& addresses) const;

  /// Thread safe: a connection failed, so perhaps the name leads elsewhere by now.
  void doubt() const noexcept { doubted_.store(true, std::memory_order_relaxed); }
  bool take_doubt() const noexcept { return doubted_.exchange(false, std::memory_order_relaxed); }

  /// Over all workers, about now. Thread safe.
  std::size_t idle() const;
  std::size_t open() const;

 private:
  const net::EndpointName where_;
  const std::string name_;
  const std::shared_ptr<const net::TlsClient> tls_;
  const std::string host_;
  const std::span<runtime::Worker* const> workers_;
  std::vector<std::shared_ptr<Pool>> pools_;
  mutable std::atomic<bool> doubted_{false};
  mutable std::mutex mutex_;  // of what follows
  mutable SharedAddresses addresses_;
};

}  // namespace causeway::upstream
