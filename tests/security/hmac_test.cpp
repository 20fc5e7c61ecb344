#include "security/hmac.h"

#include <gtest/gtest.h>

#include <string>

#include "security/sha256.h"

namespace causeway::security {
namespace {

std::string code(HmacHash hash, std::string_view secret, std::string_view content) {
  const HmacKey key(hash, secret);
  Hmac hmac = key.begin();
  for (const char& c : content) hmac.update({&c, 1});
  const Mac mac = hmac.finish();
  EXPECT_EQ(mac.size, hmac_size(hash));
  return to_hex({mac.octets.data(), mac.size});
}

// RFC 2202 and RFC 4231, test case 2.
TEST(Hmac, GivesThePublishedCodes) {
  const std::string_view content = "what do ya want for nothing?";
  EXPECT_EQ(code(HmacHash::kSha1, "Jefe", content), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(code(HmacHash::kSha256, "Jefe", content),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(code(HmacHash::kSha512, "Jefe", content),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
            "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

TEST(Hmac, AKeyServesAnyNumberOfCalls) {
  const HmacKey key(HmacHash::kSha256, "Jefe");
  Hmac first = key.begin();
  Hmac second = key.begin();
  first.update("a");
  second.update("a");
  EXPECT_TRUE(equal_in_constant_time(first.finish(), second.finish()));
  EXPECT_FALSE(equal_in_constant_time(key.begin().finish(), HmacKey(HmacHash::kSha512, "Jefe").begin().finish()));
}

}  // namespace
}  // namespace causeway::security
