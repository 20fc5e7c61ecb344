#include "net/tls_context.h"

#include <gtest/gtest.h>

#include <fstream>

#include "fakes/temporary_folder.h"
#include "net/peer_certificate.h"
#include "net/tls_fixture.h"

namespace causeway::net {
namespace {

class TlsContextTest : public ::testing::Test {
 protected:
  TlsContextTest() {
    Identity("gateway.test", {.names = "DNS:gateway.test", .usage = "serverAuth"}).write(folder, "server");
    root.write(folder, "root");
  }

  using Loaded = std::variant<std::shared_ptr<const TlsContext>, TlsProblem>;
  Loaded load(const std::optional<ClientCertificates>& clients = std::nullopt) const {
    return TlsContext::load(folder / "server.pem", folder / "server.key", clients);
  }
  std::shared_ptr<const TlsContext> context(bool required) const {
    return std::get<0>(load(ClientCertificates{folder / "root.pem", required}));
  }

  /// `ok`, or why the server ended the handshake.
  std::string outcome(const Identity* own, bool required = true) const {
    std::string both;
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      const auto served = context(required);
      const Handshake shaken(served->new_connection(), own, version);
      const std::string text = shaken.done ? "ok" : shaken.problem;
      if (both.empty()) both = text;
      EXPECT_EQ(both, text) << version;
    }
    return both;
  }

  const fakes::TemporaryFolder temporary;
  const std::filesystem::path folder = temporary.path();
  const Identity root{"root", {.authority = true}};
};

TEST_F(TlsContextTest, ACertificateOfTheAuthorityForClientsIsTaken) {
  const Identity oms("oms", {.names = "DNS:oms.internal", .usage = "clientAuth"}, &root);
  EXPECT_EQ(outcome(&oms), "ok");
  EXPECT_EQ(outcome(&oms, false), "ok");
  const Identity two("two", {.usage = "serverAuth,clientAuth"}, &root);
  EXPECT_EQ(outcome(&two), "ok");
}

TEST_F(TlsContextTest, AnyOtherCertificateEndsTheHandshake) {
  const Identity stranger("stranger", {.authority = true});
  const Identity foreign("oms", {.usage = "clientAuth"}, &stranger);
  const Identity own("oms", {.usage = "clientAuth"});
  const Identity expired("oms", {.usage = "clientAuth", .starts = -7200, .ends = -3600}, &root);
  const Identity early("oms", {.usage = "clientAuth", .starts = 3600, .ends = 7200}, &root);
  const Identity servers("oms", {.usage = "serverAuth"}, &root);
  const Identity anything("oms", {}, &root);
  const Identity no_authority("oms", {.usage = "clientAuth"}, &servers);
  for (const Identity* each : {&foreign, &own, &expired, &early, &servers, &anything, &no_authority}) {
    EXPECT_EQ(outcome(each), "certificate verify failed");
    EXPECT_EQ(outcome(each, false), "certificate verify failed");
  }
}

TEST_F(TlsContextTest, NoCertificateIsEnoughWhereItIsOptional) {
  EXPECT_EQ(outcome(nullptr, true), "peer did not return a certificate");
  EXPECT_EQ(outcome(nullptr, false), "ok");
}

TEST_F(TlsContextTest, GivesNoTicketsWhereItAsks) {
  const Identity oms("oms", {.usage = "clientAuth"}, &root);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto served = context(true);
    const Handshake shaken(served->new_connection(), &oms, version);
    char none;
    SSL_read(shaken.client.get(), &none, 1);  // tickets of TLS 1.3 come behind the handshake
    EXPECT_EQ(SSL_SESSION_is_resumable(SSL_get0_session(shaken.client.get())), 0) << version;
  }
  EXPECT_TRUE(context(true)->asks_for_certificates());
  EXPECT_FALSE(std::get<0>(load())->asks_for_certificates());
}

