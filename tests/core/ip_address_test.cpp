#include "core/ip_address.h"

#include <gtest/gtest.h>

#include <string>

namespace causeway {
namespace {

std::string reprinted(std::string_view text) {
  const auto address = IpAddress::parse(text);
  return address ? address->to_string() : "refused";
}

std::string range(std::string_view text) {
  const auto parsed = AddressRange::parse(text);
  return parsed ? parsed->to_string() : "refused";
}

AddressSet set(std::initializer_list<std::string_view> texts) {
  std::vector<AddressRange> ranges;
  for (const auto text : texts) ranges.push_back(AddressRange::parse(text).value());
  return AddressSet(ranges);
}

bool holds(const AddressSet& set, std::string_view address) { return set.contains(IpAddress::parse(address).value()); }

TEST(IpAddress, PrintsTheCanonicalFormOfRfc5952) {
  EXPECT_EQ(reprinted("10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(reprinted("255.255.255.255"), "255.255.255.255");
  EXPECT_EQ(reprinted("2001:DB8:0:0:0:0:0:1"), "2001:db8::1");
  EXPECT_EQ(reprinted("2001:0db8::0001"), "2001:db8::1");
  EXPECT_EQ(reprinted("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");  // a single zero group stays
  EXPECT_EQ(reprinted("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1");           // the longest run
  EXPECT_EQ(reprinted("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");     // the first of equal ones
  EXPECT_EQ(reprinted("::"), "::");
  EXPECT_EQ(reprinted("::1"), "::1");
  EXPECT_EQ(reprinted("fe80::"), "fe80::");
  EXPECT_EQ(reprinted("1:2:3:4:5:6:7:8"), "1:2:3:4:5:6:7:8");
  EXPECT_EQ(reprinted("1:2:3:4:5:6:7::"), "1:2:3:4:5:6:7:0");
  EXPECT_EQ(reprinted("64:ff9b::192.0.2.33"), "64:ff9b::c000:221");
}

TEST(IpAddress, ReadsAMappedAddressAsTheIpv4One) {
  EXPECT_EQ(reprinted("::ffff:10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(reprinted("::FFFF:a00:1"), "10.0.0.1");
  EXPECT_EQ(IpAddress::parse("::ffff:10.0.0.1"), IpAddress::parse("10.0.0.1"));
  EXPECT_EQ(std::hash<IpAddress>{}(*IpAddress::parse("::ffff:10.0.0.1")),
            std::hash<IpAddress>{}(*IpAddress::parse("10.0.0.1")));
  EXPECT_TRUE(IpAddress::parse("::ffff:10.0.0.1")->is_v4());
  EXPECT_FALSE(IpAddress::parse("::10.0.0.1")->is_v4());
}

TEST(IpAddress, TakesBytesInNetworkOrder) {
  constexpr std::array<std::uint8_t, 4> kOctets = {192, 168, 1, 2};
  EXPECT_EQ(IpAddress::v4(kOctets).to_string(), "192.168.1.2");
  EXPECT_EQ(IpAddress::v6({0x20, 0x01, 0x0d, 0xb8}).to_string(), "2001:db8::");
}

TEST(IpAddress, RefusesWhatIsNotExactlyAnAddress) {
  for (const auto* text : {"",
                           " ",
                           "10.0.0",
                           "10.0.0.1.2",
                           "10.0.0.256",
                           "10.0.0.01",
                           "010.0.0.1",
                           "0x0a.0.0.1",
                           "10.0.0.1 ",
                           " 10.0.0.1",
                           "10.0.0.-1",
                           "10.0.0.+1",
                           "10..0.1",
                           "10.0.0.",
                           "167772161",
                           "1.2.3.4:80",
                           "host",
                           ":",
                           ":::",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1::2::3",
                           "::12345",
                           "::g",
                           "::-1",
                           "::+1",
                           "1:2:3:4:5:6:7:8::",
                           "::1:2:3:4:5:6:7:8",
                           "fe80::1%eth0",
                           "[::1]",
                           "::1.2.3",
                           "::1.2.3.4.5",
                           "1.2.3.4::",
                           "::1.2.3.4:5",
                           ":1",
                           "1:",
                           "1:2:3:4:5:6:7:1.2.3.4"}) {
    EXPECT_EQ(reprinted(text), "refused") << text;
  }
  EXPECT_EQ(reprinted(std::string_view("10.0.0.1\0", 9)), "refused");
}

TEST(IpAddress, KnowsLoopback) {
  EXPECT_TRUE(IpAddress::parse("127.0.0.1")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("127.255.0.9")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("::ffff:127.0.0.1")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("::1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("128.0.0.1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("::")->is_loopback());
}

TEST(AddressRange, ReadsCidrAndSingleAddresses) {
  EXPECT_EQ(range("10.0.0.0/8"), "10.0.0.0/8");
  EXPECT_EQ(range("10.0.0.1"), "10.0.0.1/32");
  EXPECT_EQ(range("0.0.0.0/0"), "0.0.0.0/0");
  EXPECT_EQ(range("10.1.2.254/31"), "10.1.2.254/31");
  EXPECT_EQ(range("::/0"), "::/0");
  EXPECT_EQ(range("2001:db8::/32"), "2001:db8::/32");
  EXPECT_EQ(range("::1"), "::1/128");
  EXPECT_EQ(range("::ffff:10.0.0.0/104"), "10.0.0.0/8");
}

TEST(AddressRange, RefusesBitsBeyondThePrefixAndOddPrefixes) {
  for (const auto* text : {"10.0.0.1/8", "2001:db8::1/32", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/08",
                           "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8 ", "10.0.0.0/8/8", "/8", "10.0.0.0/255.0.0.0"}) {
    EXPECT_EQ(range(text), "refused") << text;
  }
  EXPECT_EQ(AddressRange::masked("10.0.0.1/8")->to_string(), "10.0.0.0/8");
  EXPECT_EQ(AddressRange::masked("2001:db8::1/33")->to_string(), "2001:db8::/33");
}

TEST(AddressSet, ContainsFromTheFirstToTheLastAddressOfARange) {
  const auto nets = set({"10.1.2.0/23", "192.168.0.1", "2001:db8::/47"});
  EXPECT_FALSE(holds(nets, "10.1.1.255"));
  EXPECT_TRUE(holds(nets, "10.1.2.0"));
  EXPECT_TRUE(holds(nets, "10.1.3.255"));
  EXPECT_FALSE(holds(nets, "10.1.4.0"));
  EXPECT_FALSE(holds(nets, "192.168.0.0"));
  EXPECT_TRUE(holds(nets, "192.168.0.1"));
  EXPECT_FALSE(holds(nets, "192.168.0.2"));
  EXPECT_TRUE(holds(nets, "2001:db8:1:ffff:ffff:ffff:ffff:ffff"));
  EXPECT_FALSE(holds(nets, "2001:db8:2::"));
  EXPECT_TRUE(holds(nets, "::ffff:10.1.2.3"));
}

TEST(AddressSet, MergesRangesThatOverlap) {
  const auto nets = set({"10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/8", "9.0.0.0/8"});
  EXPECT_TRUE(holds(nets, "10.255.255.255"));
  EXPECT_TRUE(holds(nets, "10.2.0.0"));
  EXPECT_TRUE(holds(nets, "9.0.0.0"));
  EXPECT_FALSE(holds(nets, "11.0.0.0"));
}

TEST(AddressSet, KeepsTheFamiliesApart) {
  EXPECT_FALSE(holds(set({"::/0"}), "10.0.0.1"));
  EXPECT_TRUE(holds(set({"::/0"}), "2001:db8::1"));
  EXPECT_FALSE(holds(set({"0.0.0.0/0"}), "2001:db8::1"));
  EXPECT_TRUE(holds(set({"0.0.0.0/0"}), "255.255.255.255"));
  EXPECT_FALSE(AddressRange::parse("::/0")->contains(*IpAddress::parse("10.0.0.1")));
  EXPECT_TRUE(AddressRange::parse("0.0.0.0/0")->contains(*IpAddress::parse("10.0.0.1")));
}

TEST(AddressSet, ContainsNothingWhenEmpty) {
  EXPECT_FALSE(holds(AddressSet(), "10.0.0.1"));
  EXPECT_TRUE(AddressSet().empty());
}

}  // namespace
}  // namespace causeway
