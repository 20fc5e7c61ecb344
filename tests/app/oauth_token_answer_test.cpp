#include "app/oauth/token_answer.h"

#include <gtest/gtest.h>

#include <string>

namespace causeway::app {
namespace {

using std::chrono::seconds;

/// `token 3600`, or what is wrong.
std::string read(const std::string& body) {
  const TokenAnswer answer = TokenAnswer::read(body);
  if (!answer.problem.empty()) return answer.problem;
  return answer.token + ' ' + std::to_string(std::chrono::duration_cast<seconds>(answer.lifetime).count());
}

TEST(TokenAnswer, GivesTheTokenAndHowLongItHolds) {
  EXPECT_EQ(read(R"({"access_token":"abc","token_type":"Bearer","expires_in":3600,"scope":"x"})"), "abc 3600");
  EXPECT_EQ(read(R"({"access_token":"abc","token_type":"bearer","expires_in":"60"})"), "abc 60");
  EXPECT_EQ(read(R"({"access_token":"abc","token_type":"BEARER","expires_in":null})"), "abc 300");
  EXPECT_EQ(read(R"({"access_token":"abc","expires_in":99999999})"), "abc 86400");
}

TEST(TokenAnswer, RefusesWhatCannotBeShown) {
  EXPECT_EQ(read("no"), "the answer is no JSON object");
  EXPECT_EQ(read("[]"), "the answer is no JSON object");
  EXPECT_EQ(read("{}"), "the answer has no access_token");
  EXPECT_EQ(read(R"({"access_token":7})"), "the answer has no access_token");
  EXPECT_EQ(read(R"({"access_token":""})"), "the answer has no access_token");
  EXPECT_EQ(read(R"({"access_token":"a b"})"), "the access_token cannot be sent");
  EXPECT_EQ(read(R"({"access_token":"a\r\nb"})"), "the access_token cannot be sent");
  EXPECT_EQ(read(R"({"access_token":")" + std::string(TokenAnswer::kLongestToken + 1, 'a') + R"("})"),
            "the access_token cannot be sent");
  EXPECT_EQ(read(R"({"access_token":"a","token_type":"mac"})"), "the token is of another type than Bearer");
  for (const char* lifetime : {"0", "-1", "1.5", "1e9", "true", R"("soon")"})
    EXPECT_EQ(read(R"({"access_token":"a","expires_in":)" + std::string(lifetime) + "}"), "the token has no time left")
        << lifetime;
}

TEST(TokenAnswer, ARefusalIsSaidInItsOwnWordIfThatIsOne) {
  EXPECT_EQ(refusal_of(R"({"error":"invalid_client","error_description":"who?"})"), "invalid_client");
  EXPECT_EQ(refusal_of(R"({"error":"<b>no</b>"})"), "");
  EXPECT_EQ(refusal_of(R"({"error":5})"), "");
  EXPECT_EQ(refusal_of("no"), "");
}

TEST(TokenAnswer, IsRenewedAtFourFifthsOrAMinuteBeforeItsEndButNotInAHurry) {
  EXPECT_EQ(renewal(seconds(3600)), seconds(2880));
  EXPECT_EQ(renewal(seconds(300)), seconds(240));
  EXPECT_EQ(renewal(seconds(200)), seconds(140));
  EXPECT_EQ(renewal(seconds(61)), std::chrono::milliseconds(30500));
  EXPECT_EQ(renewal(seconds(10)), seconds(5));
}

}  // namespace
}  // namespace causeway::app
