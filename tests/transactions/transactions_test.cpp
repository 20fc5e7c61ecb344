// A person, or a system, ends what is open.
#include "transactions/transactions.h"

#include "transactions/guarded_fixture.h"
#include "transactions/making_event.h"
#include "transactions/recorded_alerts.h"

namespace causeway::transactions {
namespace {

class TransactionsTest : public GuardedFixture {
 protected:
  TransactionsTest() { transactions.use(&alerts); }
  ~TransactionsTest() override { transactions.use(nullptr); }

  /// A call with the key k whose outcome nobody knows, and about which nobody can be asked.
  std::string open_call() {
    publish_in_transaction();
    fakes::Call& one = order();
    EXPECT_EQ(begin(one), "");
    fails(one, Code::kOutcomeUnknown);
    finish(one);
    EXPECT_EQ(half(txid(one)).substr(0, 10), "unresolved");
    return txid(one);
  }
  std::string end(const std::string& id, EndWish wish, std::string result = "", DecidedBy by = DecidedBy::kOperator) {
    const auto ended = transactions.end(id, wish, by, "looked it up", std::move(result));
    return ended ? std::string(word_of(ended->state)) : fakes::describe(ended.error());
  }
  std::string body_of(const std::string& id) { return find_event(id).event.body; }
  events::FindEvent find_event(const std::string& id) { return LogExchangeFixture::find("order-topic", id); }

