#include "transactions/stored_answer.h"

#include <list>

#include "fakes/exchange_fixture.h"
#include "fakes/scripted_body.h"

namespace causeway::transactions {
namespace {

class StoredAnswerTest : public fakes::ExchangeFixture {
 protected:
  static constexpr std::uint64_t kLimit = 16;

  fakes::Call& answered(Body body, int status = 201) {
    fakes::Call& one = call("POST /orders HTTP/1.1\nHost: a");
    one.exchange.response.status = status;
    one.exchange.response.headers.add("Content-Type", "application/json");
    one.exchange.response.headers.add("X-Causeway-Event", "t-1; status=stored");
    one.exchange.response.body = body;
    return one;
  }
  TakenAnswer take(fakes::Call& one) { return run(take_answer(one.exchange, kLimit)); }
};

TEST_F(StoredAnswerTest, IsWhatWentOutByteForByte) {
  fakes::Call& one = answered(Body(Bytes("{\"n\":19.90}")));
  one.exchange.response.prefix = "<";
  one.exchange.response.suffix = ">";
  const TakenAnswer taken = take(one);
  EXPECT_TRUE(taken.kept);
  EXPECT_EQ(taken.answer.status, 201);
  EXPECT_FALSE(taken.answer.inner);
  EXPECT_EQ(taken.answer.headers, "Content-Type: application/json\nX-Causeway-Event: t-1; status=stored\n");
  EXPECT_EQ(taken.answer.body, "<{\"n\":19.90}>");
  fakes::Call& again = call("POST /orders HTTP/1.1\nHost: a");
  again.exchange.response.headers.add("X-Other", "1");
  give_answer(again.exchange, taken.answer, true);
  EXPECT_EQ(answer(again),
            "201\nContent-Type: application/json\nX-Causeway-Event: t-1; status=stored\n"
            "Idempotency-Replayed: true\n\n<{\"n\":19.90}>");
  EXPECT_TRUE(again.exchange.final_answer);
  EXPECT_EQ(again.exchange.call_class, CallClass::kSuccess);
}

TEST_F(StoredAnswerTest, AReplayThatIsTakenAgainSaysNothingOfItself) {
  fakes::Call& one = answered(Body(Bytes("{}")));
  one.exchange.response.headers.add("Idempotency-Replayed", "true");
  EXPECT_EQ(take(one).answer.headers, "Content-Type: application/json\nX-Causeway-Event: t-1; status=stored\n");
}

TEST_F(StoredAnswerTest, AStreamIsReadWhole) {
  fakes::ScriptedBody body({"{\"a\":", "1}"});
  fakes::Call& one = answered(Body(body));
  const TakenAnswer taken = take(one);
  EXPECT_TRUE(taken.kept);
  EXPECT_EQ(taken.answer.body, "{\"a\":1}");
  EXPECT_EQ(answer(one), "201\nContent-Type: application/json\nX-Causeway-Event: t-1; status=stored\n\n{\"a\":1}");
}

TEST_F(StoredAnswerTest, OneThatIsTooLongKeepsItsStatusAndGoesOutWhole) {
  fakes::Call& whole = answered(Body(Bytes("0123456789abcdefg")));
  EXPECT_FALSE(take(whole).kept);
  fakes::ScriptedBody declared({"0123456789", "abcdefg"}, 17);
  EXPECT_FALSE(take(answered(Body(declared))).kept);
  EXPECT_EQ(declared.reads(), 0);
  fakes::ScriptedBody open({"0123456789", "abcdefg"});
  fakes::Call& one = answered(Body(open));
  const TakenAnswer taken = take(one);
  EXPECT_FALSE(taken.kept);
  EXPECT_EQ(taken.answer.status, 201);
  EXPECT_EQ(taken.answer.headers + taken.answer.body, "");
  const std::string out = answer(one);
  EXPECT_EQ(out.substr(out.find("\n\n")), "\n\n0123456789abcdefg");
}

TEST_F(StoredAnswerTest, TheEnvelopeCountsToo) {
  fakes::Call& one = answered(Body(Bytes("0123456789")));
  one.exchange.response.prefix = "<<<<";
  one.exchange.response.suffix = ">>>";
  EXPECT_FALSE(take(one).kept);
}

TEST_F(StoredAnswerTest, OneThatBreaksOffIsNotKept) {
  fakes::ScriptedBody body({"{\"a\":"});
  body.break_with(Code::kUpstreamNonsense);
  EXPECT_FALSE(take(answered(Body(body))).kept);
}

TEST_F(StoredAnswerTest, ARefusalIsCountedByItsOwnCode) {
  fakes::Call& one = call("POST /orders HTTP/1.1\nHost: a");
  give_answer(one.exchange, {400, false, "", R"({"code":40001,"message":"short"})"}, true);
  EXPECT_EQ(one.exchange.code, 40001U);
  EXPECT_EQ(one.exchange.call_class, CallClass::kBusiness);
  give_answer(one.exchange, {404, false, "", "not here"}, true);
  EXPECT_EQ(one.exchange.code, 40400U);
  give_answer(one.exchange, {204, false, "", ""}, false);
  EXPECT_EQ(one.exchange.code, 0U);
  EXPECT_EQ(answer(one), "204\n\n");
}

}  // namespace
}  // namespace causeway::transactions
