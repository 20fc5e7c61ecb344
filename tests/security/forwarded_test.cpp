#include "security/forwarded.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace causeway::security {
namespace {

std::string caller(std::string_view peer, std::vector<std::string_view> lines) {
  const AddressRange trusted[] = {*AddressRange::parse("10.0.0.0/8"), *AddressRange::parse("2001:db8::/32")};
  return client_address(*IpAddress::parse(peer), lines, AddressSet(trusted)).to_string();
}

TEST(ClientAddress, IsThePeerWhenItIsNoTrustedProxy) {
  EXPECT_EQ(caller("1.1.1.1", {"2.2.2.2"}), "1.1.1.1");
  EXPECT_EQ(caller("1.1.1.1", {}), "1.1.1.1");
}

TEST(ClientAddress, IsWhatATrustedProxySaw) {
  EXPECT_EQ(caller("10.0.0.1", {"2.2.2.2"}), "2.2.2.2");
  EXPECT_EQ(caller("10.0.0.1", {"2.2.2.2, 10.0.0.2"}), "2.2.2.2");
  EXPECT_EQ(caller("::ffff:10.0.0.1", {" 2001:0DB9::1 "}), "2001:db9::1");
}

TEST(ClientAddress, IgnoresWhatTheCallerItselfWrote) {
  EXPECT_EQ(caller("10.0.0.1", {"127.0.0.1, 10.9.9.9, 2.2.2.2"}), "2.2.2.2");
  EXPECT_EQ(caller("10.0.0.1", {"127.0.0.1", "2.2.2.2,10.0.0.3"}), "2.2.2.2");
}

TEST(ClientAddress, ReadsSeveralLinesAsOneList) {
  EXPECT_EQ(caller("10.0.0.1", {"3.3.3.3", "10.0.0.2", "10.0.0.3"}), "3.3.3.3");
}

TEST(ClientAddress, IsTheLeftmostWhenAllAreTrusted) {
  EXPECT_EQ(caller("10.0.0.1", {"10.0.0.5, 10.0.0.4"}), "10.0.0.5");
  EXPECT_EQ(caller("10.0.0.1", {}), "10.0.0.1");
}

TEST(ClientAddress, StopsAtWhatIsNoAddress) {
  EXPECT_EQ(caller("10.0.0.1", {"2.2.2.2, unknown, 10.0.0.2"}), "10.0.0.2");
  EXPECT_EQ(caller("10.0.0.1", {""}), "10.0.0.1");
  EXPECT_EQ(caller("10.0.0.1", {"2.2.2.2,"}), "10.0.0.1");
  EXPECT_EQ(caller("10.0.0.1", {"_hidden"}), "10.0.0.1");
  for (const std::string_view odd :
       {"2.2.2.2:", "2.2.2.2:x", "[2.2.2.2]", "[::1", "[::1]x", "[::1]:", "2.2.2.2 3.3.3.3"}) {
    EXPECT_EQ(caller("10.0.0.1", {odd}), "10.0.0.1") << odd;
  }
}

TEST(ClientAddress, TakesAddressesWithAPort) {
  EXPECT_EQ(caller("10.0.0.1", {"2.2.2.2:4711"}), "2.2.2.2");
  EXPECT_EQ(caller("10.0.0.1", {"[2001:db9::1]:4711, 10.0.0.2:80"}), "2001:db9::1");
  EXPECT_EQ(caller("10.0.0.1", {"[2001:db9::1]"}), "2001:db9::1");
}

}  // namespace
}  // namespace causeway::security
