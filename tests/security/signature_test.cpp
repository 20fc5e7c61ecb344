#include "security/signature.h"

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

std::string outcome(const SignatureHeaders& headers) {
  const auto parsed = parse_signature(headers);
  if (!parsed) return std::to_string(number(parsed.error().code())) + ' ' + parsed.error().info_if()->reason;
  return std::string(parsed->key_id) + ' ' + std::to_string(unix_milliseconds(parsed->timestamp)) + ' ' +
         to_hex(parsed->signature);
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

TEST(SignatureHeaders, AreReadWhenComplete) {
  const std::string expected = "oms-key 1706518800000 " + std::string(kSignature);
  EXPECT_EQ(outcome({"ApiKey oms-key", kTimestamp, kSignature}), expected);
  EXPECT_EQ(outcome({"apikey oms-key", kTimestamp, kSignature}), expected);
  EXPECT_EQ(outcome({"APIKEY   oms-key", kTimestamp, kSignature}), expected);
}

TEST(SignatureHeaders, AreNoCredentialsWhenTheSchemeIsNotPresented) {
  EXPECT_EQ(outcome({}), "40190 no_credentials");
  EXPECT_EQ(outcome({std::nullopt, kTimestamp, std::nullopt}), "40190 no_credentials");
  EXPECT_EQ(outcome({"Bearer abc", std::nullopt, std::nullopt}), "40190 no_credentials");
  EXPECT_EQ(outcome({"", std::nullopt, std::nullopt}), "40190 no_credentials");
  EXPECT_EQ(outcome({"ApiKeys x", std::nullopt, std::nullopt}), "40190 no_credentials");
  EXPECT_FALSE(presents_signature({"Bearer abc", kTimestamp, std::nullopt}));
  EXPECT_TRUE(presents_signature({"ApiKey", std::nullopt, std::nullopt}));
  EXPECT_TRUE(presents_signature({std::nullopt, std::nullopt, ""}));
}

TEST(SignatureHeaders, NameTheMissingPartOnlyInTheReason) {
  EXPECT_EQ(outcome({std::nullopt, kTimestamp, kSignature}), "40191 missing_key");
  EXPECT_EQ(outcome({"Bearer abc", kTimestamp, kSignature}), "40191 missing_key");
  EXPECT_EQ(outcome({"ApiKey oms-key", std::nullopt, kSignature}), "40191 missing_timestamp");
  EXPECT_EQ(outcome({"ApiKey oms-key", kTimestamp, std::nullopt}), "40191 missing_signature");
}

TEST(SignatureHeaders, RefuseKeyIdsThatAreNoTokens) {
  for (const std::string_view id :
       {"", "two words", "comma,", "quote\"", "colon:", "sl/ash", "tab\t", "\xe5\xba\x93"}) {
    EXPECT_EQ(outcome({"ApiKey " + std::string(id), kTimestamp, kSignature}), "40191 bad_key_form") << id;
  }
  EXPECT_EQ(outcome({"ApiKey", kTimestamp, kSignature}), "40191 bad_key_form");
  EXPECT_FALSE(is_key_id(std::string_view("a\0b", 3)));
  EXPECT_TRUE(is_key_id("!#$%&'*+-.^_`|~09azAZ"));
  EXPECT_TRUE(is_key_id(std::string(128, 'k')));
  EXPECT_FALSE(is_key_id(std::string(129, 'k')));
}

TEST(SignatureHeaders, RefuseTimestampsThatAreNotThirteenDigits) {
  for (const auto* text : {"", "1706518800", "170651880000", "17065188000000", "170651880000a", "+706518800000",
                           "-706518800000", " 706518800000", "1706518800.00"}) {
    EXPECT_EQ(outcome({"ApiKey oms-key", text, kSignature}), "40191 bad_timestamp_form") << text;
  }
}

TEST(SignatureHeaders, RefuseSignaturesThatAreNotLowerCaseHex) {
  std::string upper(kSignature);
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  const std::string prefixed = "v1=" + std::string(kSignature);
  for (const std::string_view text :
       {std::string_view(), std::string_view(upper), kSignature.substr(1), std::string_view(prefixed)}) {
    EXPECT_EQ(outcome({"ApiKey oms-key", kTimestamp, text}), "40191 bad_signature_form") << text;
  }
}

}  // namespace
}  // namespace causeway::security
