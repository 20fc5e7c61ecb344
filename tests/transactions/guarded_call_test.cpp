#include "fakes/scripted_body.h"
#include "transactions/guarded_fixture.h"

namespace causeway::transactions {
namespace {

class GuardedCallTest : public GuardedFixture {
 protected:
  static std::string details(const std::string& outcome, const std::string& id) {
    return R"("outcome":")" + outcome + R"(","txid":")" + id + '"';
  }
  static std::string answered(const std::string& body, int status = 201, const std::string& fields = "") {
    return std::to_string(status) + "\nContent-Type: application/json\n" + fields + "\n" + body;
  }
  static std::string replayed(const std::string& body, int status = 201) {
    return answered(body, status, "Idempotency-Replayed: true\n");
  }
  /// A call of the key whose outcome nobody knows.
  std::string left_unknown() {
    fakes::Call& one = order();
    EXPECT_EQ(begin(one), "");
    fails(one, Code::kOutcomeUnknown);
    finish(one);
    EXPECT_EQ(record_of(), "unknown #1");
    return txid(one);
  }
};

TEST_F(GuardedCallTest, ASuccessIsKeptAsItGoesOutAndReplayed) {
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  EXPECT_EQ(record_of(), "running #1");
  EXPECT_EQ(system_says(one, 201, "{\"no\":1.50}"), "");
  EXPECT_EQ(record_of(), "running #1");  // until the steps on the way out are done
  EXPECT_EQ(finish(one), answered("{\"no\":1.50}"));
  EXPECT_EQ(record_of(), "done #1");
  fakes::Call& again = order();
  EXPECT_EQ(begin(again), "answered");
  EXPECT_EQ(finish(again), replayed("{\"no\":1.50}"));
  EXPECT_EQ(txid(again), txid(one));
  EXPECT_EQ(samples("causeway_idempotency_total"), "causeway_idempotency_total{result=\"replayed\"} 1\n");
}

TEST_F(GuardedCallTest, ASecondOneHearsThatTheFirstIsRunning) {
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  fakes::Call& second = order();
  EXPECT_EQ(begin(second), "40990 " + details("running", txid(one)));
  EXPECT_TRUE(second.exchange.response.headers.get("Retry-After").has_value());
  finish(second);
  EXPECT_EQ(record_of(), "running #1");  // the first one's
  EXPECT_EQ(samples("causeway_idempotency_total"), "causeway_idempotency_total{result=\"running\"} 1\n");
}

TEST_F(GuardedCallTest, AnotherRequestUnderTheKeyIsAConflict) {
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  EXPECT_EQ(begin(order(), key_of("k", "another")), "42290");
  EXPECT_EQ(begin(order(), key_of("k-2", "another")), "");
}

TEST_F(GuardedCallTest, ARefusalOfALaterStepFreesTheKeyAndLeavesNothing) {
  publish_in_transaction();
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  const std::string id = txid(one);
  EXPECT_EQ(half(id), "prepared #1");
  reply_error(one.exchange, Error(Code::kNotJson));
  finish(one);
  EXPECT_EQ(record_of() + half(id), "");
}

TEST_F(GuardedCallTest, WhatWasNotSentFreesTheKey) {
  for (const Code code : {Code::kUpstreamUnreachable, Code::kBreakerOpen, Code::kOverloaded}) {
    fakes::Call& one = order();
    EXPECT_EQ(begin(one), "");
    EXPECT_EQ(fails(one, code), std::to_string(number(code)));
    finish(one);
    EXPECT_EQ(record_of(), "");
  }
}

TEST_F(GuardedCallTest, ARefusalOfTheSystemIsKept) {
  publish_in_transaction();
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  EXPECT_EQ(system_says(one, 409, "{\"code\":40901}"), "");
  finish(one);
  EXPECT_EQ(half(txid(one)), "rolled_back #1 by response");
  fakes::Call& again = order();
  EXPECT_EQ(begin(again), "answered");
  EXPECT_EQ(finish(again), replayed("{\"code\":40901}", 409));
}

TEST_F(GuardedCallTest, AnUnknownOutcomeStaysUnknownAndIsSeenByAPerson) {
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  EXPECT_EQ(fails(one, Code::kOutcomeUnknown), "50491 \"txid\":\"" + txid(one) + '"');
  finish(one);
  EXPECT_EQ(record_of(), "unknown #1");
  EXPECT_EQ(half(txid(one)),
            "unresolved #1: the outcome of the call is unknown, and the route has no on_unknown to ask by");
  fakes::Call& again = order();
  EXPECT_EQ(begin(again), "40991 " + details("unknown", txid(one)));
  EXPECT_EQ(samples("causeway_idempotency_total"), "causeway_idempotency_total{result=\"unknown\"} 1\n");
}

TEST_F(GuardedCallTest, AFullAnswerThatSaysNothingIsUnknownToo) {
  fakes::Call& failed = order();
  EXPECT_EQ(begin(failed), "");
  EXPECT_EQ(system_says(failed, 500, "{}"), "");
  EXPECT_EQ(finish(failed), answered("{}", 500));
  EXPECT_EQ(record_of(), "unknown #1");
  fakes::Call& nonsense = order();
  EXPECT_EQ(begin(nonsense, key_of("k-2")), "");
  EXPECT_EQ(fails(nonsense, Code::kUpstreamNonsense), "50292");
  finish(nonsense);
  EXPECT_EQ(record_of("k-2"), "unknown #1");
}

TEST_F(GuardedCallTest, AnAnswerThatBreaksOffIsNone) {
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  fakes::ScriptedBody body({"half an "});
  body.break_with(Code::kUpstreamBroke);
  GuardedCall::of(one.exchange)->calling();
  one.exchange.response.status = 200;
  one.exchange.response.body = Body(body);
  const Result<> result = run(GuardedCall::of(one.exchange)->called(one.exchange, Result<>()));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(words(result.error()), "50491 " + details("unknown", txid(one)));
  reply_error(one.exchange, result.error());
  finish(one);
  EXPECT_EQ(record_of(), "unknown #1");
}

TEST_F(GuardedCallTest, ARequestThatNobodyCouldBeAskedAboutIsNotBegun) {
  ask(true);
  rules.check = std::make_unique<FailingCheck>();
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");  // a later step may say what is wrong with it
  ASSERT_TRUE(GuardedCall::of(one.exchange)->refusal().has_value());
  EXPECT_EQ(fakes::describe(*GuardedCall::of(one.exchange)->refusal()), "40094: no externalNo");
  EXPECT_FALSE(GuardedCall::of(one.exchange)->forwards());
  EXPECT_EQ(record_of(), "");
}

TEST_F(GuardedCallTest, WhatAKeyStandsForCountsWhateverTheConfigurationHasBecome) {
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  EXPECT_EQ(system_says(one, 201, "{}"), "");
  finish(one);
  ask(true);
  rules.check = std::make_unique<FailingCheck>();
  fakes::Call& again = order();
  EXPECT_EQ(begin(again), "answered");
  EXPECT_EQ(finish(again), replayed("{}"));
  EXPECT_EQ(begin(order(), key_of("k", "another")), "42290");
}

TEST_F(GuardedCallTest, ACallerWhoStillWaitsGetsWhatTheCheckFinds) {
  ask(true);
  answers_checks(200, "{\"order_no\":\"O-1\"}");
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  EXPECT_EQ(fails(one, Code::kOutcomeUnknown), "");
  EXPECT_EQ(finish(one), answered("{\"orderId\":\"O-1\"}", 200));
  EXPECT_EQ(half(txid(one)), "committed #1 by check");
  fakes::Call& again = order();
  EXPECT_EQ(begin(again), "answered");
  EXPECT_EQ(finish(again), replayed("{\"orderId\":\"O-1\"}", 200));
}

TEST_F(GuardedCallTest, ACallerWhoStillWaitsHearsThatNothingWasDone) {
  ask(true);
  answers_checks(404, "{}");
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  EXPECT_EQ(fails(one, Code::kOutcomeUnknown), "50490 " + details("absent", txid(one)));
  finish(one);
  EXPECT_EQ(record_of(), "");
  EXPECT_EQ(half(txid(one)), "rolled_back #1 by check");
  fakes::Call& said_500 = order();
  EXPECT_EQ(begin(said_500), "");
  EXPECT_EQ(system_says(said_500, 500, "{}"), "");
  EXPECT_EQ(finish(said_500), answered("{}", 500));
  EXPECT_EQ(record_of(), "");
}

TEST_F(GuardedCallTest, ANoThatIsNotFinalLeavesItToLater) {
  rules.check_rules.absent_after = std::chrono::minutes(10);
  ask(false);
  answers_checks(404, "{}");
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  EXPECT_EQ(fails(one, Code::kOutcomeUnknown), "50491 \"txid\":\"" + txid(one) + '"');
  finish(one);
  EXPECT_EQ(record_of(), "unknown #1");
  EXPECT_EQ(half(txid(one)), "prepared #1, next 3600000");
}

TEST_F(GuardedCallTest, ARetryAsksAndItsAnswerGetsItsForm) {
  ask(true);
  const std::string id = left_unknown();  // nobody listens yet
  answers_checks(200, "{\"order_no\":\"O-1\"}");
  fakes::Call& second = order();
  EXPECT_EQ(begin(second), "answered");
  EXPECT_EQ(txid(second), id);
  second.exchange.response.prefix = "<";  // the steps on the way out
  second.exchange.response.suffix = ">";
  const std::string first_answer = finish(second);
  EXPECT_EQ(first_answer, "200\nContent-Type: application/json\nIdempotency-Replayed: true\n\n<{\"orderId\":\"O-1\"}>");
  EXPECT_EQ(half(id), "committed #1 by check");
  fakes::Call& third = order();
  EXPECT_EQ(begin(third), "answered");
  EXPECT_EQ(finish(third), replayed("<{\"orderId\":\"O-1\"}>", 200));
}

TEST_F(GuardedCallTest, ARetryOfWhatWasNotDoneIsANewCall) {
  ask(true);
  const std::string id = left_unknown();
  answers_checks(404, "{}");
  fakes::Call& second = order();
  EXPECT_EQ(begin(second), "");
  EXPECT_NE(txid(second), id);
  EXPECT_EQ(half(id), "rolled_back #1 by check");
  EXPECT_EQ(half(txid(second)), "prepared #1");
}

TEST_F(GuardedCallTest, IsSentAgainUnderItsTxidWhereTheSystemHonoursOurKey) {
  rules.can_resend = true;
  const std::string id = left_unknown();
  fakes::Call& second = order();
  EXPECT_EQ(begin(second), "");
  EXPECT_EQ(txid(second), id);
  EXPECT_EQ(record_of(), "running #2");
  EXPECT_EQ(system_says(second, 409, "{\"message\":\"duplicate\"}"), "50491 " + details("unknown", id));
  finish(second);
  EXPECT_EQ(record_of(), "unknown #2");
  fakes::Call& third = order();
  EXPECT_EQ(begin(third), "");
  EXPECT_EQ(system_says(third, 201, "{}"), "");
  finish(third);
  EXPECT_EQ(record_of(), "done #3");
}

TEST_F(GuardedCallTest, AnAnswerThatIsTooLongIsGivenOnce) {
  const std::string body(GuardedCall::kKeptAnswer + 1, ' ');
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  EXPECT_EQ(system_says(one, 200, body), "");
  EXPECT_EQ(finish(one), answered(body, 200));
  EXPECT_EQ(begin(order()), "40992 " + details("done", txid(one)));
}

TEST_F(GuardedCallTest, ASignatureThatWasUsedIsAnsweredOutOfARecordAlone) {
  fakes::Call& stray = order();
  stray.exchange.seen_before.emplace(Code::kReplayed);
  EXPECT_EQ(begin(stray), "40194");
  EXPECT_EQ(record_of(), "");
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  EXPECT_EQ(system_says(one, 201, "{}"), "");
  finish(one);
  fakes::Call& again = order();
  again.exchange.seen_before.emplace(Code::kReplayed);
  EXPECT_EQ(begin(again), "answered");
  EXPECT_EQ(finish(again), replayed("{}"));
}

TEST_F(GuardedCallTest, TheEventIsStoredWithTheEnd) {
  publish_in_transaction();
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  const std::string id = txid(one);
  EXPECT_EQ(system_says(one, 201, "{}"), "");
  GuardedCall::of(one.exchange)->publish(event(id), {});
  EXPECT_EQ(stored_count("order-topic"), 0);
  EXPECT_EQ(finish(one), answered("{}", 201, "X-Causeway-Event: " + id + "; status=stored\n"));
  EXPECT_EQ(stored_count("order-topic"), 1);
  EXPECT_EQ(half(id), "committed #1 by response");
  fakes::Call& again = order();
  EXPECT_EQ(begin(again), "answered");
  EXPECT_EQ(finish(again),
            answered("{}", 201, "X-Causeway-Event: " + id + "; status=stored\nIdempotency-Replayed: true\n"));
}

TEST_F(GuardedCallTest, ASuccessWithoutItsEventIsAnsweredAndAPersons) {
  publish_in_transaction();
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  EXPECT_EQ(system_says(one, 201, "{}"), "");
  GuardedCall::of(one.exchange)->event_failed("its key is an object");
  EXPECT_EQ(finish(one), answered("{}"));
  EXPECT_EQ(half(txid(one)), "unresolved #1: its key is an object");
  EXPECT_EQ(record_of(), "done #1");
}

TEST_F(GuardedCallTest, ACallWithoutAKeySettlesItsHalfMessageAlone) {
  publish_in_transaction();
  fakes::Call& one = order();
  EXPECT_EQ(begin(one, std::nullopt), "");
  EXPECT_EQ(system_says(one, 201, "{}"), "");
  GuardedCall::of(one.exchange)->publish(event(txid(one)), {});
  finish(one);
  EXPECT_EQ(half(txid(one)), "committed #1 by response");
  EXPECT_EQ(record_of(), "");
}

TEST_F(GuardedCallTest, IsRefusedBeforeTheSystemIsCalledWhileTheDiskIsFull) {
  fill_disk();
  EXPECT_EQ(begin(order()).substr(0, 5), "50392");
}

TEST(OutcomeOf, SaysWhatTheEffectsMayBe) {
  struct OutcomeFixture : fakes::ExchangeFixture {
    void TestBody() override {}
    Outcome of(const char* method, int status, std::optional<Code> failed, std::string_view fallback = {},
               CallClass its_class = CallClass::kSuccess, net::Method with = net::Method::kOther) {
      fakes::Call& one = call(std::string(method) + " /orders HTTP/1.1\nHost: a");
      one.exchange.response.status = status;
      one.exchange.fallback = fallback;
      one.exchange.call_class = its_class;
      bool full = false;
      const Result<> called = failed ? Result<>(Error(*failed)) : Result<>();
      return outcome_of(one.exchange, called, with, full);
    }
  } the;
  const std::optional<Code> well;
  EXPECT_EQ(the.of("POST", 201, well), Outcome::kSucceeded);
  EXPECT_EQ(the.of("POST", 303, well), Outcome::kSucceeded);  // done; what came of it is to be read elsewhere
  EXPECT_EQ(the.of("POST", 307, well), Outcome::kRefused);    // asks for the call anew
  EXPECT_EQ(the.of("POST", 409, well), Outcome::kRefused);
  EXPECT_EQ(the.of("POST", 200, well, {}, CallClass::kBusiness), Outcome::kRefused);
  EXPECT_EQ(the.of("POST", 500, well), Outcome::kUnknown);
  EXPECT_EQ(the.of("POST", 200, well, {}, CallClass::kSystem), Outcome::kUnknown);
  EXPECT_EQ(the.of("GET", 500, well), Outcome::kUnsent);
  EXPECT_EQ(the.of("POST", 200, well, "static"), Outcome::kUnsent);
  EXPECT_EQ(the.of("POST", 0, Code::kOutcomeUnknown), Outcome::kUnknown);
  EXPECT_EQ(the.of("POST", 0, Code::kUpstreamNonsense), Outcome::kUnknown);
  EXPECT_EQ(the.of("POST", 0, Code::kInternal), Outcome::kUnknown);
  EXPECT_EQ(the.of("GET", 0, Code::kUpstreamNonsense), Outcome::kUnsent);
  EXPECT_EQ(the.of("POST", 0, Code::kUpstreamUnreachable), Outcome::kUnsent);
  // What counts is the method that the system was called with.
  EXPECT_EQ(the.of("GET", 0, Code::kOutcomeUnknown), Outcome::kUnknown);
  EXPECT_EQ(the.of("GET", 500, well, {}, CallClass::kSystem, net::Method::kPost), Outcome::kUnknown);
  EXPECT_EQ(the.of("POST", 500, well, {}, CallClass::kSystem, net::Method::kGet), Outcome::kUnsent);
}

}  // namespace
}  // namespace causeway::transactions