  RecordedAlerts alerts;
};

TEST_F(TransactionsTest, ACommitMakesTheCallDoneWithWhatThePersonSays) {
  const std::string id = open_call();
  EXPECT_EQ(end(id, EndWish::kCommit, "{\"orderId\":\"O-1\"}"), "committed");
  EXPECT_EQ(half(id), "committed #1 by operator: looked it up");
  EXPECT_EQ(body_of(id), R"({"eventId":")" + id + R"(","eventType":"ORDER_CREATED","timestamp":1772337600123,)" +
                             R"("resolvedBy":"operator","data":{"orderId":"O-1"}})");
  fakes::Call& again = order();
  EXPECT_EQ(begin(again), "answered");
  EXPECT_EQ(finish(again), "200\nContent-Type: application/json\nIdempotency-Replayed: true\nX-Causeway-Event: " + id +
                               "; status=stored\n\n{\"orderId\":\"O-1\"}");
}

TEST_F(TransactionsTest, ACommitWithoutAResultSaysNull) {
  const std::string id = open_call();
  EXPECT_EQ(end(id, EndWish::kCommit), "committed");
  EXPECT_NE(body_of(id).find("\"data\":null"), std::string::npos) << body_of(id);
}

TEST_F(TransactionsTest, ARollbackFreesTheKeyAndPublishesNothing) {
  const std::string id = open_call();
  EXPECT_EQ(end(id, EndWish::kRollBack), "rolled_back");
  EXPECT_EQ(half(id), "rolled_back #1 by operator: looked it up");
  EXPECT_EQ(stored_count("order-topic"), 0);
  fakes::Call& again = order();
  EXPECT_EQ(begin(again), "");
  EXPECT_NE(txid(again), id);
}

TEST_F(TransactionsTest, TheSameAgainChangesNothing) {
  const std::string id = open_call();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(end(id, EndWish::kCommit, "{}"), "committed");
  EXPECT_EQ(stored_count("order-topic"), 1);
  EXPECT_EQ(alerts.text(), "");
}

TEST_F(TransactionsTest, TheOtherWayIsAContradictionAndAnAlert) {
  const std::string id = open_call();
  EXPECT_EQ(end(id, EndWish::kRollBack), "rolled_back");
  EXPECT_EQ(end(id, EndWish::kCommit, "{}"), "40993: it was rolled_back before");
  EXPECT_EQ(alerts.text(),
            "transaction_contradiction route=create-order: " + id + " was rolled_back and was asked to be committed\n");
  EXPECT_EQ(stored_count("order-topic"), 0);
}

TEST_F(TransactionsTest, WhatDoesNotExistCannotEnd) { EXPECT_EQ(end("t-0", EndWish::kCommit), "40491"); }

TEST_F(TransactionsTest, ACallThatIsRunningIsNotAPersons) {
  publish_in_transaction();
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  EXPECT_EQ(end(txid(one), EndWish::kRollBack), "40993: its call is still running");
  EXPECT_EQ(record_of(), "running #1");
}

TEST_F(TransactionsTest, ACommitOfWhichNoEventCanBeMadeChangesNothing) {
  texts.data = "{{ $result.order.id | tonumber }}";
  const std::string id = open_call();
  const std::string refused = end(id, EndWish::kCommit, "{\"order\":{\"id\":\"O\"}}");
  EXPECT_EQ(refused.substr(0, 5), "40094") << refused;
  EXPECT_EQ(half(id).substr(0, 10), "unresolved");
  EXPECT_EQ(record_of(), "unknown #1");
  EXPECT_EQ(end(id, EndWish::kCommit, "{\"order\":{\"id\":\"7\"}}"), "committed");
}

TEST_F(TransactionsTest, OfASuccessWithoutItsEventOnlyTheEventIsOpen) {
  publish_in_transaction();
  fakes::Call& one = order();
  EXPECT_EQ(begin(one), "");
  EXPECT_EQ(system_says(one, 201, "{\"no\":1}"), "");
  GuardedCall::of(one.exchange)->event_failed("no key");
  const std::string answered = finish(one);
  EXPECT_EQ(end(txid(one), EndWish::kCommit, "{\"orderId\":\"O-1\"}"), "committed");
  EXPECT_EQ(stored_count("order-topic"), 1);
  fakes::Call& again = order();
  EXPECT_EQ(begin(again), "answered");
  const std::string replay = finish(again);
  EXPECT_EQ(replay.substr(replay.find("\n\n")), answered.substr(answered.find("\n\n")));  // as it was given
}

TEST_F(TransactionsTest, ASystemEndsItsOwn) {
  events::EventDraft draft;
  draft.type = "ORDER_PAID";
  draft.timestamp = kStart;
  draft.body = "{\"eventId\":\"m-1\"}";
  draft.headers = "{}";
  tables::Half mine = prepared("m-1", "tx-1");
  mine.document = prepared_document(draft);
  mine.programs = ProgramTexts().to_json();
  change([&](store::Session& session) { return tables::add_half(session, mine); });
  const auto ended = run(transactions.end(context, "m-1", EndWish::kCommit, DecidedBy::kSystem));
  ASSERT_TRUE(ended.ok());
  EXPECT_EQ(half("m-1"), "committed #1 by system");
  EXPECT_EQ(body_of("m-1"), "{\"eventId\":\"m-1\"}");
  EXPECT_EQ(find_event("m-1").event.source, "oms");
  EXPECT_FALSE(run(transactions.end(context, "m-1", EndWish::kRollBack, DecidedBy::kSystem)).ok());
  EXPECT_EQ(stored_count("order-topic"), 1);
}

TEST_F(TransactionsTest, ATopicThatIsGoneKeepsItOpen) {
  const std::string id = open_call();
  transactions.take(std::make_shared<const Targets>());
  EXPECT_EQ(end(id, EndWish::kCommit, "{}"), "40993: no topic is called order-topic");
  EXPECT_EQ(half(id).substr(0, 10), "unresolved");
}

TEST_F(TransactionsTest, WhoCannotBeAskedIsNotCounted) {
  ask(true);
  tables::Half mine = call_half("t-1");
  mine.programs = rules.programs;
  mine.next_check = kStart;
  change([&](store::Session& session) { return tables::add_half(session, mine); });
  const Settled settled =
      run(transactions.check(context, *find("t-1"), worker.now() + std::chrono::seconds(5)));  // no cluster oms
  EXPECT_EQ(settled.what, CheckDecision::What::kAgain);
  EXPECT_EQ(find("t-1")->checks, 0U);
  EXPECT_GT(*find("t-1")->next_check, kStart);
}

TEST_F(TransactionsTest, ACheckWhoseEventCannotBeMadeIsDoneAndAPersons) {
  ask(true);
  texts.publishes = true;
  texts.type = "ORDER_CREATED";
  texts.data = "{{ $result.orderId | tonumber }}";
  settle_rules();
  tables::Half mine = call_half("t-1");
  mine.programs = rules.programs;
  mine.next_check = kStart;
  change([&](store::Session& session) { return tables::add_half(session, mine); });
  answers_checks(200, "{\"order_no\":\"O-1\"}");
  run(transactions.check(context, *find("t-1"), worker.now() + std::chrono::seconds(5)));
  EXPECT_EQ(half("t-1").substr(0, 51), "unresolved #1: no event can be made of the answer: ");
  EXPECT_NE(find("t-1")->document.find("\"result\":{\"orderId\":\"O-1\"}"), std::string::npos);
  EXPECT_EQ(stored_count("order-topic"), 0);
}

}  // namespace
}  // namespace causeway::transactions
