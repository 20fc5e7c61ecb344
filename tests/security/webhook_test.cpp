#include "security/webhook.h"

#include <gtest/gtest.h>

#include <string>

#include "security/webhook_check.h"

namespace causeway::security {
namespace {

constexpr std::int64_t kNow = 1614265330;
constexpr const char* kSecret = "It's a Secret to Everybody";

/// The code of `content` in hex.
std::string code(std::string_view content, std::string_view secret = kSecret, HmacHash hash = HmacHash::kSha256) {
  Hmac hmac = HmacKey(hash, secret).begin();
  hmac.update(content);
  const Mac mac = hmac.finish();
  return to_hex({mac.octets.data(), mac.size});
}

std::string hmac_sha256(const std::string& more, const std::string& secret = kSecret) {
  return "{hmac_sha256: {header: X-Partner-Signature, encoding: hex, secret: \"" + secret + "\"" + more + "}}";
}

const std::string kTimed =
    ", timestamp: {header: X-Partner-Time, tolerance: 1m}, id: X-Partner-Id, signed: \"{id}.{timestamp}.{body}.end\"";

std::string to_base64(const Mac& mac) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < mac.size; i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) bits = bits << 8 | (i + k < mac.size ? mac.octets[i + k] : 0u);
    for (std::size_t k = 0; k < 4; ++k) text += i + k <= mac.size ? kAlphabet[bits >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

/// The head of a message of a partner with kTimed.
Fields timed(std::string_view body, std::int64_t at = kNow, const std::string& id = "m-1") {
  const std::string time = std::to_string(at);
  return {{"x-partner-id", id},
          {"x-partner-time", time},
          {"x-partner-signature", code(id + "." + time + "." + std::string(body) + ".end")}};
}

TEST(Webhook, TheSecretThatGivesTheCodeNamesTheCaller) {
  const auto table = partners({hmac_sha256("", "first secret of 16"), hmac_sha256("", "second secret of 16"),
                               hmac_sha256("", "third secret of 16")});
  ASSERT_EQ(table.webhooks().groups().size(), 1u);  // one way to sign, three who do
  Judge judge(at_second(kNow));
  EXPECT_EQ(judge(table, {{"x-partner-signature", code("body", "second secret of 16")}}, "body"), "p1");
  EXPECT_EQ(judge(table, {{"x-partner-signature", code("body", "third secret of 16")}}, "body"), "p2");
  EXPECT_EQ(judge(table, {{"x-partner-signature", code("body", "another secret of 16")}}, "body"),
            "40191 wrong_signature");
  EXPECT_EQ(judge(table, {{"x-partner-signature", code("body", "first secret of 16")}}, "Body"),
            "40191 wrong_signature");
}

TEST(Webhook, OneHeaderMayBeWrittenInSeveralWays) {
  const auto table = partners({hmac_sha256(", prefix: sha256="), hmac_sha256("", "second secret of 16"),
                               "{shopify: {secret: third secret of 16}}"});
  Judge judge(at_second(kNow));
  EXPECT_EQ(judge(table, {{"x-partner-signature", "sha256=" + code("b")}}, "b"), "p0");
  EXPECT_EQ(judge(table, {{"x-partner-signature", code("b", "second secret of 16")}}, "b"), "p1");
  EXPECT_EQ(judge(table, {{"x-partner-signature", "sha256=" + code("b", "second secret of 16")}}, "b"),
            "40191 wrong_signature");
  EXPECT_EQ(judge(table, {{"x-partner-signature", "nothing of the kind"}}, "b"), "head 40191 bad_signature_form");
  EXPECT_EQ(judge(table, {}, "b"), "head 40190 no_credentials");
}

TEST(Webhook, EveryHashAndEncodingHasItsForm) {
  std::string warned;
  const auto table = partners({"{hmac_sha1: {header: X-One, encoding: hex, secret: first secret of 16}}",
                               "{hmac_sha512: {header: X-Two, encoding: hex, secret: second secret of 16}}",
                               "{shopify: {secrets: [third secret of 16, \"fourth secret of 16\"]}}"},
                              warned);
  EXPECT_NE(warned.find("warning: SHA-1 is for partners that offer nothing else"), std::string::npos);
  Judge judge(at_second(kNow));
  EXPECT_EQ(judge(table, {{"x-one", code("b", "first secret of 16", HmacHash::kSha1)}}, "b"), "p0");
  EXPECT_EQ(judge(table, {{"x-two", code("b", "second secret of 16", HmacHash::kSha512)}}, "b"), "p1");
  EXPECT_EQ(judge(table, {{"x-two", code("b", "second secret of 16")}}, "b"), "head 40191 bad_signature_form");
  // printf '%s' '{"id":1}' | openssl dgst -sha256 -hmac 'fourth secret of 16' -binary | base64
  EXPECT_EQ(judge(table, {{"x-shopify-hmac-sha256", "qnu2tlnuRUAY0Z9ENuw/3tSpNmQKuMINKZniPk2C6Q8="}}, "{\"id\":1}"),
            "p2");
  for (const char* bad :
       {"", "qnu2tlnuRUAY0Z9ENuw/3tSpNmQKuMINKZniPk2C6Q8", "qnu2tlnuRUAY0Z9ENuw/3tSpNmQKuMINKZniPk2C6Q8==",
        "qnu2tlnuRUAY0Z9ENuw/3tSpNmQKuMINKZniPk2C6Q8= qnu2tlnuRUAY0Z9ENuw/3tSpNmQKuMINKZniPk2C6Q8="})
    EXPECT_EQ(judge(table, {{"x-shopify-hmac-sha256", bad}}, "{\"id\":1}"), "head 40191 bad_signature_form") << bad;
}

TEST(Webhook, WhatIsSignedAroundTheBodyCounts) {
  const auto table = partners({hmac_sha256(kTimed)});
  Judge judge(at_second(kNow));
  EXPECT_EQ(judge(table, timed("{}"), "{}"), "p0");
  Fields right = timed("{}", kNow, "m-2");
  for (const auto& [name, value] : {std::pair("x-partner-id", "m-3"), std::pair("x-partner-time", "1614265331")}) {
    std::map<std::string, std::string> changed;
    for (const char* each : {"x-partner-id", "x-partner-time", "x-partner-signature"})
      changed[each] = std::string(*right.field(each));
    changed[name] = value;
    EXPECT_EQ(judge(table, Fields(changed), "{}"), "40191 wrong_signature") << name;
  }
}

TEST(Webhook, AMissingOrOddPartIsRefusedByTheHead) {
  const auto table = partners({hmac_sha256(kTimed)});
  Judge judge(at_second(kNow));
  const std::string good = code("m.1614265330.{}.end");
  EXPECT_EQ(judge(table, {{"x-partner-signature", good}}, "{}"), "head 40191 missing_timestamp");
  EXPECT_EQ(judge(table, {{"x-partner-signature", good}, {"x-partner-time", "1614265330"}}, "{}"),
            "head 40191 missing_message_id");
  for (const char* time : {"", "161426533", "16142653300", "1614265330123 ", "-614265330", "1614265e30", "0x61426533"})
    EXPECT_EQ(judge(table, {{"x-partner-signature", good}, {"x-partner-time", time}, {"x-partner-id", "m"}}, "{}"),
              "head 40191 bad_timestamp_form")
        << time;
  for (const std::string& id : {std::string(), std::string("a.b"), std::string("a b"), std::string(257, 'a')})
    EXPECT_EQ(
        judge(table, {{"x-partner-signature", good}, {"x-partner-time", "1614265330"}, {"x-partner-id", id}}, "{}"),
        "head 40191 bad_message_id")
        << id;
}

TEST(Webhook, ATimeIsJudgedOnlyBehindARightSignature) {
  const auto table = partners({hmac_sha256(kTimed)});
  Judge judge(at_second(kNow));
  EXPECT_EQ(judge(table, timed("{}", kNow - 60), "{}"), "p0");
  EXPECT_EQ(judge(table, timed("{}", kNow + 60), "{}"), "p0");
  EXPECT_EQ(judge(table, timed("{}", kNow - 61), "{}"), "40193 too_old");
  EXPECT_EQ(judge(table, timed("{}", kNow + 61), "{}"), "40193 in_future");
  EXPECT_EQ(judge(table, timed("other", kNow - 61), "{}"), "40191 wrong_signature");
  // Milliseconds are as good.
  EXPECT_EQ(judge(table, timed("{}", kNow * 1000 - 59'999), "{}"), "p0");
  EXPECT_EQ(judge(table, timed("{}", kNow * 1000 - 60'001), "{}"), "40193 too_old");
}

TEST(Webhook, AnUnsafeMessageWithATimeIsTakenOnce) {
  const auto table = partners({hmac_sha256(kTimed)});
  Judge judge(at_second(kNow));
  const Fields message = timed("{}");
  EXPECT_EQ(judge(table, message, "{}"), "p0");
  judge.wait(std::chrono::seconds(30));
  EXPECT_EQ(judge(table, message, "{}"), "40194 replayed");
  EXPECT_EQ(judge(table, message, "{}", false), "40194 replayed");
  EXPECT_EQ(judge(table, timed("{}", kNow, "m-2"), "{}"), "p0");
  EXPECT_EQ(judge(table, timed("{}", kNow + 5), "{}"), "p0");  // the same message, signed anew
}

TEST(Webhook, ASecondSignatureOfTheSameMessageIsTheSameMessage) {
  const std::string first = "whsec_" + std::string("Zmlyc3Qgc2VjcmV0IG9mIHNpeHRlZW4h");
  const std::string second = "whsec_" + std::string("c2Vjb25kIHNlY3JldCBvZiBzaXh0ZWVu");
  const auto table = partners({"{standard_webhooks: {secrets: [" + first + ", " + second + "]}}"});
  const auto signature = [](std::string_view secret) {
    Hmac hmac = HmacKey(HmacHash::kSha256, secret).begin();
    hmac.update("m.1614265330.{}");
    const Mac mac = hmac.finish();
    return "v1," + to_base64(mac);
  };
  const std::string one = signature("first secret of sixteen!"), other = signature("second secret of sixteen");
  const auto message = [](const std::string& signatures) {
    return Fields{{"webhook-id", "m"}, {"webhook-timestamp", "1614265330"}, {"webhook-signature", signatures}};
  };
  Judge judge(at_second(kNow));
  EXPECT_EQ(judge(table, message(one + " " + other), "{}"), "p0");
  EXPECT_EQ(judge(table, message(other), "{}"), "40194 replayed");
}

TEST(Webhook, WithoutATimeAMessageMayComeAgain) {
  const auto table = partners({hmac_sha256("")});
  Judge judge(at_second(kNow));
  EXPECT_EQ(judge(table, {{"x-partner-signature", code("b")}}, "b"), "p0");
  EXPECT_EQ(judge(table, {{"x-partner-signature", code("b")}}, "b"), "p0");
}

TEST(Webhook, StripesHeaderHoldsTimeAndCodes) {
  const auto table = partners({"{stripe: {secret: whsec_of_stripe_is_text}}"});
  const std::string good = code("1614265330.{}", "whsec_of_stripe_is_text");
  Judge judge(at_second(kNow));
  const auto outcome = [&](const std::string& header) { return judge(table, {{"stripe-signature", header}}, "{}"); };
  EXPECT_EQ(outcome("t=1614265330,v1=" + std::string(64, '0') + ",v0=anything"), "40191 wrong_signature");
  EXPECT_EQ(outcome("t=1614265330,v1=" + good), "p0");
  EXPECT_EQ(outcome("t=1614265330, v1=" + std::string(64, '0') + ", v1=" + good), "40194 replayed");
  EXPECT_EQ(outcome("v1=" + good), "head 40191 bad_timestamp_form");
  EXPECT_EQ(outcome("t=1614265330,t=1614265331,v1=" + good), "head 40191 bad_signature_form");
  EXPECT_EQ(outcome("t=1614265330,v0=" + good), "head 40191 bad_signature_form");
}

TEST(Webhook, NineCodesAreMoreThanARotationNeeds) {
  const auto table = partners({"{stripe: {secret: whsec_of_stripe_is_text}}"});
  std::string header = "t=1614265330";
  for (int i = 0; i < 8; ++i) header += ",v1=" + std::string(64, '0');
  Judge judge(at_second(kNow));
  EXPECT_EQ(judge(table, {{"stripe-signature", header}}, "{}"), "40191 wrong_signature");
  EXPECT_EQ(judge(table, {{"stripe-signature", header + ",v1=" + std::string(64, '0')}}, "{}"),
            "head 40191 bad_signature_form");
}

}  // namespace
}  // namespace causeway::security
