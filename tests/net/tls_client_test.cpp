#include "net/tls_client.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <fstream>
#include <optional>

#include "fakes/run_task.h"
#include "fakes/temporary_folder.h"
#include "net/stream.h"
#include "net/tls_fixture.h"

namespace causeway::net {
namespace {

constexpr auto kSoon = std::chrono::seconds(15);

/// Both sides of one connection, each a Stream of this thread's worker.
class TlsClientTest : public ::testing::Test {
 protected:
  TlsClientTest() {
    std::signal(SIGPIPE, SIG_IGN);  // as the gateway's process does: OpenSSL writes without MSG_NOSIGNAL
    root.write(folder, "root");
    wms.write(folder, "wms");
  }
  ~TlsClientTest() override {
    near.reset();
    far.reset();
    worker.io().poll();
  }

  void connect() {
    near.reset();
    far.reset();
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), 0);
    near.emplace(worker, Socket(ends[0]));
    far.emplace(worker, Socket(ends[1]));
  }

  std::shared_ptr<const TlsContext> server(const std::string& name,
                                           const std::optional<ClientCertificates>& clients = std::nullopt) const {
    return std::get<0>(TlsContext::load(folder / (name + ".pem"), folder / (name + ".key"), clients));
  }
  std::shared_ptr<const TlsClient> client(TlsClientOptions options = {}) const {
    if (options.authorities.empty()) options.authorities = folder / "root.pem";
    return std::get<0>(TlsClient::load(options));
  }
  SteadyTime soon() { return clock.steady() + kSoon; }

  static Task<> serve(Stream& stream, std::shared_ptr<const TlsContext> context, SteadyTime deadline, bool& over) {
    const IoResult shaken = co_await stream.accept_tls(*context, deadline);
    if (!shaken.ok()) stream.close();
    over = true;
  }

  /// `ok`, or why our side ended the handshake.
  std::string shake(const TlsClient& with, std::shared_ptr<const TlsContext> context, const std::string& host,
                    TlsSession* session = nullptr) {
    connect();
    bool over = false;
    worker.spawn(serve(*far, std::move(context), soon(), over));
    std::string problem;
    const IoResult shaken = fakes::run(worker, near->connect_tls(with, host, session, soon(), problem));
    if (!shaken.ok()) near->close();
    fakes::run_until(worker, [&] { return over; });
    EXPECT_EQ(shaken.ok(), problem.empty());
    return shaken.ok() ? "ok" : problem;
  }
  /// What our side reads once the other has written `text`.
  std::string hear(std::string_view text) {
    fakes::run(worker, far->write(text, soon()));
    std::array<char, 256> buffer{};
    const IoResult got = fakes::run(worker, near->read_some(buffer, soon()));
    return {buffer.data(), got.count};
  }

  const SystemClock clock;
  runtime::Worker worker{0, "test", clock};
  const fakes::TemporaryFolder temporary;
  const std::filesystem::path folder = temporary.path();
  const Identity root{"root", {.authority = true}};
  const Identity wms{
      "wms", {.names = "DNS:wms.internal,DNS:*.pool.internal,IP:10.0.0.1", .usage = "serverAuth"}, &root};
  std::optional<Stream> near;
  std::optional<Stream> far;
};

TEST_F(TlsClientTest, SpeaksWithASystemThatProvesItsName) {
  EXPECT_EQ(shake(*client(), server("wms"), "wms.internal"), "ok");
  EXPECT_TRUE(near->is_tls());
  EXPECT_EQ(far->server_name(), "wms.internal");
  EXPECT_EQ(hear("hello"), "hello");
}

TEST_F(TlsClientTest, TheNameIsTheHostUnlessItIsSaid) {
  EXPECT_EQ(shake(*client(), server("wms"), "oms.internal"), "its certificate: hostname mismatch");
  EXPECT_EQ(shake(*client({.server_name = "wms.internal"}), server("wms"), "10.0.0.7"), "ok");
  EXPECT_EQ(far->server_name(), "wms.internal");
  EXPECT_EQ(shake(*client({.server_name = "oms.internal"}), server("wms"), "wms.internal"),
            "its certificate: hostname mismatch");
}

TEST_F(TlsClientTest, AnAddressIsCheckedAsAddressAndNotNamed) {
  EXPECT_EQ(shake(*client(), server("wms"), "10.0.0.1"), "ok");
  EXPECT_EQ(far->server_name(), "");
  EXPECT_EQ(shake(*client(), server("wms"), "10.0.0.2"), "its certificate: IP address mismatch");
}

TEST_F(TlsClientTest, AWildcardStandsForOneLabel) {
  EXPECT_EQ(shake(*client(), server("wms"), "a.pool.internal"), "ok");
  EXPECT_EQ(shake(*client(), server("wms"), "a.b.pool.internal"), "its certificate: hostname mismatch");
  EXPECT_EQ(shake(*client(), server("wms"), "pool.internal"), "its certificate: hostname mismatch");
}

