// The TLS half of Stream: OpenSSL works on the socket itself, and says what it waits for.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "net/stream.h"
#include "net/tls_client.h"
#include "net/tls_context.h"

namespace causeway::net {

Task<IoResult> Stream::accept_tls(const TlsContext& context, SteadyTime deadline) {
  ssl_ = context.new_connection();
  if (ssl_ == nullptr) co_return IoResult{IoStatus::kFailed, 0};
  SSL_set_fd(ssl_, socket_.descriptor());
  read_timer_.fired = false;
  for (;;) {
    ERR_clear_error();
    const int result = SSL_accept(ssl_);
    if (result == 1) co_return IoResult{};
    const IoResult step = co_await tls_step(result, read_timer_, deadline);
    if (!step.ok()) co_return step;
  }
}

Task<IoResult> Stream::connect_tls(const TlsClient& client, const std::string& host, TlsSession* session,
                                   SteadyTime deadline, std::string& problem) {
  ssl_ = client.new_connection(host, session);
  if (ssl_ == nullptr) {
    problem = "no certificate can be for this name";
    co_return IoResult{IoStatus::kFailed, 0};
  }
  SSL_set_fd(ssl_, socket_.descriptor());
  write_timer_.fired = false;
  for (;;) {
    ERR_clear_error();
    const int result = SSL_connect(ssl_);
    if (result == 1) co_return IoResult{};
    const int what = SSL_get_error(ssl_, result);
    if (what == SSL_ERROR_SSL || what == SSL_ERROR_SYSCALL) problem = handshake_problem(ssl_);
    const IoResult step = co_await tls_step(result, write_timer_, deadline);
    if (step.status == IoStatus::kTimeout) problem = "no handshake in time";
    if (!step.ok()) {
      if (problem.empty()) problem = "closed during the handshake";
      co_return step;
    }
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

void Stream::free_tls() {
  if (ssl_ == nullptr) return;
  // Or OpenSSL would take its session for spoilt. What was cut short is told by lengths and chunks, not by this.
  if (SSL_get_quiet_shutdown(ssl_) == 0) SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(std::exchange(ssl_, nullptr));
}

bool Stream::resumed() const { return ssl_ != nullptr && SSL_session_reused(ssl_) == 1; }

bool Stream::only_housekeeping() {
  if (!socket_.is_open() || closed_) return false;
  if (SSL_pending(ssl_) > 0) return false;
  if (untouched()) {
    readiness_.exhausted(Side::kRead);
    return true;
  }
  ERR_clear_error();
  char byte;
  std::size_t count = 0;
  const int result = SSL_peek_ex(ssl_, &byte, 1, &count);
  if (result == 1) return false;
  const int what = SSL_get_error(ssl_, result);
  if (what == SSL_ERROR_WANT_READ) {
    readiness_.exhausted(Side::kRead);
    return true;
  }
  if (what != SSL_ERROR_ZERO_RETURN) SSL_set_quiet_shutdown(ssl_, 1);
  return false;
}

/// Whoever closes under our hands may have said why before.
void Stream::look_for_alert() {
  ERR_clear_error();
  char byte;
  std::size_t count = 0;
  const int result = SSL_peek_ex(ssl_, &byte, 1, &count);
  certificate_refused_ = result != 1 && SSL_get_error(ssl_, result) == SSL_ERROR_SSL && is_certificate_alert();
}

/// Waits for what OpenSSL said it needs.
Task<IoResult> Stream::tls_step(int result, SideTimer& timer, SteadyTime deadline) {
  const int what = SSL_get_error(ssl_, result);
  if (what == SSL_ERROR_ZERO_RETURN) co_return IoResult{closed_in_order(ssl_) ? IoStatus::kEnd : IoStatus::kFailed, 0};
  if (what != SSL_ERROR_WANT_READ && what != SSL_ERROR_WANT_WRITE) {
    certificate_refused_ = what == SSL_ERROR_SSL && is_certificate_alert();
    SSL_set_quiet_shutdown(ssl_, 1);  // after a fatal error no close_notify may be sent
    co_return IoResult{IoStatus::kFailed, 0};
  }
  if (timer.fired) co_return IoResult{IoStatus::kTimeout, 0};
  const Side side = what == SSL_ERROR_WANT_READ ? Side::kRead : Side::kWrite;
  readiness_.exhausted(side);
  if (readiness_.awaited(side)) {  // the other direction waits for the same, as after a change of keys
    constexpr Duration kLookAgain = std::chrono::milliseconds(5);
    co_await worker_.io().sleep(kLookAgain);
    if (closed_) co_return IoResult{IoStatus::kFailed, 0};
    co_return IoResult{worker_.now() < deadline ? IoStatus::kOk : IoStatus::kTimeout, 0};
  }
  SideTimer& other = side == timer.side ? timer : side == Side::kRead ? read_timer_ : write_timer_;
  if (&other != &timer) other.fired = false;
  const IoStatus status = co_await wait(other, deadline);
  co_return IoResult{status, 0};
}

Task<IoResult> Stream::read_tls(std::span<char> buffer, SteadyTime deadline) {
  for (;;) {
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_read_ex(ssl_, buffer.data(), buffer.size(), &count);
    if (result == 1) {
      if (++at_once_ >= kAtOnce) co_await let_others_in();
      co_return IoResult{IoStatus::kOk, count};
    }
    const IoResult step = co_await tls_step(result, read_timer_, deadline);
    if (!step.ok()) co_return step;
  }
}

Task<IoResult> Stream::write_tls(Bytes data, SteadyTime deadline) {
  std::size_t done = 0;
  while (done < data.size()) {
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_write_ex(ssl_, data.data() + done, data.size() - done, &count);
    if (result == 1) {
      done += count;
      if (++at_once_ >= kAtOnce) co_await let_others_in();
      if (closed_) co_return IoResult{IoStatus::kFailed, done};  // meanwhile: the descriptor may be another's by now
      if (done < data.size() && write_timer_.fired) co_return IoResult{IoStatus::kTimeout, done};
      continue;
    }
    const IoResult step = co_await tls_step(result, write_timer_, deadline);
    if (step.status == IoStatus::kFailed && done == 0 && !closed_) look_for_alert();
    if (!step.ok()) co_return IoResult{step.status, done};
  }
  co_return IoResult{IoStatus::kOk, done};
}

}  // namespace causeway::net
