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
- {name: new, keys: [{id: new-key, secrets: [0123456789abcdef], versions: [v2]}]}
- {name: old, keys: [{id: old-key, secrets: [0123456789abcdef], versions: [v1]}]}
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
    auto begun = SignatureCheck::begin({authorization, timestamp, signature}, {}, table_, signing_, kNow);
    if (!begun) return "head " + outcome(begun);
    return finish(*begun, call.sent_body, replays_, call.unsafe);
  }
  std::string finish(SignatureCheck& check, Bytes body, ReplayTable& replays, bool unsafe) {
    check.update(body);
    const Result<> right = check.check_body();
    if (!right) return outcome(right);
    const Result<SignatureUse> use = check.use(unsafe, kNow);
    if (!use) return outcome(use);
    const Result<> remembered = remember_once(*use, replays);
    return remembered ? check.claimed().name : outcome(remembered);
  }

  struct CallV2 {
    std::string nonce = "0123456789abcdef";
    WallTime at = kNow;
    std::string body = "{}";
    std::string secret{kSecret};
    std::string sent_body = "{}";
    bool announce = false;
    bool unsafe = true;
    std::string signed_path = "/orders";
    std::string id = "oms-key";
    std::string audience = "causeway";
  };
  std::string check(const CallV2& call) {
    const std::string timestamp = std::to_string(unix_milliseconds(call.at));
    const SignedHead sent{"POST", "/orders", "", false, "application/json", "", "", "*/*"};
    SignedParts parts{call.audience, call.id, timestamp, call.nonce, sent};
    parts.head.path = call.signed_path;
    const std::string signature = sign_v2(parts, sha256(call.body), call.secret);
    const std::string authorization = "ApiKey " + call.id;
    const std::string announced = sha256_hex(call.body);
    SignatureHeaders headers{authorization, timestamp, signature, call.nonce};
    if (call.announce) headers.body_hash = announced;
    auto begun = SignatureCheck::begin(headers, sent, table_, signing_, kNow);
    if (!begun) return "head " + outcome(begun);
    EXPECT_EQ(begun->head_proves(), call.announce);
    return finish(*begun, call.sent_body, replays_, call.unsafe);
  }

  SigningSettings signing_;
  ConsumerTable table_;
  ReplayTable replays_{ByteSize{1 << 16}, signing_.window, signing_.future_skew, kNow - std::chrono::hours(1)};
};

TEST_F(SignatureCheckTest, TellsWhoCalled) {
  EXPECT_EQ(check(Call{}), "oms");
  EXPECT_EQ(check(Call{.body = "", .sent_body = "", .unsafe = false}), "oms");
}

TEST_F(SignatureCheckTest, RefusesAnUnknownKeyBeforeTheBody) {
  EXPECT_EQ(check(Call{.id = "wms-key"}), "head 40191 unknown_key");
}

TEST_F(SignatureCheckTest, KnowsWhoClaimsToCallBeforeTheBody) {
  const std::string signature(64, 'a');
  const auto begun = SignatureCheck::begin({"ApiKey oms-key", "1706518800000", signature}, {}, table_, signing_, kNow);
  ASSERT_TRUE(begun);
  EXPECT_EQ(begun->claimed().name, "oms");
}

TEST_F(SignatureCheckTest, RefusesAWrongSecretAndAChangedBody) {
  EXPECT_EQ(check(Call{.secret = "0123456789abcdeF"}), "40191 wrong_signature");
  EXPECT_EQ(check(Call{.sent_body = "{ }"}), "40191 wrong_signature");
}

TEST_F(SignatureCheckTest, HoldsTheWindowToTheMillisecond) {
  EXPECT_EQ(check(Call{.at = kNow - minutes(5)}), "oms");
  EXPECT_EQ(check(Call{.at = kNow - minutes(5) - milliseconds(1)}), "40193 too_old");
  EXPECT_EQ(check(Call{.at = kNow - minutes(6)}), "40193 too_old");
  EXPECT_EQ(check(Call{.at = kNow + seconds(60)}), "oms");
  EXPECT_EQ(check(Call{.at = kNow + seconds(60) + milliseconds(1)}), "40193 in_future");
  EXPECT_EQ(check(Call{.at = kNow + minutes(2)}), "40193 in_future");
}

TEST_F(SignatureCheckTest, SpeaksOfTimeOnlyToWhoKnowsTheSecret) {
  EXPECT_EQ(check(Call{.at = kNow - minutes(6), .secret = "0123456789abcdeF"}), "40191 wrong_signature");
  EXPECT_EQ(check(Call{.at = kNow + minutes(2), .secret = "0123456789abcdeF"}), "40191 wrong_signature");
}

