#include "server/connection.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <optional>

#include "net/authority.h"
#include "net/characters.h"
#include "security/forwarded.h"
#include "server/active_exchange.h"
#include "server/departure.h"

namespace causeway::server {
namespace {

constexpr Duration kIdleGrace = std::chrono::seconds(1);  // after it an idle connection keeps no buffer
constexpr Duration kLinger = std::chrono::seconds(1);
constexpr std::size_t kLingerUpload = 16 << 20;  // of one that was answered before its end
// Who was busy a moment ago and has not heard of the end may have its next request on the way.
constexpr Duration kLastRequest = std::chrono::milliseconds(200);
constexpr std::size_t kInitialBuffer = runtime::ChunkPool::kChunk;

}  // namespace

Connection::Connection(Listener& listener, WorkerConnections& home, const net::AcceptedSocket& accepted)
    : listener_(listener),
      home_(home),
      context_(*home.context),
      worker_(context_.worker),
      view_(home.view),
      peer_(accepted.peer),
      stream_(worker_, net::adopt(accepted)),
      parser_({.head = static_cast<std::size_t>(bytes(view_->limits.request_headers))}) {
  next_ = home_.first;
  if (next_ != nullptr) next_->link_ = &next_;
  link_ = &home_.first;
  home_.first = this;
  context_.shard.add(listener_.metrics().connections_active, 1);
}

Connection::~Connection() {
  set_idle(false);
  free_buffer();
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
  context_.shard.add(listener_.metrics().connections_active, -1);
  listener_.ended(home_, peer_);
}

Task<> Connection::serve(std::unique_ptr<Connection> connection) {
  co_await connection->run();
  if (connection->cut_) connection->stream_.abort();
  else connection->stream_.close();
}

Task<> Connection::run() {
  worker_.refresh_clock();
  if (view_->tls) {
    const bool secured = co_await handshake();
    if (!secured) co_return;
  }
  for (;;) {
    const bool comes = co_await wait_for_request();
    if (!comes && filled_ == 0) co_return;
    if (!comes) break;
    const Then then = co_await serve_one();
    if (then == Then::kClose) break;
  }
  if (!cut_) co_await linger();
}

Task<bool> Connection::handshake() {
  const net::IoResult shaken = co_await stream_.accept_tls(*view_->tls, worker_.now() + view_->limits.header_timeout);
  if (shaken.ok()) {
    if (view_->tls->asks_for_certificates()) certificate_ = stream_.peer_certificate();
    co_return true;
  }
  context_.shard.add(listener_.metrics().handshakes_failed);
  if (shaken.status == net::IoStatus::kFailed) co_await stream_.drop_rest(most_lingered_, worker_.now() + kLinger);
  co_return false;
}

/// Where callers are known by certificates, one connection serves the host that its handshake was for (RFC 9110 7.4).
bool Connection::misdirected(const net::RequestHead& head) const {
  if (!view_->tls || !view_->tls->asks_for_certificates() || stream_.server_name().empty()) return false;
  const auto authority = net::parse_authority(head.authority);
  if (!authority) return false;  // HTTP/1.0 without Host
  std::string_view host = authority->host;
  if (host.ends_with('.')) host.remove_suffix(1);
  return !net::equals_ignoring_case(host, stream_.server_name());
}

/// True once a byte of the next request is in the buffer.
Task<bool> Connection::wait_for_request() {
  take_buffer();
  if (filled_ > 0) co_return true;
  set_idle(true);
  const SteadyTime end = worker_.now() + view_->limits.idle_timeout;
  net::IoResult got;
  if (!home_.draining) {
    got = co_await stream_.read_some({buffer_, capacity_}, std::min(end, worker_.now() + kIdleGrace));
  } else {
    got.status = net::IoStatus::kTimeout;
  }
  if (got.status == net::IoStatus::kTimeout && home_.draining) {
    got = co_await stream_.read_some({buffer_, capacity_}, std::min(end, worker_.now() + kLastRequest));
  } else if (got.status == net::IoStatus::kTimeout && worker_.now() < end) {
    free_buffer();
    got = co_await stream_.wait_readable(end);
    if (got.ok()) {
      take_buffer();
      got = co_await stream_.read_some({buffer_, capacity_}, end);
    }
  }
  set_idle(false);
  if (!got.ok()) co_return false;
  filled_ = got.count;
  co_return true;
}

Task<Connection::Then> Connection::serve_one() {
  // An exchange and what it needs fit into one chunk, which the next exchange of this worker uses again.
  void* place = worker_.chunks().take();
  auto* active = new (place) ActiveExchange(context_);
  context_.shard.add(listener_.metrics().active_requests, 1);
  const Then then = co_await exchange(*active);
  context_.shard.add(listener_.metrics().active_requests, -1);
  active->~ActiveExchange();
  worker_.chunks().give(place);
  co_return then;
}

Task<Connection::Then> Connection::exchange(ActiveExchange& active) {
  Exchange& exchange = active.exchange;
  exchange.request.peer = exchange.request.client = peer_;
  exchange.request.tls = stream_.is_tls();
  exchange.request.certificate = certificate_ ? &*certificate_ : nullptr;
  exchange.budget = &listener_.budget();
  exchange.body_limit = bytes(view_->limits.request_body);
  exchange.pace.total = view_->limits.body_timeout;
  exchange.pace.minimum_rate = view_->limits.minimum_rate.per_second;

  parser_.reset();
  Result<std::size_t> head_length = parser_.parse({buffer_, filled_}, active.head);
  if (head_length && *head_length == 0) head_length = co_await read_head(active);
  if (head_length && *head_length == 0) co_return Then::kClose;  // the caller left
  if (head_length && misdirected(active.head)) {
    exchange.request.head = &active.head;
    Error error(Code::kMisdirected);
    error.info().reason = "misdirected";
    head_length = std::move(error);
  }
  Departure departure(worker_, stream_, exchange.cancel);
  if (head_length) {
    prepare(active, *head_length);
    co_await listener_.handler().handle(exchange);
  } else {
    exchange.request_bytes = filled_;
    listener_.handler().refuse(exchange, std::move(head_length.error()));
  }
  bool complete = false;
  if (exchange.code != number(Code::kCallerLeft)) {  // else nobody is there
    const Body& body = exchange.response.body;
    departure.answer_begins(body.streams() && body.source()->endless());
    complete = co_await respond(active);
  }
  if (active.body) exchange.request_bytes += active.body->received();
  if (active.body && active.body->broken_off()) most_lingered_ = kLingerUpload;
  listener_.handler().finished(exchange, complete);
  cut_ = !complete;
  if (!complete || active.closed) co_return Then::kClose;

  // What was read beyond this request is the beginning of the next.
  const std::size_t used = active.body->end();
  const Bytes surplus = active.body->surplus();
  if (!surplus.empty()) {
    while (capacity_ < surplus.size()) grow_buffer();
    std::memcpy(buffer_, surplus.data(), surplus.size());
    filled_ = surplus.size();
  } else {
    filled_ -= used;
    if (filled_ > 0) std::memmove(buffer_, buffer_ + used, filled_);
  }
  co_return Then::kNextRequest;
}

/// Reads on where what has come is not the whole head. Its length; 0 when the caller went away before that.
Task<Result<std::size_t>> Connection::read_head(ActiveExchange& active) {
  const SteadyTime due = worker_.now() + view_->limits.header_timeout;
  for (;;) {
    if (filled_ == capacity_) grow_buffer();
    const net::IoResult got = co_await stream_.read_some({buffer_ + filled_, capacity_ - filled_}, due);
    if (got.status == net::IoStatus::kTimeout) {
      Error error(Code::kClientTooSlow);
      error.info().reason = "head_too_slow";
      co_return error;
    }
    if (!got.ok()) co_return std::size_t{0};
    filled_ += got.count;
    Result<std::size_t> parsed = parser_.parse({buffer_, filled_}, active.head);
    if (!parsed || *parsed > 0) co_return parsed;
  }
}

void Connection::prepare(ActiveExchange& active, std::size_t head_length) {
  Exchange& exchange = active.exchange;
  exchange.request.head = &active.head;
  exchange.request_bytes = head_length;
  active.body.emplace(*this, exchange, active.head, head_length);
  if (active.head.framing != net::BodyFraming::kNone) exchange.request.body = Body(*active.body);
  if (view_->trusted_proxies.contains(peer_)) {
    exchange.request.peer_trusted = true;
    std::array<std::string_view, 8> lines;
    std::size_t count = 0;
    for (const net::HeaderField& field : active.head.headers)
      if (field.id == net::HeaderId::kXForwardedFor && count < lines.size()) lines[count++] = field.value;
    exchange.request.client = security::client_address(peer_, {lines.data(), count}, view_->trusted_proxies);
  }
}

Task<> Connection::linger() {
  // Closing at once would reset the connection under the answer that the caller has yet to read.
  stream_.shutdown_send();
  take_buffer();
  const SteadyTime end = worker_.now() + kLinger;
  for (std::size_t seen = 0; seen < most_lingered_;) {
    const net::IoResult got = co_await stream_.read_some({buffer_, capacity_}, end);
    if (!got.ok()) co_return;
    seen += got.count;
  }
}

void Connection::take_buffer() {
  if (buffer_ != nullptr) return;
  buffer_ = static_cast<char*>(worker_.chunks().take());
  capacity_ = kInitialBuffer;
}

void Connection::free_buffer() {
  if (buffer_ == nullptr) return;
  if (capacity_ == kInitialBuffer) worker_.chunks().lay_by(buffer_);
  else ::operator delete(buffer_);
  buffer_ = nullptr;
  capacity_ = 0;
}

void Connection::grow_buffer() {
  const std::size_t larger = 2 * capacity_;
  auto* buffer = static_cast<char*>(::operator new(larger));
  const std::size_t filled = filled_;
  std::memcpy(buffer, buffer_, filled);
  free_buffer();
  buffer_ = buffer;
  capacity_ = larger;
}

void Connection::set_idle(bool idle) {
  if (idle_ == idle) return;
  idle_ = idle;
  const ServerMetrics& metrics = listener_.metrics();
  context_.shard.add(metrics.connections_idle, idle ? 1 : -1);
  context_.shard.add(metrics.connections_active, idle ? -1 : 1);
}

void Connection::close_if_idle() {
  if (idle_) stream_.wake_reader();  // a request that has just come is answered all the same
}

}  // namespace causeway::server
