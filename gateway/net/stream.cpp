#include "net/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>

namespace causeway::net {
namespace {

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

/// What a system call moved; below 0, `errno` says why not.
ssize_t receive(int descriptor, std::span<char> buffer) {
  ssize_t count;
  do count = ::recv(descriptor, buffer.data(), buffer.size(), 0);
  while (count < 0 && errno == EINTR);
  return count;
}

ssize_t send(int descriptor, Bytes data) {
  ssize_t count;
  do count = ::send(descriptor, data.data(), data.size(), MSG_NOSIGNAL);
  while (count < 0 && errno == EINTR);
  return count;
}

ssize_t send(int descriptor, std::span<iovec> pieces) {
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = pieces.size();
  ssize_t count;
  do count = ::sendmsg(descriptor, &message, MSG_NOSIGNAL);
  while (count < 0 && errno == EINTR);
  return count;
}

}  // namespace

Stream::Stream(runtime::Worker& worker, Socket socket) : worker_(worker), socket_(std::move(socket)) {
  if (socket_.is_open() && !readiness_.watch(socket_.descriptor())) close();
}

Stream::~Stream() { free_tls(); }

/// Until that side may be ready, closed by us (kFailed) or out of time.
Task<IoStatus> Stream::wait(SideTimer& timer, SteadyTime deadline) {
  at_once_ = 0;
  // Since its caller looked, it may have let others in: nobody would wake it any more.
  if (closed_) co_return IoStatus::kFailed;
  if (timer.fired && !readiness_.ready(timer.side)) co_return IoStatus::kTimeout;
  if (deadline != SteadyTime::max()) worker_.arm(timer, deadline);
  co_await readiness_.wait(timer.side);
  timer.disarm();
  if (closed_) co_return IoStatus::kFailed;
  co_return timer.fired && !readiness_.ready(timer.side) ? IoStatus::kTimeout : IoStatus::kOk;
}

/// A peer that always has more would keep the worker to itself.
Task<> Stream::let_others_in() {
  at_once_ = 0;
  co_await worker_.io().turn();
}

Task<IoResult> Stream::connect(const SocketAddress& address, SteadyTime deadline) {
  readiness_.stop();  // of another try
  free_tls();
  socket_ = Socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket_.is_open()) co_return IoResult{IoStatus::kFailed, 0};
  const int descriptor = socket_.descriptor();
  const bool at_once = ::connect(descriptor, address.data(), address.size()) == 0;
  if (!at_once && errno != EINPROGRESS) co_return IoResult{IoStatus::kFailed, 0};
  // Not before: a socket that does not even connect counts as broken.
  if (!readiness_.watch(descriptor)) co_return IoResult{IoStatus::kFailed, 0};
  readiness_.exhausted(Side::kRead);
  write_timer_.fired = false;
  if (!at_once) readiness_.exhausted(Side::kWrite);
  while (!readiness_.ready(Side::kWrite)) {
    const IoStatus status = co_await wait(write_timer_, deadline);
    if (status != IoStatus::kOk) co_return IoResult{status, 0};
  }
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
    co_return IoResult{IoStatus::kFailed, 0};
  set_no_delay(socket_);
  co_return IoResult{};
}

Task<IoResult> Stream::read_some(std::span<char> buffer, SteadyTime deadline) {
  if (ended_) co_return IoResult{IoStatus::kEnd, 0};
  if (closed_) co_return IoResult{IoStatus::kFailed, 0};
  read_timer_.fired = false;
  if (ssl_ != nullptr) {
    const IoResult result = co_await read_tls(buffer, deadline);
    ended_ = result.status == IoStatus::kEnd;
    co_return result;
  }
  if (++at_once_ >= kAtOnce) co_await let_others_in();
  for (;;) {
    if (!readiness_.ready(Side::kRead)) {
      const IoStatus status = co_await wait(read_timer_, deadline);
      // What has come in the last moment is read all the same.
      if (status == IoStatus::kFailed) co_return IoResult{status, 0};
    }
    const ssize_t count = receive(socket_.descriptor(), buffer);
    if (count > 0) {
      // Fewer than there was room for: what comes from here on, the end too, is told of.
      if (static_cast<std::size_t>(count) < buffer.size()) readiness_.exhausted(Side::kRead);
      co_return IoResult{IoStatus::kOk, static_cast<std::size_t>(count)};
    }
    if (count == 0) {
      ended_ = true;
      co_return IoResult{IoStatus::kEnd, 0};
    }
    if (!would_block()) co_return IoResult{IoStatus::kFailed, 0};
    readiness_.exhausted(Side::kRead);
    if (read_timer_.fired) co_return IoResult{IoStatus::kTimeout, 0};
  }
}

Task<IoResult> Stream::write(Bytes data, SteadyTime deadline) {
  if (closed_) co_return IoResult{IoStatus::kFailed, 0};
  write_timer_.fired = false;
  if (ssl_ != nullptr) {
    const IoResult result = co_await write_tls(data, deadline);
    co_return result;
  }
  if (++at_once_ >= kAtOnce) co_await let_others_in();
  for (std::size_t done = 0;;) {
    const ssize_t count = send(socket_.descriptor(), data.substr(done));
    if (count >= 0) done += static_cast<std::size_t>(count);
    else if (!would_block()) co_return IoResult{IoStatus::kFailed, done};
    if (done == data.size()) co_return IoResult{IoStatus::kOk, done};
    if (write_timer_.fired) co_return IoResult{IoStatus::kTimeout, done};
    if (count >= 0) continue;
    readiness_.exhausted(Side::kWrite);
    const IoStatus status = co_await wait(write_timer_, deadline);
    if (status != IoStatus::kOk) co_return IoResult{status, done};
  }
}

