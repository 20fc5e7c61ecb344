// The loop that asks for what nobody has in hand, on the test's own thread and clock.
#include "transactions/resolver.h"

#include "transactions/guarded_fixture.h"
#include "transactions/recorded_alerts.h"

namespace causeway::transactions {
namespace {

class ResolverTest : public GuardedFixture {
 protected:
  ResolverTest() {
    transactions.use(&alerts);
    ask(true);
    texts.publishes = true;
    texts.type = "ORDER_CREATED";
    settle_rules();
  }
  ~ResolverTest() override {
    transactions.drain();
    fakes::run_until(worker, [&] { return transactions.idle(); });
    transactions.stop();
    transactions.use(nullptr);
  }

  /// One that is due `next` after the start of the test; without: in the hand of a process that is gone.
  void add(const std::string& id, std::optional<std::int64_t> next = std::nullopt) {
    tables::Half half = call_half(id);
    half.programs = texts.to_json();
    if (next) half.next_check = kStart + *next;
    change([&](store::Session& session) { return tables::add_half(session, half); });
  }
  /// The clock stands still meanwhile, so that what was looked up before has to be told that it is later.
  void later(Duration by) {
    advance(by);
    transactions.wake();
  }
  void start() { EXPECT_EQ(fakes::failure(transactions.start()), ""); }
  void until(const std::string& id, const std::string& state) {
    fakes::run_until(worker, [&] { return half(id).starts_with(state); });
    EXPECT_EQ(half(id).substr(0, state.size()), state);
  }

  RecordedAlerts alerts;
};

TEST_F(ResolverTest, WhatAProcessHasLeftIsAskedAboutAtTheStart) {
  add("t-1");
  answers_checks(200, "{\"order_no\":\"O-1\"}");
  start();
  until("t-1", "committed #1 by check");
  fakes::run_until(worker, [&] { return !samples("causeway_transaction_checks_total").empty(); });
  EXPECT_EQ(samples("causeway_transaction_checks_total"), "causeway_transaction_checks_total{result=\"done\"} 1\n");
  EXPECT_EQ(stored_count("order-topic"), 1);
}

TEST_F(ResolverTest, ANoUnderTheBarrierRollsBack) {
  add("t-1", 0);
  answers_checks(404, "{}");
  start();
  until("t-1", "rolled_back #1 by check");
  EXPECT_EQ(stored_count("order-topic"), 0);
}

TEST_F(ResolverTest, OneThatIsNotDueWaitsForItsTime) {
  add("t-1", 0);
  add("t-2", 60'000);
  answers_checks(200, "{\"order_no\":\"O-1\"}");
  start();
  until("t-1", "committed");
  EXPECT_EQ(half("t-2"), "prepared #1, next 60000");
  later(std::chrono::seconds(61));
  until("t-2", "committed #1 by check");
}

TEST_F(ResolverTest, WhoCannotBeReachedIsAskedLessAndLessOften) {
  rules.check_rules.first = std::chrono::seconds(1);
  rules.check_rules.max_delay = std::chrono::seconds(60);
  settle_rules();
  add("t-1", 0);
  advance(std::chrono::seconds(20));
  start();
  until("t-1", "prepared #1, next 40000");
  later(std::chrono::seconds(25));
  until("t-1", "prepared #1, next 90000");
  later(std::chrono::seconds(50));
  until("t-1", "prepared #1, next 155000");
}

TEST_F(ResolverTest, WhatStaysUnclearIsAPersonsAndAlertsUntilItIsDecided) {
  rules.check_rules.times = 1;
  settle_rules();
  add("t-1", 0);
  answers_checks(503, "{}");
  start();
  until("t-1", "unresolved #1: the check was answered 503, which says neither");
  fakes::run_until(worker, [&] { return !alerts.text().empty(); });
  EXPECT_EQ(alerts.text(),
            "transaction_unresolved route=create-order: 1 transaction is unresolved: see GET "
            "/transactions?state=unresolved\n");
  EXPECT_EQ(samples("causeway_transactions"), "causeway_transactions{state=\"unresolved\"} 1\n");
  EXPECT_TRUE(transactions.end("t-1", EndWish::kRollBack, DecidedBy::kOperator, "looked it up", "").ok());
  transactions.wake();
  fakes::run_until(worker, [&] { return alerts.text().empty(); });
  EXPECT_EQ(samples("causeway_transactions"), "");
}

TEST_F(ResolverTest, AContradictionIsShownForAnHour) {
  add("t-1", 0);
  answers_checks(404, "{}");
  start();
  until("t-1", "rolled_back");
  EXPECT_FALSE(transactions.end("t-1", EndWish::kCommit, DecidedBy::kSystem, "", "").ok());
  EXPECT_EQ(alerts.firing("transaction_contradiction").size(), 1U);
  later(std::chrono::minutes(61));
  fakes::run_until(worker, [&] { return alerts.firing("transaction_contradiction").empty(); });
}

TEST_F(ResolverTest, EndedOnesGoAfterADay) {
  const std::string id = "019ca78d-964b-7000-8000-000000000001";  // made when the clock of the test began
  add(id, 0);
  answers_checks(404, "{}");
  start();
  until(id, "rolled_back");
  later(std::chrono::hours(25));
  fakes::run_until(worker, [&] { return half(id).empty(); });
}

TEST_F(ResolverTest, ADrainingOneAsksNobody) {
  add("t-1", 60'000);
  answers_checks(200, "{\"order_no\":\"O-1\"}");
  start();
  transactions.drain();
  advance(std::chrono::minutes(2));
  fakes::run_until(worker, [&] { return !samples("causeway_transactions").empty(); });  // it has looked
  EXPECT_TRUE(transactions.idle());
  EXPECT_EQ(server->accepted(), 0);
  EXPECT_EQ(half("t-1"), "prepared #1, next 60000");
}

}  // namespace
}  // namespace causeway::transactions
