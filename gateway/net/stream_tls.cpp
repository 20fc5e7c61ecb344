// The TLS half of Stream: OpenSSL works on the socket itself, and says what it waits for.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "net/stream.h"
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

/// Waits for what OpenSSL said it needs.
Task<IoResult> Stream::tls_step(int result, SideTimer& timer, SteadyTime deadline) {
  const int what = SSL_get_error(ssl_, result);
  if (what == SSL_ERROR_ZERO_RETURN) co_return IoResult{IoStatus::kEnd, 0};
  if (what != SSL_ERROR_WANT_READ && what != SSL_ERROR_WANT_WRITE) {
    SSL_set_quiet_shutdown(ssl_, 1);  // after a fatal error no close_notify may be sent
    co_return IoResult{IoStatus::kFailed, 0};
  }
  if (timer.fired) co_return IoResult{IoStatus::kTimeout, 0};
  const Side side = what == SSL_ERROR_WANT_READ ? Side::kRead : Side::kWrite;
  readiness_.exhausted(side);
  SideTimer& other = side == timer.side ? timer : side == Side::kRead ? read_timer_ : write_timer_;
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
      if (done < data.size() && write_timer_.fired) co_return IoResult{IoStatus::kTimeout, done};
      continue;
    }
    const IoResult step = co_await tls_step(result, write_timer_, deadline);
    if (!step.ok()) co_return IoResult{step.status, done};
  }
  co_return IoResult{IoStatus::kOk, done};
}

}  // namespace causeway::net
