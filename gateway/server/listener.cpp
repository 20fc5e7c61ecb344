#include "server/listener.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "core/http_date.h"
#include "net/head_writer.h"
#include "server/connection.h"

namespace causeway::server {

ServerMetrics::ServerMetrics(telemetry::Metrics& metrics)
    : connections_active(metrics.gauge("causeway_connections", "Open connections of callers.", {{"state", "active"}})),
      connections_idle(metrics.gauge("causeway_connections", "Open connections of callers.", {{"state", "idle"}})),
      active_requests(metrics.gauge("causeway_active_requests", "Calls that have begun and not ended.")),
      connections_refused(
          metrics.counter("causeway_connections_refused_total", "Connections over a listener's limits.")),
      handshakes_failed(metrics.counter("causeway_tls_handshakes_failed_total",
                                        "Connections that ended before TLS was agreed on, such as by a certificate "
                                        "that did not verify.")) {}

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
  open_.fetch_add(1, std::memory_order_relaxed);  // until all who have connected are counted
  accept_worker_.post([this] {
    acceptor_->close();
    open_.fetch_sub(1, std::memory_order_relaxed);
  });
  for (WorkerConnections& home : workers_) {
    home.context->worker.post([&home] {
      home.draining = true;
      for (Connection* each = home.first; each != nullptr; each = each->next()) each->close_if_idle();
    });
  }
}

WorkerConnections& Listener::least_loaded() {
  return *std::min_element(workers_.begin(), workers_.end(), [](const auto& a, const auto& b) {
    return a.context->worker.load().load(std::memory_order_relaxed) <
           b.context->worker.load().load(std::memory_order_relaxed);
  });
}

void Listener::on_accept(net::AcceptedSocket accepted) {
  const LimitSettings& limits = view_->limits;
  if (open_.load(std::memory_order_relaxed) >= static_cast<int>(limits.connections)) return refuse(accepted);
  const auto of_address = per_address_.try_emplace(accepted.peer, 0).first;
  if (limits.connections_per_address && of_address->second >= *limits.connections_per_address) return refuse(accepted);
  ++of_address->second;
  open_.fetch_add(1, std::memory_order_relaxed);
  WorkerConnections& home = least_loaded();
  home.context->worker.load().fetch_add(1, std::memory_order_relaxed);
  home.context->worker.post([this, &home, accepted] {
    home.context->worker.spawn(Connection::serve(std::make_unique<Connection>(*this, home, accepted)));
  });
}

/// Written from the accept thread: a few hundred bytes fit into every fresh socket's buffer.
void Listener::refuse(const net::AcceptedSocket& accepted) {
  if (!view_->tls) {
    const WallTime now = accept_worker_.clock().wall();
    const telemetry::RequestId id({}, now, random_);
    std::string body = R"({"code":50391,"message":")" + std::string(code_info(Code::kOverloaded).message) +
                       R"(","data":null,"timestamp":)" + std::to_string(unix_milliseconds(now)) +
                       R"(,"details":{"requestId":")" + std::string(id.view()) + R"("}})";
    std::string answer;
    net::HeadWriter head(answer);
    head.status_line(http_status(Code::kOverloaded));
    head.field(net::HeaderId::kContentType, std::string_view("application/json"));
    head.field(net::HeaderId::kRetryAfter, std::uint64_t{1});
    head.field(net::HeaderId::kDate, HttpDate(now).text());
    head.field(net::HeaderId::kXRequestId, id.view());
    head.content_length(body.size());
    head.connection_close();
    head.end();
    answer += body;
    [[maybe_unused]] const auto sent =
        ::send(accepted.descriptor, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(accepted.descriptor, SHUT_WR);
    // What the caller has already sent is read, or closing would reset the connection under the answer.
    char unread[4096];
    for (int looks = 0; looks < 16 && ::recv(accepted.descriptor, unread, sizeof unread, MSG_DONTWAIT) > 0;) ++looks;
  }
  ::close(accepted.descriptor);
  WorkerContext* context = workers_.front().context;
  context->worker.post([this, context] { context->shard.add(metrics_.connections_refused); });
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
