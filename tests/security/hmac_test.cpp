#include "security/hmac.h"

#include <gtest/gtest.h>

#include <string>

#include "security/base64.h"
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

std::string decoded(std::string_view text, bool hex) {
  std::array<std::uint8_t, 8> out{};
  const auto size = hex ? decode_hex(text, out) : decode_base64(text, out);
  return size ? std::string(reinterpret_cast<const char*>(out.data()), *size) : "-";
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

}  // namespace
}  // namespace causeway::security
