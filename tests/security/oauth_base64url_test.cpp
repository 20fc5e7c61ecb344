#include <gtest/gtest.h>

#include "security/oauth/base64url.h"

namespace causeway::security {
namespace {

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
}  // namespace causeway::security
