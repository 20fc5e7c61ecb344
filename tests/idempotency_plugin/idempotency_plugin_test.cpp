#include "plugins/idempotency/idempotency_plugin.h"

#include "config/yaml.h"
#include "fakes/consumers.h"
#include "transactions/guarded_fixture.h"

namespace causeway::plugins {
namespace {

using transactions::GuardedCall;

class IdempotencyPluginTest : public transactions::GuardedFixture {
 protected:
  IdempotencyPluginTest() { build("{}"); }

  /// What `check` says about these settings; `plugin` is what came of them.
  std::string build(const std::string& yaml) {
    config::Errors errors;
    const auto node = config::read_yaml(yaml, "t.yaml", errors);
    config::Reading reading(errors, config::FileKind::kRoutes);
    const auto settings = config::read<IdempotencySettings>(*node, reading);
    rules.makes_key = !settings.key->empty();
    plugin = std::make_unique<IdempotencyPlugin>(
        settings, std::shared_ptr<const transactions::RouteRules>(std::shared_ptr<void>(), &rules), errors);
    return errors.to_text();
  }

  fakes::Call& post(const std::string& fields, std::string body = "{\"no\":\"A\"}", std::string_view consumer = "oms") {
    fakes::Call& one =
        call("POST /orders HTTP/1.1\nHost: a\nContent-Type: application/json" + (fields.empty() ? "" : "\n" + fields));
    one.exchange.request.received = kept.emplace_back(std::move(body));
    one.exchange.request.body = Body(one.exchange.request.received);
    one.exchange.consumer = consumers.find(consumer);
    one.exchange.authenticated = true;
    return one;
  }
  /// Nothing when the call is to be forwarded, `answered`, or code and message of the refusal.
  std::string begin(fakes::Call& one) {
    const Result<Flow> flow = said(plugin->on_body(one.exchange));
    if (flow) return *flow == Flow::kContinue ? "" : "answered";
    const ErrorInfo* const info = flow.error().info_if();
    return std::to_string(number(flow.error().code())) +
           (info != nullptr && !info->public_message.empty() ? " " + info->public_message : "");
  }
  void succeed(fakes::Call& one) {
    EXPECT_EQ(system_says(one, 201, "{}"), "");
    finish(one);
  }
  static bool guarded(const fakes::Call& one) { return one.exchange.guard != nullptr; }