Task<IoResult> Stream::write_all(std::span<const Bytes> pieces, SteadyTime deadline) {
  constexpr std::size_t kMost = 4;
  std::size_t done = 0;
  if (ssl_ == nullptr && !closed_ && pieces.size() <= kMost) {
    std::array<iovec, kMost> vectors;
    std::size_t count = 0;
    for (const Bytes piece : pieces)
      if (!piece.empty()) vectors[count++] = {const_cast<char*>(piece.data()), piece.size()};
    // Gathering costs more than a plain send, so one piece is not gathered.
    const ssize_t sent = count > 1 ? send(socket_.descriptor(), {vectors.data(), count}) : 0;
    if (sent > 0) done = static_cast<std::size_t>(sent);
  }
  std::size_t begin = 0;  // of the piece at hand, in all of them
  for (const Bytes piece : pieces) {
    const std::size_t end = begin + piece.size();
    if (done < end) {
      const IoResult result = co_await write(piece.substr(done - begin), deadline);
      done += result.count;
      if (!result.ok()) co_return IoResult{result.status, done};
    }
    begin = end;
  }
  co_return IoResult{IoStatus::kOk, done};
}

Task<> Stream::drop_rest(std::size_t most, SteadyTime deadline) {
  ::shutdown(socket_.descriptor(), SHUT_WR);
  read_timer_.fired = false;
  std::array<char, 4096> unread;
  for (std::size_t seen = 0; seen < most;) {
    const ssize_t count = receive(socket_.descriptor(), unread);
    if (count == 0 || (count < 0 && !would_block())) co_return;
    if (count > 0) {
      seen += static_cast<std::size_t>(count);
      continue;
    }
    readiness_.exhausted(Side::kRead);
    const IoStatus status = co_await wait(read_timer_, deadline);
    if (status != IoStatus::kOk) co_return;
  }
}

Task<IoResult> Stream::wait_readable(SteadyTime deadline) {
  if (ended_ || (ssl_ != nullptr && SSL_pending(ssl_) > 0)) co_return IoResult{};
  if (closed_) co_return IoResult{IoStatus::kFailed, 0};
  read_timer_.fired = false;
  // A side that only may be ready is asked: this waits, it does not read.
  while (untouched()) {
    readiness_.exhausted(Side::kRead);
    const IoStatus status = co_await wait(read_timer_, deadline);
    if (status != IoStatus::kOk) co_return IoResult{status, 0};
  }
  co_return IoResult{};
}

Task<IoStatus> Stream::wait_heard(SteadyTime deadline) {
  if (closed_) co_return IoStatus::kFailed;
  if (ended_ || readiness_.ready(Side::kRead) || (ssl_ != nullptr && SSL_pending(ssl_) > 0)) co_return IoStatus::kOk;
  if (readiness_.awaited(Side::kRead)) co_return IoStatus::kOk;  // by TLS, which writes: `read_some` gets along with it
  read_timer_.fired = false;
  const IoStatus status = co_await wait(read_timer_, deadline);
  // What has come in the last moment is there all the same.
  co_return status == IoStatus::kTimeout && !untouched() ? IoStatus::kOk : status;
}

bool Stream::heard_nothing() {
  const bool nothing = !readiness_.ready(Side::kRead) && (ssl_ == nullptr || SSL_pending(ssl_) == 0);
  return nothing ? socket_.is_open() && !closed_ : quiet();
}

bool Stream::quiet() { return ssl_ == nullptr ? untouched() : only_housekeeping(); }

bool Stream::untouched() const {
  if (!socket_.is_open()) return false;
  char byte;
  const auto count = ::recv(socket_.descriptor(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && would_block();
}

void Stream::shutdown_send() {
  if (ssl_ != nullptr) {
    ERR_clear_error();
    SSL_shutdown(ssl_);
  }
  ::shutdown(socket_.descriptor(), SHUT_WR);
}

void Stream::probe_peer() {
  const auto set = [&](int level, int name, int value) {
    ::setsockopt(socket_.descriptor(), level, name, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(IPPROTO_TCP, TCP_KEEPCNT, 4);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
}

void Stream::wake_reader() {
  read_timer_.fired = true;
  readiness_.wake(Side::kRead);
}

void Stream::abort() {
  if (ssl_ != nullptr) SSL_set_quiet_shutdown(ssl_, 1);
  constexpr linger kReset{.l_onoff = 1, .l_linger = 0};
  if (socket_.is_open()) ::setsockopt(socket_.descriptor(), SOL_SOCKET, SO_LINGER, &kReset, sizeof kReset);
  close();
}

void Stream::close() {
  closed_ = true;
  readiness_.stop();
  socket_.close();
}

void set_no_delay(const Socket& socket) {
  constexpr int kOn = 1;
  ::setsockopt(socket.descriptor(), IPPROTO_TCP, TCP_NODELAY, &kOn, sizeof kOn);
}

}  // namespace causeway::net