TEST_F(TlsClientTest, AnyOtherCertificateEndsTheHandshake) {
  const Identity stranger("stranger", {.authority = true});
  const auto outcome = [&](const Identity::Options& options, const Identity* issuer) {
    Identity("wms", options, issuer).write(folder, "other");
    return shake(*client(), server("other"), "wms.internal");
  };
  const std::string names = "DNS:wms.internal";
  EXPECT_EQ(outcome({.names = names}, &stranger), "its certificate: unable to get local issuer certificate");
  EXPECT_EQ(outcome({.names = names}, nullptr), "its certificate: self-signed certificate");
  EXPECT_EQ(outcome({.names = names, .starts = -7200, .ends = -3600}, &root),
            "its certificate: certificate has expired");
  EXPECT_EQ(outcome({.names = names, .starts = 3600, .ends = 7200}, &root),
            "its certificate: certificate is not yet valid");
  EXPECT_EQ(outcome({.names = names, .usage = "clientAuth"}, &root), "its certificate: unsuitable certificate purpose");
}

TEST_F(TlsClientTest, TheSystemsAuthoritiesDoNotKnowATestsOwn) {
  const auto loaded = TlsClient::load({});
  EXPECT_EQ(shake(*std::get<0>(loaded), server("wms"), "wms.internal"),
            "its certificate: unable to get local issuer certificate");
}

TEST_F(TlsClientTest, ACertificateIsTrustedAsItStands) {
  Identity("wms", {.names = "DNS:wms.internal"}).write(folder, "own");
  EXPECT_EQ(shake(*client({.authorities = folder / "own.pem"}), server("own"), "wms.internal"), "ok");
}

TEST_F(TlsClientTest, ASystemThatDoesNotSpeakTlsIsSaidToBeOne) {
  connect();
  fakes::run(worker, far->write("HTTP/1.1 400 Bad Request\r\n\r\n", soon()));
  std::string problem;
  fakes::run(worker, near->connect_tls(*client(), "wms.internal", nullptr, soon(), problem));
  EXPECT_EQ(problem, "it does not speak TLS");
}

TEST_F(TlsClientTest, ASystemThatSaysNothingOrLeavesEndsTheHandshake) {
  connect();
  std::string problem;
  const SteadyTime due = clock.steady() + std::chrono::milliseconds(10);
  const IoResult late = fakes::run(worker, near->connect_tls(*client(), "wms.internal", nullptr, due, problem));
  EXPECT_EQ(late.status, IoStatus::kTimeout);
  EXPECT_EQ(problem, "no handshake in time");
  connect();
  far->close();
  problem.clear();
  fakes::run(worker, near->connect_tls(*client(), "wms.internal", nullptr, soon(), problem));
  EXPECT_EQ(problem, "closed during the handshake");
}

TEST_F(TlsClientTest, ShowsItsCertificateWhenItIsAsked) {
  Identity("gateway", {.names = "DNS:gateway.internal", .usage = "clientAuth"}, &root).write(folder, "gateway");
  const auto asking = server("wms", ClientCertificates{folder / "root.pem", true});
  const auto showing = client({.certificate = folder / "gateway.pem", .private_key = folder / "gateway.key"});
  EXPECT_EQ(shake(*showing, asking, "wms.internal"), "ok");
  ASSERT_TRUE(far->peer_certificate().has_value());
  EXPECT_EQ(far->peer_certificate()->names, std::vector<std::string>{"dns:gateway.internal"});
}

TEST_F(TlsClientTest, ARefusedCertificateIsKnownFromTheAlertBehindTheHandshake) {
  const auto asking = server("wms", ClientCertificates{folder / "root.pem", true});
  ASSERT_EQ(shake(*client(), asking, "wms.internal"), "ok");  // TLS 1.3: the other side decides after ours is done
  std::array<char, 16> buffer{};
  const IoResult got = fakes::run(worker, near->read_some(buffer, soon()));
  EXPECT_EQ(got.status, IoStatus::kFailed);
  EXPECT_TRUE(near->certificate_refused());
}

TEST_F(TlsClientTest, AConnectionWithNothingButTicketsIsQuiet) {
  ASSERT_EQ(shake(*client(), server("wms"), "wms.internal"), "ok");
  EXPECT_TRUE(near->quiet());  // tickets of TLS 1.3 have come behind the handshake
  fakes::run(worker, far->write("unasked", soon()));
  EXPECT_FALSE(near->quiet());
  ASSERT_EQ(shake(*client(), server("wms"), "wms.internal"), "ok");
  far->shutdown_send();
  EXPECT_FALSE(near->quiet());
}

