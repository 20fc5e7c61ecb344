#include "net/stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/tls_context.h"

namespace causeway::net {
namespace asio = boost::asio;
namespace {

constexpr int kAtOnce = 8;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable_t<asio::io_context::executor_type>{});

}  // namespace

struct Stream::Deadline {
  Deadline(runtime::Worker& worker, SideTimer& side, SteadyTime due) : timer(side) {
    timer.fired = false;
    if (due != SteadyTime::max()) worker.arm(timer, due);
  }
  ~Deadline() { timer.disarm(); }
  SideTimer& timer;
};

void Stream::SideTimer::on_timer() {
  fired = true;
  boost::system::error_code ignored;
  stream_.socket_.cancel(ignored);
}

Stream::Stream(runtime::Worker& worker, Socket socket) : worker_(worker), socket_(std::move(socket)) {
  boost::system::error_code ignored;
  if (socket_.is_open()) socket_.non_blocking(true, ignored);
}

Stream::~Stream() {
  if (ssl_ != nullptr) SSL_free(ssl_);
}

IoResult Stream::failure(const boost::system::error_code& error, const SideTimer& timer, std::size_t count) const {
  if (timer.fired) return {IoStatus::kTimeout, count};
  return {error == asio::error::eof ? IoStatus::kEnd : IoStatus::kFailed, count};
}

Task<IoResult> Stream::connect(const asio::generic::stream_protocol::endpoint& endpoint, SteadyTime deadline) {
  boost::system::error_code error;
  socket_.open(endpoint.protocol(), error);
  if (error) co_return IoResult{IoStatus::kFailed, 0};
  const Deadline guard(worker_, write_timer_, deadline);
  std::tie(error) = co_await socket_.async_connect(endpoint, kAwait);
  worker_.refresh_clock();
  if (error) co_return failure(error, write_timer_, 0);
  if (endpoint.protocol().family() != AF_UNIX) socket_.set_option(asio::ip::tcp::no_delay(true), error);
  socket_.non_blocking(true, error);
  co_return IoResult{};
}

Task<IoResult> Stream::accept_tls(const TlsContext& context, SteadyTime deadline) {
  ssl_ = context.new_connection();
  if (ssl_ == nullptr) co_return IoResult{IoStatus::kFailed, 0};
  SSL_set_fd(ssl_, socket_.native_handle());
  const Deadline guard(worker_, read_timer_, deadline);
  for (;;) {
    ERR_clear_error();
    const int result = SSL_accept(ssl_);
    if (result == 1) co_return IoResult{};
    const IoResult step = co_await tls_step(result, read_timer_);
    if (!step.ok()) co_return step;
  }
}

std::optional<PeerCertificate> Stream::peer_certificate() const {
  if (ssl_ == nullptr || SSL_get0_peer_certificate(ssl_) == nullptr || SSL_get_verify_result(ssl_) != X509_V_OK)
    return std::nullopt;
  const STACK_OF(X509)* const verified = SSL_get0_verified_chain(ssl_);
  if (verified == nullptr) return std::nullopt;
  std::vector<X509*> chain;
  for (int i = 0; i < sk_X509_num(verified); ++i) chain.push_back(sk_X509_value(verified, i));
  return PeerCertificate(chain);
}

std::string_view Stream::server_name() const {
  const char* name = ssl_ != nullptr ? SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name) : nullptr;
  return name != nullptr ? std::string_view(name) : std::string_view();
}

/// One side's timer cancels what both sides wait for. The side that was not meant goes on.
bool Stream::interrupted(const boost::system::error_code& error, const SideTimer& timer) const {
  return error == asio::error::operation_aborted && !timer.fired && !closed_;
}

Task<IoResult> Stream::read_some(std::span<char> buffer, SteadyTime deadline) {
  // Asio forgets the end: another read would wait for an event that does not come again.
  if (ended_) co_return IoResult{IoStatus::kEnd, 0};
  const Deadline guard(worker_, read_timer_, deadline);
  if (ssl_ != nullptr) {
    const IoResult result = co_await read_tls(buffer, read_timer_);
    ended_ = result.status == IoStatus::kEnd;
    co_return result;
  }
  for (;;) {
    const auto [error, count] = co_await socket_.async_read_some(asio::buffer(buffer.data(), buffer.size()), kAwait);
    if (interrupted(error, read_timer_)) continue;
    worker_.refresh_clock();
    if (!error) co_return IoResult{IoStatus::kOk, count};
    ended_ = error == asio::error::eof;
    co_return failure(error, read_timer_, count);
  }
}

