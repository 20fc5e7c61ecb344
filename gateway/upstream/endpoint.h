// One address of a system, with each worker's pool of connections to it. Outlives reloads: the registry hands the same
// endpoint to every configuration that names it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "net/endpoint_address.h"
#include "runtime/worker.h"
#include "upstream/pool.h"

namespace causeway::upstream {

/// Immutable but for the pools, each of which belongs to its worker.
class Endpoint {
 public:
  Endpoint(net::HostPort where, std::vector<net::SocketAddress> addresses, std::span<runtime::Worker* const> workers);
  /// Sends each pool home to be destroyed by its own worker, which must still run.
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// `host:port`, what Host says and the metrics' label.
  const std::string& name() const { return name_; }
  /// Empty when the name could not be resolved.
  const std::vector<net::SocketAddress>& addresses() const { return addresses_; }
  Pool& pool(const runtime::Worker& worker) const { return *pools_[worker.index()]; }

 private:
  std::string name_;
  std::vector<net::SocketAddress> addresses_;
  std::span<runtime::Worker* const> workers_;
  std::vector<std::shared_ptr<Pool>> pools_;
};

/// Off the workers, one thread at a time.
class EndpointRegistry {
 public:
  using Resolve = std::function<std::vector<net::SocketAddress>(const net::HostPort&)>;

  /// `workers` outlive the registry and everything that it hands out.
  explicit EndpointRegistry(std::span<runtime::Worker* const> workers) : workers_(workers) {}

  /// Where names lead to from now on, in place of the system's look-up: systems that are only played.
  void resolve_by(Resolve resolve) { resolve_ = std::move(resolve); }

  /// Looks the name up, which blocks. An endpoint whose addresses have not changed keeps its connections.
  std::shared_ptr<const Endpoint> get(const net::HostPort& where);

 private:
  std::span<runtime::Worker* const> workers_;
  Resolve resolve_ = net::resolve;
  std::map<std::string, std::weak_ptr<const Endpoint>> known_;
};

}  // namespace causeway::upstream
