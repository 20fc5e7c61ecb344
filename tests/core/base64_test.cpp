#include "core/base64.h"

#include <gtest/gtest.h>

#include <array>

namespace causeway {
namespace {

TEST(Base64, WritesTheVectorsOfRfc4648) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foo"), "Zm9v");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64("\xff\xfe"), "//4=");
}

TEST(Base64, KnowsItsOwn) {
  for (const char* text : {"", "Zg==", "Zm8=", "Zm9v", "//4="}) EXPECT_TRUE(is_base64(text)) << text;
  for (const char* text : {"Z", "Zg=", "Zg", "====", "Z===", "Zm9v\n", "Zm-_", "Zg==Zg=="})
    EXPECT_FALSE(is_base64(text)) << text;
}

std::string decoded(std::string_view text, bool hex) {
  std::array<char, 8> out{};
  const auto octets = hex ? from_hex(text, out) : from_base64(text, out);
  return octets ? std::string(*octets) : "-";
}

TEST(Base64, IsReadStrictly) {
  EXPECT_EQ(decoded("", false), "");
  EXPECT_EQ(decoded("Zg==", false), "f");
  EXPECT_EQ(decoded("Zm8=", false), "fo");
  EXPECT_EQ(decoded("Zm9v", false), "foo");
  EXPECT_EQ(decoded("Zm9vYmFyIQ==", false), "foobar!");
  for (const char* bad :
       {"Zg", "Zg=", "Zh==", "Zm9=", "Zm9v\n", "Zm-v", "Z===", "====", "Zm9vYmFyZm9v", "=Zm9", "Z=m9"})
    EXPECT_EQ(decoded(bad, false), "-") << bad;
}

TEST(Hex, TakesBothCases) {
  EXPECT_EQ(decoded("666F6f", true), "foo");
  for (const char* bad : {"6", "6g", "666f6f666f6f666f6f", " 66", "0x66"}) EXPECT_EQ(decoded(bad, true), "-") << bad;
}

TEST(Base64url, GoesBothWays) {
  for (const std::string octets : {"", "f", "fo", "foo", "foob", "fooba", "foobar", "\xff\xfe\xfd"})
    EXPECT_EQ(from_base64url(to_base64url(octets)), octets);
  EXPECT_EQ(to_base64url("foob"), "Zm9vYg");
  EXPECT_EQ(to_base64url("\xff\xfe\xfd"), "__79");
}

TEST(Base64url, HasOneTextForEachSequenceOfOctets) {
  for (const std::string_view text :
       {"Z", "Zm9vY", "Zg==", "Zm8=", "Zm8B!", "Z m8", "Zm9v\n", "+/79", "?Zg", "Zg.", "\x80\x80"})
    EXPECT_EQ(from_base64url(text), std::nullopt) << text;
  for (const std::string_view text : {"Zh", "Zm9"})
    EXPECT_EQ(from_base64url(text), std::nullopt) << text << ": bits behind the last octet";
  EXPECT_EQ(from_base64url("Zm8"), "fo");
}

}  // namespace
}  // namespace causeway