  security::ConsumerTable consumers = fakes::consumers();
  std::unique_ptr<IdempotencyPlugin> plugin;
};

TEST_F(IdempotencyPluginTest, SaysWhatIsWrongWithItsSettings) {
  EXPECT_EQ(build("{key: \"{{ $request.no }}\", retention: 30d}"), "");
  for (const char* yaml : {"{key: \"{{ $request. }}\"}", "{key: \"{{ $result.id }}\"}", "{key: \"{{ $answer }}\"}",
                           "{retention: 0s}", "{retention: 10000d}", "{keys: x}"})
    EXPECT_NE(build(yaml), "") << yaml;
}

TEST_F(IdempotencyPluginTest, ACallWithoutAKeyGoesOnUnguarded) {
  fakes::Call& one = post("");
  EXPECT_EQ(begin(one), "");
  EXPECT_FALSE(guarded(one));
}

TEST_F(IdempotencyPluginTest, TheHeaderIsTheKey) {
  fakes::Call& one = post("Idempotency-Key: k-1");
  EXPECT_EQ(begin(one), "");
  EXPECT_TRUE(guarded(one));
  succeed(one);
  EXPECT_EQ(begin(post("Idempotency-Key: k-1")), "answered");
  EXPECT_EQ(begin(post("Idempotency-Key: \"k-1\"")), "answered");  // as the draft writes it
  EXPECT_EQ(begin(post("Idempotency-Key: k-2")), "");
}

TEST_F(IdempotencyPluginTest, AKeyThatIsNoneIsRefused) {
  const std::string malformed = "40093 an Idempotency-Key has 1 to 255 visible ASCII characters";
  EXPECT_EQ(begin(post("Idempotency-Key:")), malformed);
  EXPECT_EQ(begin(post("Idempotency-Key: \"\"")), malformed);
  EXPECT_EQ(begin(post("Idempotency-Key: a b")), malformed);
  for (const char* key : {"\"", "\"a", "a\"", "a\"b", "\"a\"b\""})
    EXPECT_EQ(begin(post(std::string("Idempotency-Key: ") + key)), malformed) << key;
  EXPECT_EQ(begin(post("Idempotency-Key: \xc3\xa4")), malformed);
  EXPECT_EQ(begin(post("Idempotency-Key: " + std::string(256, 'k'))), malformed);
  EXPECT_EQ(begin(post("Idempotency-Key: " + std::string(255, 'k'))), "");
  EXPECT_EQ(begin(post("Idempotency-Key: a\nIdempotency-Key: a")), "40093 the Idempotency-Key comes more than once");
}

TEST_F(IdempotencyPluginTest, TheRequestMakesAKeyWhereThereIsNoHeader) {
  ASSERT_EQ(build("{key: \"{{ $request.no }}\"}"), "");
  fakes::Call& one = post("");
  EXPECT_EQ(begin(one), "");
  succeed(one);
  EXPECT_EQ(begin(post("")), "answered");
  EXPECT_EQ(begin(post("", "{\"no\":\"B\"}")), "");
  EXPECT_EQ(begin(post("Idempotency-Key: k-1")), "");  // the header wins
  EXPECT_EQ(begin(post("Idempotency-Key: A")), "answered");
}

TEST_F(IdempotencyPluginTest, ARequestThatMakesNoneIsLeftToLaterSteps) {
  ASSERT_EQ(build("{key: \"{{ $request.no }}\"}"), "");
  fakes::Call& one = post("", "{}");
  EXPECT_EQ(begin(one), "");
  EXPECT_FALSE(guarded(one));  // the adapter refuses it
}

TEST_F(IdempotencyPluginTest, ARequestThatMakesALongOneIsRefused) {
  ASSERT_EQ(build("{key: \"{{ $request.no }}\"}"), "");
  EXPECT_EQ(begin(post("", "{\"no\":\"" + std::string(256, 'n') + "\"}")),
            "40093 the key that this request makes is longer than 255 bytes");
}

TEST_F(IdempotencyPluginTest, AKeyBelongsToItsCaller) {
  fakes::Call& one = post("Idempotency-Key: k-1");
  EXPECT_EQ(begin(one), "");
  succeed(one);
  fakes::Call& other = post("Idempotency-Key: k-1", "{\"no\":\"A\"}", "reporting");
  EXPECT_EQ(begin(other), "");
  succeed(other);
  fakes::Call& of_a_token = post("Idempotency-Key: k-1");
  of_a_token.exchange.token_subject[0] = 7;
  EXPECT_EQ(begin(of_a_token), "");
}

TEST_F(IdempotencyPluginTest, AnotherBodyIsAConflictByteForByte) {
  fakes::Call& one = post("Idempotency-Key: k-1");
  EXPECT_EQ(begin(one), "");
  succeed(one);
  EXPECT_EQ(begin(post("Idempotency-Key: k-1", "{ \"no\":\"A\"}")),
            "42290 this Idempotency-Key was used before with another request");
}

TEST_F(IdempotencyPluginTest, ARequestWithoutAKeyIsKeptWhereTheRouteKeepsItsCalls) {
  publish_in_transaction();
  fakes::Call& one = post("");
  EXPECT_EQ(begin(one), "");
  EXPECT_TRUE(guarded(one));
  EXPECT_EQ(half(txid(one)), "prepared #1");
}

TEST_F(IdempotencyPluginTest, ASignatureThatWasUsedNeedsAKey) {
  fakes::Call& one = post("");
  one.exchange.seen_before.emplace(Code::kReplayed);
  EXPECT_EQ(begin(one), "40194");
}

TEST_F(IdempotencyPluginTest, NeedsTheBodyAsItCame) {
  const Needs needs = plugin->needs();
  EXPECT_TRUE(needs.body && needs.whole_request);
  EXPECT_FALSE(needs.head || needs.response);
}

TEST_F(IdempotencyPluginTest, ARouteWithoutKeysKeepsItsCalls) {
  publish_in_transaction();
  const TransactionStep step(std::shared_ptr<const transactions::RouteRules>(std::shared_ptr<void>(), &rules));
  EXPECT_FALSE(step.needs().whole_request);
  fakes::Call& one = post("Idempotency-Key: k-1");  // which this route does not know
  EXPECT_TRUE(said(step.on_body(one.exchange)).ok());
  EXPECT_EQ(half(txid(one)), "prepared #1");
  fakes::Call& again = post("Idempotency-Key: k-1");
  EXPECT_TRUE(said(step.on_body(again.exchange)).ok());
  EXPECT_NE(txid(again), txid(one));
}

}  // namespace
}  // namespace causeway::plugins
