#include "security/signature_v1.h"

#include <gtest/gtest.h>

#include <string>

namespace causeway::security {
namespace {

// The handbook's SignatureUtil.sign(timestamp, apiKey, body, secret), computed apart from this program:
// printf '%s' '1706518800000oms-key{"skuId":"SKU001","quantity":10,"note":"库存不足"}0123456789abcdef0123456789abcdef'
// | sha256sum
constexpr std::string_view kTimestamp = "1706518800000";
constexpr std::string_view kId = "oms-key";
constexpr std::string_view kBody = R"({"skuId":"SKU001","quantity":10,"note":"库存不足"})";
constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
constexpr std::string_view kSignature = "cf4a058ff8f77103e6dedd77bc6d9e70807116fc791c2be296ee4ef3344cac0e";
// printf '%s' '1706518800000oms-key0123456789abcdef0123456789abcdef' | sha256sum
constexpr std::string_view kSignatureWithoutBody = "29cf0ebdfd4b615afa20eac02194967686f87ebcd5573f65a4ba6d69c88c81f0";

std::vector<config::Secret> secrets(std::initializer_list<std::string_view> values) {
  std::vector<config::Secret> result;
  for (const auto value : values) result.emplace_back(value);
  return result;
}

bool verifies(std::string_view timestamp, std::string_view id, Bytes body, const std::vector<config::Secret>& active,
              std::string_view signature = kSignature) {
  SignatureV1 check(timestamp, id);
  check.update(body);
  return check.verify(active, parse_sha256(signature).value());
}

TEST(SignatureV1, IsTheHandbooks) {
  EXPECT_EQ(SignatureV1::sign(kTimestamp, kId, kBody, kSecret), kSignature);
  EXPECT_EQ(SignatureV1::sign(kTimestamp, kId, "", kSecret), kSignatureWithoutBody);
  EXPECT_TRUE(verifies(kTimestamp, kId, kBody, secrets({kSecret})));
  EXPECT_TRUE(verifies(kTimestamp, kId, "", secrets({kSecret}), kSignatureWithoutBody));
}

TEST(SignatureV1, DoesNotCareHowTheBodyArrives) {
  for (std::size_t cut = 0; cut <= kBody.size(); ++cut) {
    SignatureV1 check(kTimestamp, kId);
    check.update(kBody.substr(0, cut));
    check.update(kBody.substr(cut));
    EXPECT_TRUE(check.verify(secrets({kSecret}), *parse_sha256(kSignature))) << cut;
  }
}

TEST(SignatureV1, FailsWhenAnyPartDiffers) {
  const auto right = secrets({kSecret});
  EXPECT_FALSE(verifies("1706518800001", kId, kBody, right));
  EXPECT_FALSE(verifies(kTimestamp, "wms-key", kBody, right));
  EXPECT_FALSE(verifies(kTimestamp, kId, std::string(kBody) + " ", right));
  EXPECT_FALSE(verifies(kTimestamp, kId, "", right));
  EXPECT_FALSE(verifies(kTimestamp, kId, kBody, secrets({"0123456789abcdef0123456789abcdeF"})));
  EXPECT_FALSE(verifies(kTimestamp, kId, kBody, {}));
}

TEST(SignatureV1, TakesAnyActiveSecretDuringARotation) {
  constexpr std::string_view kOther = "fedcba9876543210fedcba9876543210";
  EXPECT_TRUE(verifies(kTimestamp, kId, kBody, secrets({kSecret, kOther})));
  EXPECT_TRUE(verifies(kTimestamp, kId, kBody, secrets({kOther, kSecret})));
  EXPECT_TRUE(verifies(kTimestamp, kId, kBody, secrets({kOther, kSecret, kOther})));
  EXPECT_FALSE(verifies(kTimestamp, kId, kBody, secrets({kOther, kOther})));
}

}  // namespace
}  // namespace causeway::security
