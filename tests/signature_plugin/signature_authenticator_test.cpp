#include "plugins/signature/signature_authenticator.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "fakes/consumers.h"
#include "fakes/exchange_fixture.h"

namespace causeway::plugins {
namespace {

class SignatureTest : public fakes::ExchangeFixture {
 protected:
  /// The fields of a right signature by oms, made `age` ago.
  std::string signed_fields(Bytes body, Duration age = Duration(0), std::string_view secret = fakes::kSecret) {
    const auto at = clock.wall() - std::chrono::duration_cast<std::chrono::milliseconds>(age);
    const std::string timestamp = std::to_string(unix_milliseconds(at));
    return "Authorization: ApiKey oms-key\nX-Timestamp: " + timestamp +
           "\nX-Signature: " + security::SignatureV1::sign(timestamp, "oms-key", body, secret);
  }

  /// Who called, or why not; the body comes in pieces, as a connection would hand them out.
  std::string outcome(std::string_view method, const std::string& fields, const std::vector<std::string>& pieces = {}) {
    fakes::Call& one = call(std::string(method) + " / HTTP/1.1\nHost: a\n" + fields);
    Result<> head = scheme.on_head(one.exchange);
    if (!head) return "head " + fakes::describe(head.error());
    EXPECT_FALSE(one.exchange.authenticated);
    EXPECT_EQ(one.exchange.consumer->name, "oms");  // claimed
    for (const std::string& piece : pieces) one.exchange.request.observer->on_piece(piece);
    Result<> body = scheme.on_body(one.exchange);
    if (!body) return fakes::describe(body.error()) + (one.exchange.authenticated ? " but authenticated" : "");
    return one.exchange.authenticated ? one.exchange.consumer->name : "nobody";
  }

  const security::ConsumerTable consumers = fakes::consumers();
  const SignatureAuthenticator scheme{
      consumers,
      {},
      std::make_shared<security::ReplayTable>(ByteSize{1 << 20}, std::chrono::minutes(5), std::chrono::seconds(60),
                                              clock.wall() - std::chrono::hours(1))};
};

TEST_F(SignatureTest, ARightSignatureProvesWhoCalls) {
  EXPECT_EQ(outcome("POST", signed_fields("{\"a\":1}"), {"{\"a\"", ":1}"}), "oms");
  EXPECT_EQ(outcome("GET", signed_fields("")), "oms");
  EXPECT_TRUE(scheme.needs_whole_request());
}

TEST_F(SignatureTest, AnotherBodyOrSecretIsWrong) {
  EXPECT_EQ(outcome("POST", signed_fields("{\"a\":1}"), {"{\"a\":2}"}).substr(0, 21), "40191 wrong_signature");
  EXPECT_EQ(outcome("POST", signed_fields("x", Duration(0), "another"), {"x"}).substr(0, 21), "40191 wrong_signature");
}

TEST_F(SignatureTest, AnUnsafeSignatureWorksOnceAndASafeOneAgain) {
  const std::string post = signed_fields("x");
  EXPECT_EQ(outcome("POST", post, {"x"}), "oms");
  EXPECT_EQ(outcome("POST", post, {"x"}).substr(0, 14), "40194 replayed");
  const std::string get = signed_fields("", std::chrono::seconds(1));
  EXPECT_EQ(outcome("GET", get), "oms");
  EXPECT_EQ(outcome("GET", get), "oms");
  EXPECT_EQ(outcome("DELETE", get).substr(0, 14), "40194 replayed");
}

TEST_F(SignatureTest, AWrongSignatureUsesUpNothing) {
  const std::string post = signed_fields("x");
  EXPECT_EQ(outcome("POST", post, {"y"}).substr(0, 21), "40191 wrong_signature");
  EXPECT_EQ(outcome("POST", post, {"x"}), "oms");
}

TEST_F(SignatureTest, TheWindowIsMeasuredWhenTheBodyHasCome) {
  EXPECT_EQ(outcome("GET", signed_fields("", std::chrono::minutes(5))), "oms");
  EXPECT_EQ(outcome("GET", signed_fields("", std::chrono::minutes(5) + std::chrono::milliseconds(1))).substr(0, 13),
            "40193 too_old");
  EXPECT_EQ(outcome("GET", signed_fields("", -std::chrono::seconds(61))).substr(0, 15), "40193 in_future");
  const std::string fields = signed_fields("x", std::chrono::minutes(5));
  fakes::Call& slow = call("POST / HTTP/1.1\nHost: a\n" + fields);
  EXPECT_EQ(fakes::failure(scheme.on_head(slow.exchange)), "");
  clock.advance(std::chrono::seconds(1));
  slow.exchange.request.observer->on_piece("x");
  EXPECT_EQ(fakes::failure(scheme.on_body(slow.exchange)).substr(0, 13), "40193 too_old");
  EXPECT_FALSE(slow.exchange.authenticated);
}

TEST_F(SignatureTest, AStrangerIsRefusedByTheHead) {
  EXPECT_EQ(
      outcome("POST", "Authorization: ApiKey nobody\nX-Timestamp: 1772337600123\nX-Signature: " + std::string(64, 'a'))
          .substr(0, 22),
      "head 40191 unknown_key");
  EXPECT_EQ(outcome("POST", "Authorization: ApiKey oms-key\nX-Timestamp: 1772337600123"),
            "head 40191 missing_signature");
  EXPECT_EQ(outcome("POST", "X-Signature: " + std::string(64, 'a')), "head 40191 missing_key");
}

}  // namespace
}  // namespace causeway::plugins
