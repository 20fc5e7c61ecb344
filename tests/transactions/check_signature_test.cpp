#include "transactions/check_signature.h"

#include <gtest/gtest.h>

#include "security/webhook_scheme.h"

namespace causeway::transactions {
namespace {

constexpr WallTime kNow{std::chrono::seconds(1614265330)};

StoredRequest request() {
  StoredRequest made;
  made.cluster = "oms";
  made.method = "POST";
  made.target = "/tx/check";
  made.body = "{\"test\": 2432232314}";
  made.webhook = true;
  return made;
}
tables::Half half() {
  tables::Half made;
  made.txid = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  made.route = "order-transactions";
  return made;
}

TEST(CheckSignature, HasTheHeadersOfStandardWebhooks) {
  Targets targets;
  const auto key = security::standard_webhook_key(config::Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  targets.signers["order-transactions"] = std::make_shared<const security::WebhookSigner>(*key);
  StoredRequest made = request();
  ASSERT_TRUE(sign_check(made, targets, half(), kNow).ok());
  const std::vector<std::pair<std::string, std::string>> headers = {
      {"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
      {"webhook-timestamp", "1614265330"},
      {"webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}};
  EXPECT_EQ(made.headers, headers);
}

TEST(CheckSignature, ARouteWithoutASecretAnyMoreSendsNothing) {
  StoredRequest made = request();
  Result<> done = sign_check(made, Targets(), half(), kNow);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().info().internal,
            "the route order-transactions has no webhook secret any more to sign the check with");
  EXPECT_TRUE(made.headers.empty());
}

TEST(CheckSignature, OneThatIsNotSignedStaysAsItIs) {
  StoredRequest made = request();
  made.webhook = false;
  EXPECT_TRUE(sign_check(made, Targets(), half(), kNow).ok());
  EXPECT_TRUE(made.headers.empty());
}

TEST(CheckSignature, IsAskedForByTheRequestThatIsKept) {
  EXPECT_TRUE(StoredRequest::from_json(request().to_json())->webhook);
  StoredRequest plain = request();
  plain.webhook = false;
  EXPECT_FALSE(StoredRequest::from_json(plain.to_json())->webhook);
}

}  // namespace
}  // namespace causeway::transactions
