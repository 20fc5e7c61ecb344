#include "net/endpoint_address.h"

#include <gtest/gtest.h>
#include <sys/un.h>

#include <string>

#include "net/address_form.h"

namespace causeway::net {
namespace {

/// `host port` as it was understood, or `-`.
std::string understood(std::string_view text, bool zero_port = false) {
  const auto parsed = parse_host_port(text, zero_port);
  return parsed ? parsed->host + ' ' + std::to_string(parsed->port) : "-";
}

TEST(HostPort, TakesNamesAndAddressesOfBothFamilies) {
  EXPECT_EQ(understood("10.0.0.1:8080"), "10.0.0.1 8080");
  EXPECT_EQ(understood("[::1]:8080"), "::1 8080");
  EXPECT_EQ(understood("[2001:db8::7]:1"), "2001:db8::7 1");
  EXPECT_EQ(understood("wms.internal:65535"), "wms.internal 65535");
  EXPECT_EQ(understood("WMS_1-b:80"), "WMS_1-b 80");
}

TEST(HostPort, NeedsAPort) {
  EXPECT_EQ(understood(""), "-");
  EXPECT_EQ(understood("wms"), "-");
  EXPECT_EQ(understood("wms:"), "-");
  EXPECT_EQ(understood("[::1]"), "-");
  EXPECT_EQ(understood("[::1]:"), "-");
}

TEST(HostPort, APortIsANumberOf16Bits) {
  EXPECT_EQ(understood("wms:65536"), "-");
  EXPECT_EQ(understood("wms:-1"), "-");
  EXPECT_EQ(understood("wms:+80"), "-");
  EXPECT_EQ(understood("wms:80 "), "-");
  EXPECT_EQ(understood("wms: 80"), "-");
  EXPECT_EQ(understood("wms:0x50"), "-");
  EXPECT_EQ(understood("wms:80a"), "-");
  EXPECT_EQ(understood("wms:99999999999999999999"), "-");
}

TEST(HostPort, PortZeroOnlyWhereTheSystemMayChoose) {
  EXPECT_EQ(understood("127.0.0.1:0"), "-");
  EXPECT_EQ(understood("127.0.0.1:0", true), "127.0.0.1 0");
}

TEST(HostPort, AnIpv6AddressNeedsItsBrackets) {
  EXPECT_EQ(understood("::1:8080"), "-");
  EXPECT_EQ(understood("2001:db8::7:80"), "-");
  EXPECT_EQ(understood("[::1:80"), "-");
  EXPECT_EQ(understood("::1]:80"), "-");
}

TEST(HostPort, OnlyAnIpv6AddressMayStandInBrackets) {
  EXPECT_EQ(understood("[wms]:80"), "-");
  EXPECT_EQ(understood("[10.0.0.1]:80"), "-");
  EXPECT_EQ(understood("[:]:80"), "-");
  EXPECT_EQ(understood("[]:80"), "-");
  EXPECT_EQ(understood("[::1%eth0]:80"), "-");
}

TEST(HostPort, RefusesWhatIsNoHost) {
  EXPECT_EQ(understood(":80"), "-");
  EXPECT_EQ(understood("http://wms:80"), "-");
  EXPECT_EQ(understood("wms/a:80"), "-");
  EXPECT_EQ(understood("user@wms:80"), "-");
  EXPECT_EQ(understood("w ms:80"), "-");
  EXPECT_EQ(understood("wms\r\n:80"), "-");
  EXPECT_EQ(understood(std::string("w\0s:80", 6)), "-");
  EXPECT_EQ(understood(std::string(254, 'a') + ":80"), "-");
  EXPECT_EQ(understood(std::string(253, 'a') + ":80"), std::string(253, 'a') + " 80");
}

TEST(HostPort, WritesItselfAsItIsRead) {
  EXPECT_EQ((HostPort{"::1", 80}.text()), "[::1]:80");
  EXPECT_EQ((HostPort{"10.0.0.1", 80}.text()), "10.0.0.1:80");
  EXPECT_EQ(parse_host_port("[::1]:80")->text(), "[::1]:80");
}

TEST(HostPort, AConfigurationsEndpointNeedsAPortAndAListenersDoesNot) {
  EXPECT_FALSE(config::TextForm<HostPort>::parse("127.0.0.1:0"));
  EXPECT_TRUE(config::TextForm<ListenAddress>::parse("127.0.0.1:0"));
  EXPECT_EQ(config::TextForm<ListenAddress>::format({{"127.0.0.1", 0}}), "127.0.0.1:0");
  EXPECT_EQ(config::TextForm<ListenAddress>::format({}), "");
}

TEST(Resolve, FindsNumericAddressesWithoutAskingAnybody) {
  const auto v4 = resolve(HostPort{"127.0.0.1", 8080});
  ASSERT_EQ(v4.size(), 1u);
  EXPECT_EQ(v4[0].family(), AF_INET);
  const auto v6 = resolve(HostPort{"::1", 8080});
  ASSERT_EQ(v6.size(), 1u);
  EXPECT_EQ(v6[0].family(), AF_INET6);
}

TEST(Resolve, ANameWithoutAnAddressGivesNothing) { EXPECT_TRUE(resolve(HostPort{"no-such-host.invalid", 80}).empty()); }

TEST(EndpointName, TakesAHostWithItsPortOrASocketOfThisMachine) {
  EXPECT_EQ(parse_endpoint_name("wms.internal:8080")->text(), "wms.internal:8080");
  EXPECT_FALSE(parse_endpoint_name("wms.internal:8080")->local());
  EXPECT_EQ(parse_endpoint_name("unix:/run/app.sock")->text(), "unix:/run/app.sock");
  EXPECT_TRUE(parse_endpoint_name("unix:/run/app.sock")->local());
}

TEST(EndpointName, ASocketsPathIsAbsoluteAndFitsItsAddress) {
  const std::string longest = "/" + std::string(kMostSocketPath - 1, 'a');
  EXPECT_TRUE(parse_endpoint_name("unix:" + longest));
  EXPECT_FALSE(parse_endpoint_name("unix:" + longest + 'a'));
  for (const char* text : {"unix:", "unix:/", "unix:app.sock", "unix:run/app.sock", "unix:/run/", "Unix:/run/app.sock"})
    EXPECT_FALSE(parse_endpoint_name(text)) << text;
}

TEST(EndpointName, ASocketsPathIsItsAddress) {
  const auto addresses = resolve(*parse_endpoint_name("unix:/run/app.sock"));
  ASSERT_EQ(addresses.size(), 1u);
  EXPECT_EQ(addresses[0].family(), AF_UNIX);
  EXPECT_STREQ(reinterpret_cast<const sockaddr_un*>(addresses[0].data())->sun_path, "/run/app.sock");
}

}  // namespace
}  // namespace causeway::net
