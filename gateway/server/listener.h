// A listener: accepts on its own thread and hands each connection to the least-loaded worker, so that few long-lived
// callers are spread as well as many short ones.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "exchange/exchange.h"
#include "net/acceptor.h"
#include "net/tls_context.h"
#include "server/listener_settings.h"
#include "telemetry/metrics.h"

namespace causeway::server {

class Connection;

/// What a reload may change about a listener. Immutable; a connection keeps the one that it began with.
struct ListenerView {
  LimitSettings limits;
  std::shared_ptr<const net::TlsContext> tls;  ///< null: plain
  AddressSet trusted_proxies;
};

/// The connections of one listener on one worker; on that worker's thread.
struct WorkerConnections {
  WorkerContext* context = nullptr;
  std::shared_ptr<const ListenerView> view;
  Connection* first = nullptr;
  bool draining = false;
};

struct ServerMetrics {
  ServerMetrics() = default;
  explicit ServerMetrics(telemetry::Metrics& metrics);
  telemetry::Gauge connections_active;
  telemetry::Gauge connections_idle;
  telemetry::Gauge active_requests;
  telemetry::Counter connections_refused;
  telemetry::Counter handshakes_failed;
};

class Listener final : private net::AcceptSink {
 public:
  /// `accept_worker` runs the accept loop, `workers` the connections; `handler` answers. All outlive the listener.
  Listener(std::string name, runtime::Worker& accept_worker, std::span<WorkerContext* const> workers,
           ExchangeHandler& handler, const ServerMetrics& metrics, std::shared_ptr<const ListenerView> view);
  ~Listener();

  /// Binds. Empty, or what went wrong. Before the threads start.
  std::string open(const net::HostPort& where);
  void start();
  /// Any thread: from the next connection on.
  void take(std::shared_ptr<const ListenerView> view);
  /// Any thread: takes who has connected already and nobody else, closes what is idle, ends every connection with its
  /// current answer. Whoever was busy a moment ago is still waited for a little, for a request that is on its way.
  void drain();

  const std::string& name() const { return name_; }
  const std::string& address() const { return acceptor_->local(); }
  int connections() const { return open_.load(std::memory_order_relaxed); }
  runtime::Budget& budget() { return budget_; }
  ExchangeHandler& handler() { return handler_; }
  const ServerMetrics& metrics() const { return metrics_; }

 private:
  friend class Connection;
  void on_accept(net::AcceptedSocket accepted) override;
  void on_exhausted() override {}
  void refuse(const net::AcceptedSocket& accepted);
  WorkerConnections& least_loaded();
  /// On the worker's thread, when a connection has ended.
  void ended(WorkerConnections& home, const IpAddress& peer);

  const std::string name_;
  runtime::Worker& accept_worker_;
  ExchangeHandler& handler_;
  const ServerMetrics& metrics_;
  runtime::Budget budget_;
  std::vector<WorkerConnections> workers_;
  std::unique_ptr<net::Acceptor> acceptor_;
  std::atomic<int> open_{0};
  // The accept thread's.
  std::shared_ptr<const ListenerView> view_;
  std::unordered_map<IpAddress, std::uint32_t> per_address_;
  telemetry::Random random_ = telemetry::Random::from_system();
};

}  // namespace causeway::server