Task<IoResult> Stream::write(Bytes data, SteadyTime deadline) {
  const Deadline guard(worker_, write_timer_, deadline);
  if (ssl_ != nullptr) {
    const IoResult result = co_await write_tls(data, write_timer_);
    co_return result;
  }
  std::size_t done = 0;
  while (done < data.size()) {
    const auto [error, count] =
        co_await socket_.async_write_some(asio::buffer(data.data() + done, data.size() - done), kAwait);
    done += count;
    worker_.refresh_clock();
    if (error && !interrupted(error, write_timer_)) co_return failure(error, write_timer_, done);
    // The timer fires once; it may have done so while a part that was written waited to be seen.
    if (done < data.size() && write_timer_.fired) co_return IoResult{IoStatus::kTimeout, done};
  }
  co_return IoResult{IoStatus::kOk, done};
}

Task<> Stream::drop_rest(std::size_t most, SteadyTime deadline) {
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  const Deadline guard(worker_, read_timer_, deadline);
  std::array<char, 4096> unread;
  for (std::size_t seen = 0; seen < most && !read_timer_.fired;) {
    const auto [error, count] = co_await socket_.async_read_some(asio::buffer(unread), kAwait);
    worker_.refresh_clock();
    if (error) co_return;
    seen += count;
  }
}

Task<IoResult> Stream::wait_readable(SteadyTime deadline) {
  if (ended_ || (ssl_ != nullptr && SSL_pending(ssl_) > 0)) co_return IoResult{};
  const Deadline guard(worker_, read_timer_, deadline);
  for (;;) {
    const auto [error] = co_await socket_.async_wait(Socket::wait_read, kAwait);
    if (interrupted(error, read_timer_)) continue;
    worker_.refresh_clock();
    if (error) co_return failure(error, read_timer_, 0);
    co_return IoResult{};
  }
}

/// Waits for what OpenSSL said it needs.
Task<IoResult> Stream::tls_step(int result, SideTimer& timer) {
  at_once_ = 0;
  const int what = SSL_get_error(ssl_, result);
  if (what == SSL_ERROR_ZERO_RETURN) co_return IoResult{IoStatus::kEnd, 0};
  if (what != SSL_ERROR_WANT_READ && what != SSL_ERROR_WANT_WRITE) {
    SSL_set_quiet_shutdown(ssl_, 1);  // after a fatal error no close_notify may be sent
    co_return IoResult{IoStatus::kFailed, 0};
  }
  const auto side = what == SSL_ERROR_WANT_READ ? Socket::wait_read : Socket::wait_write;
  const auto [error] = co_await socket_.async_wait(side, kAwait);
  worker_.refresh_clock();
  if (timer.fired) co_return IoResult{IoStatus::kTimeout, 0};
  if (error && !interrupted(error, timer)) co_return failure(error, timer, 0);
  co_return IoResult{};
}

/// OpenSSL may have what was asked for without a look at the socket. A caller that always has more must let others in.
Task<> Stream::take_turns() {
  if (++at_once_ < kAtOnce) co_return;
  at_once_ = 0;
  co_await asio::post(socket_.get_executor(), asio::use_awaitable_t<asio::io_context::executor_type>{});
  worker_.refresh_clock();
}

Task<IoResult> Stream::read_tls(std::span<char> buffer, SideTimer& timer) {
  for (;;) {
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_read_ex(ssl_, buffer.data(), buffer.size(), &count);
    if (result == 1) {
      co_await take_turns();
      co_return IoResult{IoStatus::kOk, count};
    }
    const IoResult step = co_await tls_step(result, timer);
    if (!step.ok()) co_return step;
  }
}

Task<IoResult> Stream::write_tls(Bytes data, SideTimer& timer) {
  std::size_t done = 0;
  while (done < data.size()) {
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_write_ex(ssl_, data.data() + done, data.size() - done, &count);
    if (result == 1) {
      done += count;
      co_await take_turns();
      if (done < data.size() && timer.fired) co_return IoResult{IoStatus::kTimeout, done};
      continue;
    }
    const IoResult step = co_await tls_step(result, timer);
    if (!step.ok()) co_return IoResult{step.status, done};
  }
  co_return IoResult{IoStatus::kOk, done};
}

bool Stream::quiet() {
  if (!socket_.is_open()) return false;
  char byte;
  const auto count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void Stream::shutdown_send() {
  boost::system::error_code ignored;
  if (ssl_ != nullptr) {
    ERR_clear_error();
    SSL_shutdown(ssl_);
  }
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Stream::wake_reader() {
  read_timer_.fired = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Stream::abort() {
  boost::system::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  if (ssl_ != nullptr) SSL_set_quiet_shutdown(ssl_, 1);
  close();
}

void Stream::close() {
  closed_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace causeway::net
