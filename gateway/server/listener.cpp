#include "server/listener.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "server/connection.h"

namespace causeway::server {

ServerMetrics::ServerMetrics(telemetry::Metrics& metrics)
    : connections_active(metrics.gauge("causeway_connections", "Open connections of callers.", {{"state", "active"}})),
      connections_idle(metrics.gauge("causeway_connections", "Open connections of callers.", {{"state", "idle"}})),
      active_requests(metrics.gauge("causeway_active_requests", "Calls that have begun and not ended.")),
      connections_refused(metrics.counter("causeway_connections_refused_total", "Connections over a listener's limits.")) {}

Listener::Listener(std::string name, runtime::Worker& accept_worker, std::span<WorkerContext* const> workers,
                   ExchangeHandler& handler, const ServerMetrics& metrics, std::shared_ptr<const ListenerView> view)
    : name_(std::move(name)),
      accept_worker_(accept_worker),
      handler_(handler),
      metrics_(metrics),
      budget_(bytes(view->limits.buffered_bytes)),
      view_(std::move(view)) {
  for (WorkerContext* context : workers) workers_.push_back({context, view_, nullptr, false});
}

Listener::~Listener() = default;

std::string Listener::open(const net::HostPort& where) {
  auto opened = net::Acceptor::open(accept_worker_, where);
  if (std::string* problem = std::get_if<std::string>(&opened)) return std::move(*problem);
  acceptor_ = std::move(std::get<0>(opened));
  return {};
}

void Listener::start() { accept_worker_.spawn(acceptor_->run(*this)); }

void Listener::take(std::shared_ptr<const ListenerView> view) {
  budget_.set_limit(bytes(view->limits.buffered_bytes));
  for (WorkerConnections& home : workers_) home.context->worker.post([&home, view] { home.view = view; });
  accept_worker_.post([this, view] { view_ = view; });
}

void Listener::drain() {
  accept_worker_.post([this] { acceptor_->close(); });
  for (WorkerConnections& home : workers_) {
    home.context->worker.post([&home] {
      home.draining = true;
      for (Connection* each = home.first; each != nullptr; each = each->next()) each->close_if_idle();
    });
  }
}

WorkerConnections& Listener::least_loaded() {
  return *std::min_element(workers_.begin(), workers_.end(), [](const auto& a, const auto& b) {
    return a.context->worker.load().load(std::memory_order_relaxed) < b.context->worker.load().load(std::memory_order_relaxed);
  });
}

void Listener::on_accept(net::AcceptedSocket accepted) {
  const LimitSettings& limits = view_->limits;
  if (open_.load(std::memory_order_relaxed) >= static_cast<int>(limits.connections)) return refuse(accepted);
  std::uint32_t& of_address = per_address_[accepted.peer];
  if (limits.connections_per_address && of_address >= *limits.connections_per_address) return refuse(accepted);
  ++of_address;
  open_.fetch_add(1, std::memory_order_relaxed);
  WorkerConnections& home = least_loaded();
  home.context->worker.load().fetch_add(1, std::memory_order_relaxed);
  home.context->worker.post([this, &home, accepted] {
    home.context->worker.spawn(Connection::serve(std::make_unique<Connection>(*this, home, accepted)));
  });
}

/// A worker answers: writing to strangers is not the accept loop's work, but this fits into every socket buffer.
void Listener::refuse(const net::AcceptedSocket& accepted) {
  if (!view_->tls) {
    static constexpr std::string_view kAnswer =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 1\r\nConnection: close\r\n"
        "Content-Length: 98\r\n\r\n"
        R"({"code":50391,"message":"overloaded, try again later","data":null,"timestamp":0,"details":{}}     )";
    static_assert(kAnswer.size() - kAnswer.find("\r\n\r\n") - 4 == 98);
    [[maybe_unused]] const auto sent = ::send(accepted.descriptor, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(accepted.descriptor, SHUT_WR);
  }
  ::close(accepted.descriptor);
  workers_.front().context->worker.post([this] { workers_.front().context->shard.add(metrics_.connections_refused); });
}

void Listener::ended(WorkerConnections& home, const IpAddress& peer) {
  home.context->worker.load().fetch_sub(1, std::memory_order_relaxed);
  open_.fetch_sub(1, std::memory_order_relaxed);
  accept_worker_.post([this, peer] {
    const auto found = per_address_.find(peer);
    if (found != per_address_.end() && --found->second == 0) per_address_.erase(found);
  });
}

}  // namespace causeway::server
