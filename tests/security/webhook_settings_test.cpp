#include "security/webhook_settings.h"

#include <gtest/gtest.h>

#include <string>

#include "security/webhook_check.h"

namespace causeway::security {
namespace {

/// What is wrong with one partner, without its place in the file.
std::string problem(const std::string& webhook) {
  std::string problems;
  partners({webhook}, problems);
  return problems.substr(0, problems.find('\n'));
}

constexpr const char* kGood = "encoding: hex, secret: 0123456789abcdef";

TEST(WebhookSettings, ExactlyOneWayToSign) {
  const std::string expected =
      "t.yaml:2:25: consumers[0].webhook: needs exactly one of hmac_sha256, hmac_sha1, hmac_sha512, "
      "standard_webhooks, stripe, github, shopify";
  EXPECT_EQ(problem("{}"), expected);
  EXPECT_EQ(problem("{github: {secret: 0123456789abcdef}, shopify: {secret: 0123456789abcdef}}"), expected);
  EXPECT_EQ(problem("{githup: {secret: 0123456789abcdef}}"),
            "t.yaml:2:26: consumers[0].webhook.githup: unknown key \"githup\" (did you mean \"github\"?)");
}

TEST(WebhookSettings, ExactlyOneKindOfSecret) {
  const std::string expected =
      "t.yaml:2:34: consumers[0].webhook.github: needs `secret`, or `secrets` with at least one, and not both";
  EXPECT_EQ(problem("{github: {}}"), expected);
  EXPECT_EQ(problem("{github: {secrets: []}}"), expected);
  EXPECT_EQ(problem("{github: {secret: 0123456789abcdef, secrets: [0123456789abcdef]}}"), expected);
  EXPECT_EQ(problem("{github: {secret: 0123456789abcde}}"),
            "t.yaml:2:43: consumers[0].webhook.github.secret: a secret needs at least 16 bytes");
}

TEST(WebhookSettings, ASecretOfStandardWebhooksIsBase64) {
  const std::string expected = "expected whsec_ and base64 of 16 to 64 bytes, as Standard Webhooks writes secrets";
  for (const char* secret :
       {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_no Base-64 at all", "whsec_AAAAAAAAAAAAAAAA"}) {
    const std::string text = problem(std::string("{standard_webhooks: {secret: ") + secret + "}}");
    EXPECT_EQ(text, "t.yaml:2:54: consumers[0].webhook.standard_webhooks.secret: " + expected) << secret;
    EXPECT_EQ(text.find(secret), std::string::npos);
  }
  EXPECT_EQ(problem("{standard_webhooks: {secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}}"), "");
}

TEST(WebhookSettings, AHeaderThatMeansSomethingElseIsRefused) {
  for (const char* header : {"Authorization", "x-signature", "Host", "Content-Length"}) {
    EXPECT_EQ(problem("{hmac_sha256: {header: " + std::string(header) + ", " + kGood + "}}"),
              "t.yaml:2:48: consumers[0].webhook.hmac_sha256.header: " + std::string(header) +
                  " means something else to the gateway");
  }
  EXPECT_EQ(problem("{hmac_sha256: {header: \"X Signature\", " + std::string(kGood) + "}}"),
            "t.yaml:2:48: consumers[0].webhook.hmac_sha256.header: expected the name of a header such as "
            "X-Shopify-Hmac-Sha256, got \"X Signature\"");
}

TEST(WebhookSettings, WhatIsSignedMustBindWhatIsChecked) {
  const auto text = [](const std::string& more) {
    std::string found = problem("{hmac_sha256: {header: X-S, " + std::string(kGood) + ", " + more + "}}");
    const std::size_t at = found.find("signed: ");
    return at == std::string::npos ? found : found.substr(at + 8);
  };
  const std::string time = "timestamp: {header: X-T}, ";
  const std::string id = "id: X-I, ";
  EXPECT_EQ(text(time + "signed: \"{timestamp}.{body}\""), "");
  EXPECT_EQ(text(time + id + "signed: \"v0:{id}:{timestamp}:{body}\""), "");
  EXPECT_EQ(text(time + "signed: \"{body}.{timestamp}\""), "");
  EXPECT_EQ(text(time + "signed: \"{body}\""), "{timestamp} must be in the text that is signed, or it proves nothing");
  EXPECT_EQ(text(id + "signed: \"{body}\""), "{id} must be in the text that is signed, or it proves nothing");
  EXPECT_EQ(text("signed: \"{timestamp}.{body}\""), "{timestamp} needs the key `timestamp`, which says where it is");
  EXPECT_EQ(text("signed: \"{id}.{body}\""), "{id} needs the key `id`, which says where it is");
  EXPECT_EQ(text("signed: \"{url}{body}\""), "\"{url}\" is none of {body}, {timestamp}, {id}");
  EXPECT_EQ(text("signed: \"{body\""), "\"{body\" is none of {body}, {timestamp}, {id}");
  EXPECT_EQ(text("signed: \"a\""), "{body} must occur exactly once");
  EXPECT_EQ(text("signed: \"{body}.{body}\""), "{body} must occur exactly once");
  EXPECT_EQ(text(time + "signed: \"{timestamp}{body}\""),
            "where {timestamp} begins and ends cannot be seen: set it off from the body by a character such as .");
  EXPECT_EQ(text(time + "signed: \"{body}{timestamp}\""),
            "where {timestamp} begins and ends cannot be seen: set it off from the body by a character such as .");
  EXPECT_EQ(text(time + id + "signed: \"{body}-{id}.{timestamp}\""),
            "where {id} begins and ends cannot be seen: set it off from the body by a character such as .");
  EXPECT_EQ(text(time + "signed: \"{timestamp}0{body}\""),
            "where {timestamp} begins and ends cannot be seen: set it off from the body by a character such as .");
  EXPECT_EQ(text(time + id + "signed: \"{id}-{timestamp}.{body}\""),
            "where {id} begins and ends cannot be seen: set it off from the body by a character such as .");
}

TEST(WebhookSettings, ASecretOfTwoConsumersWouldNameNobody) {
  std::string problems;
  partners({"{github: {secret: 0123456789abcdef}}",
            "{hmac_sha256: {header: x-hub-signature-256, encoding: hex, secret: 0123456789abcdef}}"},
           problems);
  EXPECT_EQ(problems,
            "t.yaml:3:25: consumers[1].webhook: the consumer \"p0\" has this secret for x-hub-signature-256 too, so "
            "nobody could tell who calls\n");
  partners({"{github: {secret: 0123456789abcdef}}", "{shopify: {secret: 0123456789abcdef}}"}, problems);
  EXPECT_EQ(problems, "");
}

TEST(WebhookSettings, OneHeaderHasSixtyFourSecretsAtMost) {
  std::vector<std::string> webhooks;
  for (int i = 0; i < 64; ++i) webhooks.push_back("{github: {secret: secret-number-" + std::to_string(1000 + i) + "}}");
  std::string problems;
  partners(webhooks, problems);
  EXPECT_EQ(problems, "");
  webhooks.push_back("{github: {secret: secret-number-2000}}");
  partners(webhooks, problems);
  EXPECT_EQ(problems,
            "t.yaml:66:26: consumers[64].webhook: more than 64 secrets for x-hub-signature-256: every message would be "
            "hashed for each\n");
}

}  // namespace
}  // namespace causeway::security