TEST_F(TlsClientTest, AnEndIsOneOnlyIfTheOtherSideSaysSo) {
  std::array<char, 16> buffer{};
  ASSERT_EQ(shake(*client(), server("wms"), "wms.internal"), "ok");
  far->shutdown_send();
  EXPECT_EQ(fakes::run(worker, near->read_some(buffer, soon())).status, IoStatus::kEnd);
  ASSERT_EQ(shake(*client(), server("wms"), "wms.internal"), "ok");
  far->close();  // as if somebody in between had cut it
  EXPECT_EQ(fakes::run(worker, near->read_some(buffer, soon())).status, IoStatus::kFailed);
}

TEST_F(TlsClientTest, TheNextHandshakeResumesTheSession) {
  const auto served = server("wms");
  const auto called = client();
  TlsSession session;
  ASSERT_EQ(shake(*called, served, "wms.internal", &session), "ok");
  EXPECT_EQ(session.get(), nullptr);
  EXPECT_EQ(hear("hello"), "hello");
  ASSERT_NE(session.get(), nullptr);
  ASSERT_EQ(shake(*called, served, "wms.internal", &session), "ok");
  EXPECT_TRUE(near->resumed());
  EXPECT_EQ(hear("hello"), "hello");
  ASSERT_EQ(shake(*called, served, "wms.internal"), "ok");
  EXPECT_FALSE(near->resumed());
}

TEST_F(TlsClientTest, TwoWithTheSameFilesAreTheSame) {
  Identity("gateway", {.usage = "clientAuth"}, &root).write(folder, "gateway");
  const TlsClientOptions own{folder / "root.pem", folder / "gateway.pem", folder / "gateway.key", "wms.internal"};
  TlsClientOptions plain = own;
  plain.certificate.clear();
  plain.private_key.clear();
  TlsClientOptions named = own;
  named.server_name = "oms.internal";
  EXPECT_EQ(client(own)->fingerprint(), client(own)->fingerprint());
  EXPECT_NE(client(own)->fingerprint(), client(plain)->fingerprint());
  EXPECT_NE(client(own)->fingerprint(), client(named)->fingerprint());
  const std::string before = client(plain)->fingerprint();
  Identity("root", {.authority = true}).write(folder, "root");
  EXPECT_NE(client(plain)->fingerprint(), before);
}

TEST_F(TlsClientTest, SaysWhichFileIsWrong) {
  std::ofstream(folder / "empty.pem") << "nothing\n";
  const auto wrong = [](const TlsClientOptions& options) {
    const auto loaded = TlsClient::load(options);
    const auto* const problem = std::get_if<TlsProblem>(&loaded);
    return problem == nullptr ? "nothing" : std::to_string(static_cast<int>(problem->file)) + ' ' + problem->text;
  };
  const std::string at = folder.string() + '/';
  EXPECT_EQ(wrong({.authorities = folder / "empty.pem"}), "2 " + at + "empty.pem holds no certificates in PEM");
  EXPECT_EQ(wrong({.authorities = folder / "none.pem"}),
            "2 " + at + "none.pem cannot be read: No such file or directory");
  EXPECT_EQ(wrong({.certificate = folder / "empty.pem", .private_key = folder / "wms.key"}),
            "0 " + at + "empty.pem holds no certificate in PEM");
  EXPECT_EQ(wrong({.certificate = folder / "wms.pem", .private_key = folder / "root.key"}),
            "1 " + at + "root.key does not belong to the certificate");
}

TEST(ServerName, IsAHostOrAnAddress) {
  for (const char* name : {"wms.internal", "10.0.0.1", "::1", "a_b-c.d"}) EXPECT_TRUE(is_server_name(name)) << name;
  for (const char* name : {"", "wms internal", "*.internal", "-a", ".a", "a/b"})
    EXPECT_FALSE(is_server_name(name)) << name;
}

TEST(HostField, SaysTheNameAndThePortUnlessItIsTheUsualOne) {
  EXPECT_EQ(host_field({"10.0.0.1", 8080}, nullptr), "10.0.0.1:8080");
  EXPECT_EQ(host_field({"::1", 80}, nullptr), "[::1]");
  EXPECT_EQ(host_field({"wms.internal", 443}, nullptr), "wms.internal:443");
  EXPECT_EQ(host_field(*parse_endpoint_name("unix:/run/app.sock"), nullptr), "localhost");
  const auto plain = std::get<0>(TlsClient::load({}));
  EXPECT_EQ(host_field({"wms.internal", 443}, plain.get()), "wms.internal");
  const auto named = std::get<0>(TlsClient::load({.server_name = "wms.internal"}));
  EXPECT_EQ(host_field({"10.0.0.1", 8443}, named.get()), "wms.internal:8443");
  EXPECT_EQ(host_field(*parse_endpoint_name("unix:/run/app.sock"), named.get()), "wms.internal");
}

}  // namespace
}  // namespace causeway::net