TEST_F(SignatureCheckTest, AcceptsAnUnsafeCallOnce) {
  EXPECT_EQ(check(Call{}), "oms");
  EXPECT_EQ(check(Call{}), "40194 replayed");
  EXPECT_EQ(check(Call{.unsafe = false}), "40194 replayed");
  EXPECT_EQ(check(Call{.at = kNow + milliseconds(1)}), "oms");
}

TEST_F(SignatureCheckTest, DoesNotUseUpASignatureThatFailed) {
  EXPECT_EQ(check(Call{.sent_body = "changed"}), "40191 wrong_signature");
  EXPECT_EQ(check(Call{}), "oms");
}

TEST_F(SignatureCheckTest, LetsASafeCallRepeatButNotTurnUnsafe) {
  EXPECT_EQ(check(Call{.unsafe = false}), "oms");
  EXPECT_EQ(check(Call{.unsafe = false}), "oms");
  EXPECT_EQ(check(Call{.unsafe = true}), "40194 replayed");
}

TEST_F(SignatureCheckTest, RefusesUnsafeCallsOfBeforeTheStart) {
  ReplayTable restarted(ByteSize{1 << 16}, signing_.window, signing_.future_skew, kNow);
  auto check_after_restart = [&](bool unsafe) {
    const std::string signature = SignatureV1::sign("1706518799999", "oms-key", "", kSecret);
    auto begun = SignatureCheck::begin({"ApiKey oms-key", "1706518799999", signature}, {}, table_, signing_, kNow);
    return finish(*begun, "", restarted, unsafe);
  };
  EXPECT_EQ(check_after_restart(true), "40193 before_start");
  EXPECT_EQ(check_after_restart(false), "oms");
}

TEST_F(SignatureCheckTest, AnswersOverloadedWhenItCannotRemember) {
  std::string last = "oms";
  for (int i = 0; i < 1'000 && last == "oms"; ++i)
    last = check(Call{.body = std::to_string(i), .sent_body = std::to_string(i)});
  EXPECT_EQ(last, "50391 replay_memory_full");
}

TEST_F(SignatureCheckTest, OfVersion2TellsWhoCalled) {
  EXPECT_EQ(check(CallV2{}), "oms");
  EXPECT_EQ(check(CallV2{.nonce = "another-nonce-16", .announce = true}), "oms");
}

TEST_F(SignatureCheckTest, OfVersion2RefusesWhatWasNotSigned) {
  EXPECT_EQ(check(CallV2{.secret = "0123456789abcdeF"}), "40191 wrong_signature");
  EXPECT_EQ(check(CallV2{.sent_body = "{ }"}), "40191 wrong_signature");
  EXPECT_EQ(check(CallV2{.signed_path = "/order"}), "40191 wrong_signature");
  EXPECT_EQ(check(CallV2{.audience = "another-gateway"}), "40191 wrong_signature");
  EXPECT_EQ(check(CallV2{}), "oms");  // none of them used up the nonce
}

TEST_F(SignatureCheckTest, AnAnnouncedBodyProvesTheHeadAtOnce) {
  EXPECT_EQ(check(CallV2{.secret = "0123456789abcdeF", .announce = true}), "head 40191 wrong_signature");
  EXPECT_EQ(check(CallV2{.announce = true, .signed_path = "/order"}), "head 40191 wrong_signature");
  EXPECT_EQ(check(CallV2{.at = kNow - minutes(6), .announce = true}), "head 40193 too_old");
  EXPECT_EQ(check(CallV2{.sent_body = "{ }", .announce = true}), "40191 wrong_content_hash");
  EXPECT_EQ(check(CallV2{.announce = true}), "oms");
}

TEST_F(SignatureCheckTest, ANonceWorksOnceOnEveryMethodAndWithAnyTimestamp) {
  EXPECT_EQ(check(CallV2{.unsafe = false}), "oms");
  EXPECT_EQ(check(CallV2{.unsafe = false}), "40194 replayed");
  EXPECT_EQ(check(CallV2{.unsafe = true}), "40194 replayed");
  EXPECT_EQ(check(CallV2{.at = kNow + milliseconds(1)}), "40194 replayed");
  EXPECT_EQ(check(CallV2{.at = kNow - minutes(4)}), "40194 replayed");
  EXPECT_EQ(check(CallV2{.id = "new-key"}), "new");  // another key's nonces are its own
}

TEST_F(SignatureCheckTest, AKeyTakesTheVersionsThatItSays) {
  EXPECT_EQ(check(Call{.id = "new-key"}), "head 40191 version_not_allowed");
  EXPECT_EQ(check(CallV2{.id = "old-key"}), "head 40191 version_not_allowed");
  EXPECT_EQ(check(Call{.id = "old-key"}), "old");
  EXPECT_EQ(check(CallV2{.id = "new-key"}), "new");
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
