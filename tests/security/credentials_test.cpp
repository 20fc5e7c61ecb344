#include "security/credentials.h"

#include <gtest/gtest.h>

#include <string>

#include "security/reading.h"

namespace causeway::security {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kSecret = "0123456789abcdef";
const WallTime kNow(milliseconds(1'706'518'800'000));

template <class T>
std::string outcome(const Result<T>& result) {
  if (result) return "ok";
  const std::string reason = result.error().info_if() ? result.error().info_if()->reason : "";
  return std::to_string(number(result.error().code())) + ' ' + reason;
}

class SignatureCheckTest : public testing::Test {
 protected:
  SignatureCheckTest() {
    config::Errors errors;
    const auto consumers = settings<std::vector<ConsumerSettings>>(R"(
- {name: oms, roles: [internal], keys: [{id: oms-key, secrets: [0123456789abcdef]}]}
- {name: bi, api_tokens: [{sha256: 547251917b5bea5af49aa80a8a12e1f9db6c95576b0ed8c761dea5207d62cff2}]}
)");
    table_ = ConsumerTable(consumers, signing_, errors);
    EXPECT_EQ(errors.to_text(), "");
  }

  struct Call {
    std::string id = "oms-key";
    WallTime at = kNow;
    std::string body = "{}";
    std::string secret{kSecret};
    std::string sent_body = "{}";
    bool unsafe = true;
  };
  std::string check(const Call& call) {
    const std::string timestamp = std::to_string(unix_milliseconds(call.at));
    const std::string signature = SignatureV1::sign(timestamp, call.id, call.body, call.secret);
    const std::string authorization = "ApiKey " + call.id;
    auto begun = SignatureCheck::begin({authorization, timestamp, signature}, table_);
    if (!begun) return "head " + outcome(begun);
    begun->update(call.sent_body);
    auto who = begun->finish(signing_, replays_, call.unsafe, kNow);
    return who ? (*who)->name : outcome(who);
  }

  SigningSettings signing_;
  ConsumerTable table_;
  ReplayTable replays_{ByteSize{1 << 16}, signing_.window, signing_.future_skew, kNow - std::chrono::hours(1)};
};

TEST_F(SignatureCheckTest, TellsWhoCalled) {
  EXPECT_EQ(check({}), "oms");
  EXPECT_EQ(check({.body = "", .sent_body = "", .unsafe = false}), "oms");
}

TEST_F(SignatureCheckTest, RefusesAnUnknownKeyBeforeTheBody) {
  EXPECT_EQ(check({.id = "wms-key"}), "head 40191 unknown_key");
}

TEST_F(SignatureCheckTest, KnowsWhoClaimsToCallBeforeTheBody) {
  const auto begun = SignatureCheck::begin({"ApiKey oms-key", "1706518800000", std::string(64, 'a')}, table_);
  ASSERT_TRUE(begun);
  EXPECT_EQ(begun->claimed().name, "oms");
}

TEST_F(SignatureCheckTest, RefusesAWrongSecretAndAChangedBody) {
  EXPECT_EQ(check({.secret = "0123456789abcdeF"}), "40191 wrong_signature");
  EXPECT_EQ(check({.sent_body = "{ }"}), "40191 wrong_signature");
}

TEST_F(SignatureCheckTest, HoldsTheWindowToTheMillisecond) {
  EXPECT_EQ(check({.at = kNow - minutes(5)}), "oms");
  EXPECT_EQ(check({.at = kNow - minutes(5) - milliseconds(1)}), "40193 too_old");
  EXPECT_EQ(check({.at = kNow - minutes(6)}), "40193 too_old");
  EXPECT_EQ(check({.at = kNow + seconds(60)}), "oms");
  EXPECT_EQ(check({.at = kNow + seconds(60) + milliseconds(1)}), "40193 in_future");
  EXPECT_EQ(check({.at = kNow + minutes(2)}), "40193 in_future");
}

TEST_F(SignatureCheckTest, SpeaksOfTimeOnlyToWhoKnowsTheSecret) {
  EXPECT_EQ(check({.at = kNow - minutes(6), .secret = "0123456789abcdeF"}), "40191 wrong_signature");
  EXPECT_EQ(check({.at = kNow + minutes(2), .secret = "0123456789abcdeF"}), "40191 wrong_signature");
}

TEST_F(SignatureCheckTest, AcceptsAnUnsafeCallOnce) {
  EXPECT_EQ(check({}), "oms");
  EXPECT_EQ(check({}), "40194 replayed");
  EXPECT_EQ(check({.unsafe = false}), "40194 replayed");
  EXPECT_EQ(check({.at = kNow + milliseconds(1)}), "oms");
}

TEST_F(SignatureCheckTest, DoesNotUseUpASignatureThatFailed) {
  EXPECT_EQ(check({.sent_body = "changed"}), "40191 wrong_signature");
  EXPECT_EQ(check({}), "oms");
}

TEST_F(SignatureCheckTest, LetsASafeCallRepeatButNotTurnUnsafe) {
  EXPECT_EQ(check({.unsafe = false}), "oms");
  EXPECT_EQ(check({.unsafe = false}), "oms");
  EXPECT_EQ(check({.unsafe = true}), "40194 replayed");
}

TEST_F(SignatureCheckTest, RefusesUnsafeCallsOfBeforeTheStart) {
  ReplayTable restarted(ByteSize{1 << 16}, signing_.window, signing_.future_skew, kNow);
  auto check_after_restart = [&](bool unsafe) {
    const std::string signature = SignatureV1::sign("1706518799999", "oms-key", "", kSecret);
    auto begun = SignatureCheck::begin({"ApiKey oms-key", "1706518799999", signature}, table_);
    return outcome(begun->finish(signing_, restarted, unsafe, kNow));
  };
  EXPECT_EQ(check_after_restart(true), "40193 before_start");
  EXPECT_EQ(check_after_restart(false), "ok");
}

TEST_F(SignatureCheckTest, AnswersOverloadedWhenItCannotRemember) {
  std::string last = "oms";
  for (int i = 0; i < 1'000 && last == "oms"; ++i)
    last = check({.body = std::to_string(i), .sent_body = std::to_string(i)});
  EXPECT_EQ(last, "50391 replay_memory_full");
}

TEST_F(SignatureCheckTest, TakesTimestampsOfTheWholeRangeOfThirteenDigits) {
  EXPECT_EQ(outcome(check_window(WallTime(milliseconds(9'999'999'999'999)), WallTime(milliseconds(0)), minutes(5),
                                 seconds(60))),
            "40193 in_future");
  EXPECT_EQ(outcome(check_window(WallTime(milliseconds(0)), WallTime(milliseconds(9'999'999'999'999)), minutes(5),
                                 seconds(60))),
            "40193 too_old");
}

TEST_F(SignatureCheckTest, KeepsTokensApart) {
  EXPECT_EQ((*check_api_token("a-random-token-of-128-bits", table_))->name, "bi");
  EXPECT_EQ(outcome(check_api_token(std::nullopt, table_)), "40190 no_credentials");
  EXPECT_EQ(outcome(check_api_token("", table_)), "40191 unknown_token");
  EXPECT_EQ(outcome(check_api_token("oms-key", table_)), "40191 unknown_token");
  EXPECT_EQ(outcome(check_api_token(kSecret, table_)), "40191 unknown_token");
}

}  // namespace
}  // namespace causeway::security
