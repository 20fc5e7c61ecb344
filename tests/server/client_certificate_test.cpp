// Callers with client certificates, over real sockets: what the exchange knows of them, and which hosts they may ask
// for.
#include <fcntl.h>
#include <gtest/gtest.h>

#include "fakes/temporary_folder.h"
#include "net/tls_fixture.h"
#include "server/server_fixture.h"

namespace causeway::server {
namespace {

using net::Identity;

/// A caller that speaks TLS; the test runs the server's loop while it waits.
class SecureCaller {
 public:
  SecureCaller(runtime::Worker& worker, const std::string& address, const Identity* own, const char* server_name)
      : worker_(worker), context_(SSL_CTX_new(TLS_client_method())) {
    const auto where = net::resolve(*net::parse_host_port(address)).front();
    socket_ = ::socket(where.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(socket_, where.data(), static_cast<socklen_t>(where.size())) != 0) ADD_FAILURE() << "no connection";
    ::fcntl(socket_, F_SETFL, O_NONBLOCK);
    if (own != nullptr) {
      SSL_CTX_use_certificate(context_.get(), own->certificate.get());
      SSL_CTX_use_PrivateKey(context_.get(), own->key.get());
    }
    ssl_.reset(SSL_new(context_.get()));
    if (server_name != nullptr) SSL_set_tlsext_host_name(ssl_.get(), server_name);
    SSL_set_fd(ssl_.get(), socket_);
    SSL_set_connect_state(ssl_.get());
  }
  ~SecureCaller() {
    ssl_.reset();
    ::close(socket_);
  }

  /// Sends `text`; the answer up to `end` or the end of the connection, or OpenSSL's word for what went wrong.
  std::string exchange(std::string_view text, std::string_view end) {
    std::string received;
    std::size_t sent = 0;
    const auto guard = std::chrono::steady_clock::now() + fakes::kHangGuard;
    worker_.io().restart();
    while (received.find(end) == std::string::npos && std::chrono::steady_clock::now() < guard) {
      ERR_clear_error();
      char buffer[4096];
      const bool sending = sent < text.size();
      const int count = sending ? SSL_write(ssl_.get(), text.data() + sent, static_cast<int>(text.size() - sent))
                                : SSL_read(ssl_.get(), buffer, sizeof buffer);
      if (count > 0 && sending) sent += static_cast<std::size_t>(count);
      else if (count > 0) received.append(buffer, static_cast<std::size_t>(count));
      if (count > 0) continue;
      const int what = SSL_get_error(ssl_.get(), count);
      if (what == SSL_ERROR_ZERO_RETURN) return received;
      if (what == SSL_ERROR_SSL) return ERR_reason_error_string(ERR_peek_error());
      if (what == SSL_ERROR_SYSCALL) return received + "<cut>";
      worker_.io().run_one_for(milliseconds(5));
    }
    return received;
  }

 private:
  runtime::Worker& worker_;
  std::unique_ptr<SSL_CTX, net::Free> context_;
  std::unique_ptr<SSL, net::Free> ssl_;
  int socket_ = -1;
};

class ClientCertificateTest : public ServerTest {
 protected:
  ClientCertificateTest() {
    Identity("gateway.test", {.names = "DNS:gateway.test", .usage = "serverAuth"}).write(folder.path(), "server");
    root.write(folder.path(), "root");
    handler.answers = [this](Exchange& exchange) {
      const net::PeerCertificate* const certificate = exchange.request.certificate;
      seen.push_back(certificate == nullptr ? "-" : certificate->names.empty() ? "" : certificate->names.front());
    };
  }
  ~ClientCertificateTest() override { handler.answers = nullptr; }

  void open(bool required) {
    auto view = std::make_shared<ListenerView>();
    view->limits = limits;
    view->tls = std::get<0>(net::TlsContext::load(folder / "server.pem", folder / "server.key",
                                                  net::ClientCertificates{folder / "root.pem", required}));
    listener = std::make_unique<Listener>("public", worker, contexts, handler, server_metrics, std::move(view));
    ASSERT_EQ(listener->open({"127.0.0.1", 0}), "");
    listener->start();
  }
  /// The answer to one call for `host` over a connection of its own, with Date left out.
  std::string call(const Identity* own, std::string_view host, const char* server_name = "gateway.test",
                   std::string_view end = "GET / ") {
    SecureCaller caller(worker, listener->address(), own, server_name);
    return without_date(caller.exchange("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n", end));
  }

  const fakes::TemporaryFolder folder;
  const Identity root{"root", {.authority = true}};
  const Identity oms{"oms", {.names = "DNS:OMS.internal", .usage = "clientAuth"}, &root};
  std::vector<std::string> seen;
};

TEST_F(ClientCertificateTest, TheExchangeKnowsTheNamesOfTheConnectionsCertificate) {
  open(false);
  SecureCaller caller(worker, listener->address(), &oms, "gateway.test");
  const std::string request = "GET /a HTTP/1.1\r\nHost: gateway.test\r\n\r\n";
  EXPECT_EQ(without_date(caller.exchange(request, "GET /a ")), ok("GET /a "));
  EXPECT_EQ(without_date(caller.exchange(request, "GET /a ")), ok("GET /a "));
  EXPECT_EQ(call(nullptr, "gateway.test"), ok("GET / "));
  EXPECT_EQ(seen, (std::vector<std::string>{"dns:oms.internal", "dns:oms.internal", "-"}));
}

TEST_F(ClientCertificateTest, AnotherHostThanTheHandshakesIsMisdirected) {
  open(true);
  const std::string refused = call(&oms, "other.test", "gateway.test", "nothing ends it but the connection");
  EXPECT_EQ(refused.substr(0, refused.find('\r')), "HTTP/1.1 421 Misdirected Request");
  EXPECT_NE(refused.find("Connection: close\r\n"), std::string::npos) << refused;
  EXPECT_NE(refused.find("{\"code\":42190,\"message\":\"this connection does not serve that host\","),
            std::string::npos)
      << refused;
  EXPECT_EQ(seen.size(), 0u);
  for (const char* host : {"GATEWAY.test", "gateway.test:8443", "gateway.test."})
    EXPECT_EQ(call(&oms, host), ok("GET / ")) << host;
  EXPECT_EQ(call(&oms, "other.test", nullptr), ok("GET / "));  // the handshake named none
}

TEST_F(ClientCertificateTest, AFailedHandshakeSaysWhyAndIsCounted) {
  open(true);
  const Identity stranger("stranger", {.authority = true});
  const Identity foreign("oms", {.names = "DNS:oms.internal", .usage = "clientAuth"}, &stranger);
  EXPECT_EQ(call(&foreign, "gateway.test"), "tlsv1 alert unknown ca");
  EXPECT_EQ(call(nullptr, "gateway.test"), "tlsv13 alert certificate required");
  EXPECT_EQ(sample("causeway_tls_handshakes_failed_total"), "2");
  EXPECT_EQ(seen.size(), 0u);
}

}  // namespace
}  // namespace causeway::server
