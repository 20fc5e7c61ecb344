#include "plugins/mtls/mtls_authenticator.h"

#include <gtest/gtest.h>

#include <string>

#include "fakes/consumers.h"
#include "fakes/exchange_fixture.h"

namespace causeway::plugins {
namespace {

class MtlsPluginTest : public fakes::ExchangeFixture {
 protected:
  /// Who called with a certificate of these names, or why not.
  std::string outcome(const std::vector<std::string>& names, Duration lasts = std::chrono::hours(1)) {
    net::PeerCertificate certificate;
    certificate.names = names;
    certificate.not_after = clock.wall() + std::chrono::duration_cast<std::chrono::milliseconds>(lasts);
    fakes::Call& one = call();
    one.exchange.request.certificate = &certificate;
    Result<> head = scheme.on_head(one.exchange);
    if (!head) return fakes::describe(head.error());
    return one.exchange.authenticated ? one.exchange.consumer->name : "nobody";
  }

  const security::ConsumerTable consumers = fakes::consumers_of(
      "consumers:\n"
      "  - {name: oms, certificates: [\"dns:oms.internal\", \"uri:spiffe://a/oms\"]}\n"
      "  - {name: wms, certificates: [\"email:wms@example.com\"]}\n");
  const MtlsAuthenticator scheme{consumers};
};

TEST_F(MtlsPluginTest, TheOneConsumerOfItsNamesCalls) {
  EXPECT_EQ(outcome({"dns:oms.internal"}), "oms");
  EXPECT_EQ(outcome({"dns:other", "uri:spiffe://a/oms", "dns:oms.internal"}), "oms");
  EXPECT_EQ(outcome({"email:wms@example.com"}), "wms");
  EXPECT_FALSE(scheme.needs_whole_request());
  EXPECT_TRUE(scheme.of_connection());
}

TEST_F(MtlsPluginTest, NobodysAndSeveralsAreWrong) {
  EXPECT_EQ(outcome({}).substr(0, 25), "40191 unknown_certificate");
  EXPECT_EQ(outcome({"dns:internal", "dns:x.oms.internal"}).substr(0, 25), "40191 unknown_certificate");
  EXPECT_EQ(outcome({"dns:oms.internal", "email:wms@example.com"}).substr(0, 27), "40191 ambiguous_certificate");
}

TEST_F(MtlsPluginTest, ACertificateEndsUnderAConnection) {
  EXPECT_EQ(outcome({"dns:oms.internal"}, Duration(0)), "oms");
  EXPECT_EQ(outcome({"dns:oms.internal"}, -std::chrono::milliseconds(1)).substr(0, 25), "40192 expired_certificate");
}

TEST_F(MtlsPluginTest, IsPresentedByTheConnection) {
  fakes::Call& one = call();
  EXPECT_FALSE(scheme.presented(one.exchange.request));
  const net::PeerCertificate certificate;
  one.exchange.request.certificate = &certificate;
  EXPECT_TRUE(scheme.presented(one.exchange.request));
}

}  // namespace
}  // namespace causeway::plugins