TEST_F(TlsContextTest, AFileOfAuthoritiesWithoutOneIsAProblem) {
  std::ofstream(folder / "empty.pem") << "nothing\n";
  for (const char* name : {"empty.pem", "missing.pem", "server.key"}) {
    const Loaded loaded = load(ClientCertificates{folder / name, true});
    const auto* problem = std::get_if<TlsProblem>(&loaded);
    ASSERT_NE(problem, nullptr) << name;
    EXPECT_EQ(problem->file, TlsProblem::File::kAuthorities);
    const bool missing = name == std::string_view("missing.pem");
    EXPECT_EQ(problem->text, (folder / name).string() + (missing ? " cannot be read: No such file or directory"
                                                                 : " holds no certificates in PEM"));
  }
}

TEST_F(TlsContextTest, SaysWhatIsWrongWithACertificateOrItsKey) {
  Identity("other", {}).write(folder, "other");
  std::ofstream(folder / "empty.pem") << "nothing\n";
  const auto wrong = [this](std::string_view certificate, std::string_view key) {
    const auto loaded = TlsContext::load(folder / certificate, folder / key);
    const auto* const problem = std::get_if<TlsProblem>(&loaded);
    if (problem == nullptr) return std::string("nothing");
    const std::string_view file = problem->file == TlsProblem::File::kCertificate ? "certificate: " : "key: ";
    return std::string(file) + problem->text.substr(folder.string().size() + 1);
  };
  EXPECT_EQ(wrong("server.pem", "server.key"), "nothing");
  EXPECT_EQ(wrong("none.pem", "server.key"), "certificate: none.pem cannot be read: No such file or directory");
  EXPECT_EQ(wrong("empty.pem", "server.key"), "certificate: empty.pem holds no certificate in PEM");
  EXPECT_EQ(wrong("server.pem", "none.key"), "key: none.key cannot be read: No such file or directory");
  EXPECT_EQ(wrong("server.pem", "server.pem"), "key: server.pem holds no private key in PEM without a passphrase");
  EXPECT_EQ(wrong("server.pem", "other.key"), "key: other.key does not belong to the certificate");
}

TEST_F(TlsContextTest, KnowsHowLongItsCertificateHolds) {
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  EXPECT_LT(std::get<0>(load())->valid_from(), now + std::chrono::minutes(1));
  EXPECT_GT(std::get<0>(load())->valid_until(), now);
  Identity("server", {.starts = -7200, .ends = -3600}).write(folder, "server");
  EXPECT_LT(std::get<0>(load())->valid_until(), now - std::chrono::minutes(59));
  EXPECT_GT(std::get<0>(load())->valid_until(), now - std::chrono::minutes(61));
}

TEST(PeerCertificate, HoldsTheNamesOfTheKindsThatCount) {
  const Identity issuer("root", {.authority = true, .ends = 1000});
  const Identity oms("common-name",
                     {.names = "DNS:OMS.Internal,IP:10.0.0.1,URI:spiffe://Example/oms,email:Oms@example.com,DNS:b"},
                     &issuer);
  const PeerCertificate peer({oms.certificate.get(), issuer.certificate.get()});
  EXPECT_EQ(peer.names, (std::vector<std::string>{"dns:oms.internal", "uri:spiffe://Example/oms",
                                                  "email:Oms@example.com", "dns:b"}));
  const auto left = peer.not_after - SystemClock().wall();
  EXPECT_GT(left, std::chrono::seconds(900));
  EXPECT_LE(left, std::chrono::seconds(1000));
}

TEST(PeerCertificate, TooManyNamesAreNone) {
  std::string names = "DNS:n0";
  for (int i = 1; i < 64; ++i) names += ",DNS:n" + std::to_string(i);
  const Identity just("just", {.names = names});
  EXPECT_EQ(PeerCertificate({just.certificate.get()}).names.size(), 64u);
  const Identity over("over", {.names = names + ",DNS:n64"});
  EXPECT_EQ(PeerCertificate({over.certificate.get()}).names.size(), 0u);
  EXPECT_EQ(PeerCertificate({Identity("none", {}).certificate.get()}).names.size(), 0u);
}

}  // namespace
}  // namespace causeway::net
