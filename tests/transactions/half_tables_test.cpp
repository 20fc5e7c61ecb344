// The table `half`: open ones change by their attempt, ended ones never.
#include "telemetry/hex.h"
#include "transactions/table_fixture.h"

namespace causeway::transactions {
namespace {

using tables::Half;

class HalfTablesTest : public TableFixture {
 protected:
  std::int64_t add(const Half& half) {
    return change([&](store::Session& session) { return tables::add_half(session, half); });
  }
  std::int64_t add(const std::string& txid) { return add(call_half(txid)); }
  bool end(std::int64_t id, HalfState state, std::uint32_t attempt = 1) {
    return change([&](store::Session& session) {
      return tables::end_half(session, id, attempt, state, DecidedBy::kCheck, "", kStart + 50);
    });
  }
  bool unresolve(std::int64_t id, const std::string& document = "", std::uint32_t attempt = 1) {
    return change([&](store::Session& session) {
      return tables::leave_unresolved(session, id, attempt, "nobody knows", document);
    });
  }
  bool schedule(std::int64_t id, std::int64_t next, std::uint32_t attempt = 1) {
    return change([&](store::Session& session) {
      return tables::schedule_check(session, id, attempt, kStart + next, kStart + 7);
    });
  }
  bool note(std::int64_t id, std::uint32_t attempt = 1) {
    return change(
        [&](store::Session& session) { return tables::note_check(session, id, attempt, 3, 1, kStart + 900); });
  }
  bool start(std::int64_t id, std::uint32_t attempt = 1) {
    return change(
        [&](store::Session& session) { return tables::start_half_attempt(session, id, attempt, kStart + 70); });
  }
  std::int64_t adopt() {
    return change([&](store::Session& session) { return tables::adopt_orphans(session, kStart + 30); });
  }
  /// The txids of those that are due.
  std::string due(std::int64_t now, std::size_t limit = 10) {
    return change([&](store::Session& session) {
      std::string text;
      for (const Half& half : tables::due_halves(session, kStart + now, limit)) text += half.txid + ' ';
      return text;
    });
  }
};

TEST_F(HalfTablesTest, KeepsAllOfACall) {
  Half half = call_half("t-1");
  half.record = 7;
  half.traceparent = "00-1-2-01";
  half.document = std::string("{\"a\":\"\0\"}", 9);
  const std::int64_t id = add(half);
  const Half kept = *find("t-1");
  EXPECT_EQ(kept.id, id);
  EXPECT_EQ(kept.kind, HalfKind::kCall);
  EXPECT_EQ(kept.record, 7);
  EXPECT_EQ(kept.route + ' ' + kept.consumer + ' ' + kept.topic + ' ' + kept.traceparent,
            "create-order oms order-topic 00-1-2-01");
  EXPECT_EQ(kept.document, half.document);
  EXPECT_EQ(kept.check_request, half.check_request);
  EXPECT_EQ(kept.programs, "{}");
  EXPECT_EQ(kept.group + kept.transaction_id + kept.payload_hash + kept.reason, "");
  EXPECT_EQ(kept.created, kStart);
  EXPECT_EQ(kept.attempt_began, kStart);
  EXPECT_EQ(kept.ended, 0);
  EXPECT_EQ(half.checks + half.absences, 0U);
  EXPECT_EQ(TableFixture::half("t-1"), "prepared #1");
}

TEST_F(HalfTablesTest, ASystemsIsFoundByTheNameThatItGave) {
  add(prepared("m-1", "tx-1"));
  add("t-1");
  add("t-2");  // calls have no name, and may be many
  const auto named = [&](const std::string& consumer) {
    return change([&](store::Session& session) { return tables::find_half(session, consumer, "g", "tx-1"); });
  };
  EXPECT_EQ(named("oms")->txid, "m-1");
  EXPECT_FALSE(named("wms"));
}

TEST_F(HalfTablesTest, AnEndedOneLosesWhatItHeldAndChangesNoMore) {
  const std::int64_t id = add("t-1");
  EXPECT_FALSE(end(id, HalfState::kCommitted, 2));  // another attempt's
  EXPECT_TRUE(end(id, HalfState::kCommitted));
  const Half kept = *find("t-1");
  EXPECT_EQ(kept.document + kept.check_request + kept.programs, "");
  EXPECT_EQ(kept.ended, kStart + 50);
  EXPECT_FALSE(end(id, HalfState::kRolledBack) || unresolve(id) || schedule(id, 5) || note(id) || start(id));
  EXPECT_EQ(adopt(), 0);
  EXPECT_EQ(half("t-1"), "committed #1 by check");
}

TEST_F(HalfTablesTest, AnUnresolvedOneIsAskedNoMoreAndCanStillEnd) {
  const std::int64_t id = add("t-1");
  EXPECT_TRUE(schedule(id, 100));
  EXPECT_TRUE(unresolve(id));
  EXPECT_EQ(half("t-1"), "unresolved #1: nobody knows");
  EXPECT_EQ(find("t-1")->document, R"({"request":{"no":"A"}})");
  EXPECT_TRUE(unresolve(id, "{\"result\":1}"));
  EXPECT_EQ(find("t-1")->document, "{\"result\":1}");
  EXPECT_TRUE(note(id));  // a check that was under way
  EXPECT_EQ(half("t-1"), "unresolved #1: nobody knows");
  EXPECT_EQ(due(1'000'000), "");
  EXPECT_TRUE(end(id, HalfState::kRolledBack));
}

TEST_F(HalfTablesTest, AnAttemptThatEndsUnknownIsAskedAboutWhateverACheckSaidMeanwhile) {
  const std::int64_t id = add("t-1");
  EXPECT_TRUE(unresolve(id));
  EXPECT_TRUE(schedule(id, 100));
  EXPECT_EQ(half("t-1"), "prepared #1, next 100: nobody knows");
}

TEST_F(HalfTablesTest, ACheckThatDecidesNothingIsCounted) {
  const std::int64_t id = add("t-1");
  EXPECT_TRUE(schedule(id, 100));
  EXPECT_EQ(find("t-1")->attempt_began, kStart + 7);  // until then something of it may have been sent
  EXPECT_FALSE(note(id, 2));
  EXPECT_TRUE(note(id));
  EXPECT_EQ(half("t-1"), "prepared #1, next 900");
  EXPECT_EQ(find("t-1")->checks, 3U);
  EXPECT_EQ(find("t-1")->absences, 1U);
}

TEST_F(HalfTablesTest, AnotherAttemptForgetsTheNosOfTheOneBefore) {
  const std::int64_t id = add("t-1");
  EXPECT_TRUE(schedule(id, 100));
  EXPECT_TRUE(note(id));
  EXPECT_TRUE(start(id));
  EXPECT_EQ(half("t-1"), "prepared #2");  // in its caller's hand
  EXPECT_FALSE(note(id) || note(id, 2));
  EXPECT_EQ(find("t-1")->absences, 0U);
  EXPECT_EQ(find("t-1")->checks, 3U);
  EXPECT_EQ(find("t-1")->attempt_began, kStart + 70);
  EXPECT_FALSE(end(id, HalfState::kRolledBack));  // a check of the first attempt
  EXPECT_EQ(half("t-1"), "prepared #2");
}

TEST_F(HalfTablesTest, WhatAProcessHasLeftIsDueAtOnceOrAPersons) {
  add("t-1");
  Half alone = call_half("t-2");
  alone.check_request.clear();
  add(alone);
  EXPECT_TRUE(schedule(add("t-3"), 5000));
  Half mine = prepared("m-1", "tx-1");
  mine.next_check = kStart + 6000;
  add(mine);
  EXPECT_EQ(adopt(), 2);
  EXPECT_EQ(half("t-1"), "prepared #1, next 30");
  EXPECT_EQ(half("t-2"), "unresolved #1: its process has ended, and there is nobody to ask");
  EXPECT_EQ(half("t-3"), "prepared #1, next 5000");
  EXPECT_EQ(half("m-1"), "prepared #1, next 6000");
  EXPECT_EQ(adopt(), 0);
}

TEST_F(HalfTablesTest, ThoseDueComeTheLongestFirst) {
  EXPECT_TRUE(schedule(add("t-1"), 300));
  EXPECT_TRUE(schedule(add("t-2"), 100));
  EXPECT_TRUE(schedule(add("t-3"), 200));
  add("t-4");
  EXPECT_EQ(due(99), "");
  EXPECT_EQ(due(200), "t-2 t-3 ");
  EXPECT_EQ(due(1000, 2), "t-2 t-3 ");
  const auto next = change([](store::Session& session) { return tables::next_due(session); });
  EXPECT_EQ(*next, kStart + 100);
}

TEST_F(HalfTablesTest, NothingIsDueOfNothing) {
  EXPECT_FALSE(change([](store::Session& session) { return tables::next_due(session); }));
  EXPECT_EQ(due(1'000'000), "");
}

TEST_F(HalfTablesTest, AfterTheClockWentBackWhatWaitsTooLongIsDue) {
  EXPECT_TRUE(schedule(add("t-1"), 100));
  EXPECT_TRUE(schedule(add("t-2"), 9'000'000));
  add("t-3");
  const auto hurry = [&] {
    return change(
        [](store::Session& session) { return tables::hurry_checks(session, kStart + 1, kStart + 3'600'000); });
  };
  hurry();
  EXPECT_EQ(half("t-1") + " | " + half("t-2") + " | " + half("t-3"),
            "prepared #1, next 100 | prepared #1, next 1 | prepared #1");
}

TEST_F(HalfTablesTest, OpenOnesAreCounted) {
  add("t-1");
  EXPECT_TRUE(unresolve(add("t-2")));
  Half other = call_half("t-3");
  other.route = "another";
  EXPECT_TRUE(unresolve(add(other)));
  EXPECT_TRUE(unresolve(add("t-4")));
  EXPECT_TRUE(end(add("t-5"), HalfState::kCommitted));
  const auto count = [&](HalfState state) {
    return change([&](store::Session& session) { return tables::count_open(session, state); });
  };
  EXPECT_EQ(count(HalfState::kPrepared), 1);
  EXPECT_EQ(count(HalfState::kUnresolved), 3);
  const auto routes = change([](store::Session& session) { return tables::unresolved_by_route(session); });
  const std::vector<std::pair<std::string, std::int64_t>> expected = {{"another", 1}, {"create-order", 2}};
  EXPECT_EQ(routes, expected);
}

TEST_F(HalfTablesTest, OneThatWasNeverCalledIsDropped) {
  const std::int64_t id = add("t-1");
  change([&](store::Session& session) {
    tables::drop_half(session, id);
    return true;
  });
  EXPECT_EQ(half("t-1"), "");
}

TEST_F(HalfTablesTest, EndedOnesAreSweptAfterAWhileAndOpenOnesNever) {
  const auto made = [](std::int64_t after) {  // as events::new_event_id does at that time
    std::string text(36, '\0');
    telemetry::put_uuid(text.data(), static_cast<std::uint64_t>(kStart + after) << 16 | 0x7fff, ~std::uint64_t{0});
    return text;
  };
  const std::string committed = made(0), rolled_back = made(10), unresolved = made(20), open = made(30);
  EXPECT_TRUE(end(add(committed), HalfState::kCommitted));
  EXPECT_TRUE(end(add(rolled_back), HalfState::kRolledBack));
  EXPECT_TRUE(unresolve(add(unresolved)));
  add(open);
  const auto sweep = [&](std::int64_t before) {
    return change([&](store::Session& session) { return tables::sweep(session, 0, before, 10); });
  };
  EXPECT_EQ(sweep(kStart + 49), 0);
  EXPECT_EQ(sweep(kStart + 50), 2);
  EXPECT_EQ(half(committed) + half(rolled_back), "");
  EXPECT_EQ(half(unresolved) + " | " + half(open), "unresolved #1: nobody knows | prepared #1");
}

// However many have ended: what looks for open ones reads the index of open ones alone.
TEST_F(HalfTablesTest, OpenOnesAreFoundByTheirIndex) {
  EXPECT_EQ(plan_of([](store::Session& session) { tables::due_halves(session, 1, 10); }),
            "SEARCH half USING INDEX half_open (state=? AND next_check<?)\n");
  EXPECT_EQ(plan_of([](store::Session& session) { tables::next_due(session); }),
            "SEARCH half USING COVERING INDEX half_open (state=? AND next_check>?)\n");
  EXPECT_EQ(plan_of([](store::Session& session) { tables::count_open(session, HalfState::kPrepared); }),
            "SEARCH half USING COVERING INDEX half_open (state=?)\n");
  EXPECT_EQ(plan_of([](store::Session& session) { tables::adopt_orphans(session, 1); }),
            "SEARCH half USING INDEX half_open (state=? AND next_check=?)\n");
  EXPECT_EQ(plan_of([](store::Session& session) { tables::unresolved_by_route(session); }),
            "SEARCH half USING INDEX half_open (state=?)\nUSE TEMP B-TREE FOR GROUP BY\n");
  EXPECT_EQ(plan_of([](store::Session& session) {
              tables::list_halves(session, {HalfState::kUnresolved, 0, 10});
            }),
            "SEARCH half USING INDEX half_open (state=?)\nUSE TEMP B-TREE FOR ORDER BY\n");
}

}  // namespace
}  // namespace causeway::transactions
