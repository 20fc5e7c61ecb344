#include "plugins/webhook/webhook_authenticator.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "fakes/consumers.h"
#include "fakes/exchange_fixture.h"
#include "fakes/fake_replay_journal.h"

namespace causeway::plugins {
namespace {

constexpr const char* kPartnerSecret = "It's a Secret to Everybody";

class WebhookPluginTest : public fakes::ExchangeFixture {
 protected:
  static std::string code(std::string_view content) {
    security::Hmac hmac = security::HmacKey(security::HmacHash::kSha256, kPartnerSecret).begin();
    hmac.update(content);
    const security::Mac mac = hmac.finish();
    return security::to_hex({mac.octets.data(), mac.size});
  }
  fakes::Call& post(const std::string& fields) {
    return call("POST /hooks HTTP/1.1\nHost: a" + (fields.empty() ? "" : "\n" + fields));
  }

  /// Who called, or why not; the body comes in pieces, as a connection would hand them out.
  std::string outcome(const std::string& fields, const std::vector<std::string>& pieces = {}) {
    fakes::Call& one = post(fields);
    Result<> head = scheme.on_head(one.exchange);
    if (!head) return "head " + fakes::describe(head.error());
    EXPECT_FALSE(one.exchange.authenticated);
    EXPECT_EQ(one.exchange.consumer, nullptr);
    EXPECT_TRUE(one.exchange.consumer_follows);
    for (const std::string& piece : pieces) one.exchange.request.observer->on_piece(piece);
    Result<Flow> body = said(scheme.on_body(one.exchange));
    if (!body) return fakes::describe(body.error()) + (one.exchange.authenticated ? " but authenticated" : "");
    return one.exchange.authenticated ? one.exchange.consumer->name : "nobody";
  }

  const security::ConsumerTable consumers = fakes::consumers_of(
      "consumers:\n"
      "  - {name: shop, webhook: {github: {secret: \"It's a Secret to Everybody\"}}}\n"
      "  - name: slack\n"
      "    webhook:\n"
      "      hmac_sha256: {header: X-Slack-Signature, encoding: hex, prefix: v0=, secret: \"It's a Secret to "
      "Everybody\",\n"
      "                    timestamp: {header: X-Slack-Request-Timestamp}, signed: \"v0:{timestamp}:{body}\"}\n");
  fakes::FakeReplayJournal journal;
  const WebhookAuthenticator scheme{
      consumers, ReplayGuard(std::make_shared<security::ReplayTable>(ByteSize{1 << 20}, std::chrono::minutes(5),
                                                                     std::chrono::minutes(5),
                                                                     clock.wall() - std::chrono::hours(1)),
                             journal)};
};

TEST_F(WebhookPluginTest, TheBodyProvesWhoCalls) {
  EXPECT_EQ(outcome("X-Hub-Signature-256: sha256=" + code("{\"a\":1}"), {"{\"a\"", ":1}"}), "shop");
  EXPECT_EQ(outcome("x-hub-signature-256: sha256=" + code("")), "shop");
  EXPECT_EQ(outcome("X-Hub-Signature-256: sha256=" + code("a"), {"b"}), "40191 wrong_signature");
  EXPECT_TRUE(scheme.needs_whole_request());
}

TEST_F(WebhookPluginTest, ATimedMessageWorksOnce) {
  const std::string time = std::to_string(unix_milliseconds(clock.wall()) / 1000);
  const std::string fields =
      "X-Slack-Request-Timestamp: " + time + "\nX-Slack-Signature: v0=" + code("v0:" + time + ":x");
  EXPECT_EQ(outcome(fields, {"y"}), "40191 wrong_signature");
  EXPECT_EQ(outcome(fields, {"x"}), "slack");
  EXPECT_EQ(outcome(fields, {"x"}), "40194 replayed");
}

TEST_F(WebhookPluginTest, AMessageOfTheFutureIsWrittenDown) {
  const std::string time = std::to_string(unix_milliseconds(clock.wall()) / 1000 + 2);
  const std::string fields =
      "X-Slack-Request-Timestamp: " + time + "\nX-Slack-Signature: v0=" + code("v0:" + time + ":x");
  EXPECT_EQ(outcome(fields, {"x"}), "slack");
  EXPECT_EQ(outcome(fields, {"x"}), "40194 replayed");
  EXPECT_EQ(journal.asked, 1);
  EXPECT_EQ(outcome("X-Hub-Signature-256: sha256=" + code("a"), {"a"}), "shop");  // without a time
  EXPECT_EQ(journal.asked, 1);
}

TEST_F(WebhookPluginTest, TheTimeIsMeasuredWhenTheBodyHasCome) {
  const std::string time = std::to_string(unix_milliseconds(clock.wall()) / 1000 - 300);
  fakes::Call& slow =
      post("X-Slack-Request-Timestamp: " + time + "\nX-Slack-Signature: v0=" + code("v0:" + time + ":x"));
  EXPECT_EQ(fakes::failure(scheme.on_head(slow.exchange)), "");
  clock.advance(std::chrono::seconds(1));
  slow.exchange.request.observer->on_piece("x");
  EXPECT_EQ(fakes::failure(said(scheme.on_body(slow.exchange))).substr(0, 13), "40193 too_old");
}

TEST_F(WebhookPluginTest, ABadFormIsRefusedByTheHead) {
  EXPECT_EQ(outcome("X-Hub-Signature-256: " + code("")).substr(0, 29), "head 40191 bad_signature_form");
  EXPECT_EQ(outcome("X-Slack-Signature: v0=" + code("")).substr(0, 28), "head 40191 missing_timestamp");
}

TEST_F(WebhookPluginTest, IsPresentedByAnyPartnersHeader) {
  EXPECT_TRUE(scheme.presented(post("X-Hub-Signature-256: x").exchange.request));
  EXPECT_TRUE(scheme.presented(post("X-Slack-Signature: x").exchange.request));
  EXPECT_FALSE(scheme.presented(post("X-Slack-Request-Timestamp: 1").exchange.request));
  EXPECT_FALSE(scheme.presented(post("").exchange.request));
}

TEST_F(WebhookPluginTest, WhatCouldBeReadInTwoWaysIsAmbiguous) {
  const auto why = [&](const std::string& fields) {
    return std::string(scheme.ambiguous(post(fields).exchange.request));
  };
  EXPECT_EQ(why("X-Hub-Signature-256: x"), "");
  EXPECT_EQ(why("X-Hub-Signature-256: x\nx-hub-signature-256: x"), "doubled_credentials");
  EXPECT_EQ(why("X-Slack-Signature: x\nX-Slack-Request-Timestamp: 1\nX-Slack-Request-Timestamp: 1"),
            "doubled_credentials");
  for (const char* other : {"Authorization: Bearer x", "X-API-Key: x", "X-Signature: x"}) {
    EXPECT_EQ(why("X-Hub-Signature-256: x\n" + std::string(other)), "two_kinds_of_credentials");
    EXPECT_EQ(why(other), "");
  }
}

}  // namespace
}  // namespace causeway::plugins
