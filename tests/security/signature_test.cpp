#include "security/signature.h"

#include <gtest/gtest.h>

#include <string>

namespace causeway::security {
namespace {

constexpr std::string_view kTimestamp = "1706518800000";
constexpr std::string_view kSignature = "cf4a058ff8f77103e6dedd77bc6d9e70807116fc791c2be296ee4ef3344cac0e";
const std::string kSignatureV2 = "v2=" + std::string(kSignature);
constexpr std::string_view kNonce = "0123456789abcdef";

std::string outcome(const SignatureHeaders& headers) {
  const auto parsed = parse_signature(headers);
  if (!parsed) return std::to_string(number(parsed.error().code())) + ' ' + parsed.error().info_if()->reason;
  return std::string(parsed->key_id) + ' ' + std::to_string(unix_milliseconds(parsed->timestamp)) + ' ' +
         to_hex(parsed->signature) +
         (parsed->version == SignatureVersion::kV2 ? " v2 " + std::string(parsed->nonce) : "") +
         (parsed->body_hash ? " announced " + to_hex(*parsed->body_hash).substr(0, 4) : "");
}

TEST(SignatureHeaders, AreReadWhenComplete) {
  const std::string expected = "oms-key 1706518800000 " + std::string(kSignature);
  EXPECT_EQ(outcome({"ApiKey oms-key", kTimestamp, kSignature}), expected);
  EXPECT_EQ(outcome({"apikey oms-key", kTimestamp, kSignature}), expected);
  EXPECT_EQ(outcome({"APIKEY   oms-key", kTimestamp, kSignature}), expected);
}

TEST(SignatureHeaders, OfVersion2BringANonceAndMayAnnounceTheBody) {
  const std::string expected = "oms-key 1706518800000 " + std::string(kSignature) + " v2 0123456789abcdef";
  EXPECT_EQ(outcome({"ApiKey oms-key", kTimestamp, kSignatureV2, kNonce}), expected);
  EXPECT_EQ(outcome({"ApiKey oms-key", kTimestamp, kSignatureV2, kNonce, kSignature}), expected + " announced cf4a");
  EXPECT_EQ(outcome({"ApiKey oms-key", kTimestamp, kSignatureV2}), "40191 missing_nonce");
  for (const std::string& nonce : {std::string(), std::string(15, 'a'), std::string(65, 'a'), std::string(16, '+'),
                                   std::string("0123456789 abcdef"), std::string("0123456789abcde\xc3\xa9")})
    EXPECT_EQ(outcome({"ApiKey oms-key", kTimestamp, kSignatureV2, nonce}), "40191 bad_nonce_form") << nonce;
  EXPECT_TRUE(is_nonce(std::string(64, '-')) && is_nonce("azAZ09_-azAZ09_-"));
  for (const std::string_view hash : {std::string_view(), kSignature.substr(1), std::string_view(kSignatureV2)})
    EXPECT_EQ(outcome({"ApiKey oms-key", kTimestamp, kSignatureV2, kNonce, hash}), "40191 bad_content_hash_form");
}

TEST(SignatureHeaders, OfVersion1AreReadWithoutThem) {
  const std::string expected = "oms-key 1706518800000 " + std::string(kSignature);
  EXPECT_EQ(outcome({"ApiKey oms-key", kTimestamp, kSignature, "short", "no hash"}), expected);
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
       {std::string_view(), std::string_view(upper), kSignature.substr(1), std::string_view(prefixed),
        std::string_view("v2="), std::string_view(kSignatureV2).substr(0, 66)}) {
    EXPECT_EQ(outcome({"ApiKey oms-key", kTimestamp, text}), "40191 bad_signature_form") << text;
  }
}

}  // namespace
}  // namespace causeway::security
