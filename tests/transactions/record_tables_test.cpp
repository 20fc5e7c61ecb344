// The table `idem`: a key is taken, settled by whoever finds its attempt as it was, and free again.
#include "transactions/table_fixture.h"

namespace causeway::transactions {
namespace {

class RecordTablesTest : public TableFixture {
 protected:
  std::int64_t add(std::string_view scope = "scope-1", std::string_view txid = "t-1") {
    return change([&](store::Session& session) { return tables::add_record(session, new_record(scope, txid)); });
  }
  static tables::Claim running(std::int64_t id, std::uint32_t attempt = 1, std::string_view boot = "boot-1") {
    return {id, attempt, boot, true};
  }
  static tables::Claim nobodys(std::int64_t id, std::uint32_t attempt = 1, std::string_view boot = "boot-1") {
    return {id, attempt, boot, false};
  }
  bool end(const tables::Claim& claim, const std::string& body = "{}") {
    return change([&](store::Session& session) {
      return tables::end_record(session, claim, {201, false, "A: b\n", body}, true, kStart);
    });
  }
  bool unknown(const tables::Claim& claim) {
    return change([&](store::Session& session) { return tables::mark_unknown(session, claim); });
  }
  bool release(const tables::Claim& claim) {
    return change([&](store::Session& session) { return tables::release_record(session, claim); });
  }
  bool start(const tables::Claim& claim) {
    return change([&](store::Session& session) { return tables::start_attempt(session, claim, kStart + 5); });
  }
  std::int64_t sweep(std::int64_t now, std::size_t limit = 10) {
    return change([&](store::Session& session) { return tables::sweep(session, now, 0, limit); });
  }
};

TEST_F(RecordTablesTest, IsFoundByItsScopeAndItsId) {
  const std::int64_t id = add();
  const auto found = change([](store::Session& session) { return tables::find_record(session, "scope-1"); });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, id);
  EXPECT_EQ(found->txid + ' ' + found->request_hash + ' ' + found->consumer + ' ' + found->route + ' ' + found->key,
            "t-1 request oms create-order k-1");
  EXPECT_EQ(found->started, kStart);
  EXPECT_EQ(record(id), "running #1 of boot-1");
  EXPECT_FALSE(change([](store::Session& session) { return tables::find_record(session, "scope-2"); }));
}

TEST_F(RecordTablesTest, AScopeIsTakenOnce) {
  add();
  const auto apply = [](store::Session& session) -> Result<> {
    tables::add_record(session, new_record("scope-1", "t-2"));
    return {};
  };
  Do<store::Change, decltype(apply)> again(apply);
  EXPECT_FALSE(sqlite.commit_blocking(again).ok());
}

TEST_F(RecordTablesTest, OnlyItsOwnAttemptEndsARunningOne) {
  const std::int64_t id = add();
  EXPECT_FALSE(end(running(id, 2)));
  EXPECT_FALSE(end(running(id, 1, "boot-2")));
  EXPECT_FALSE(end(nobodys(id)));  // a check cannot take it out of its owner's hand
  EXPECT_FALSE(unknown(nobodys(id)) || release(nobodys(id)) || start(nobodys(id)));
  EXPECT_EQ(kept_answer(id), "");
  EXPECT_TRUE(end(running(id), "{\"no\":1}"));
  EXPECT_EQ(record(id), "done #1 of boot-1");
  EXPECT_EQ(kept_answer(id), "201 {\"no\":1} [A: b\n]");
}

TEST_F(RecordTablesTest, WhatIsDoneStaysAsItIs) {
  const std::int64_t id = add();
  EXPECT_TRUE(end(running(id), "first"));
  EXPECT_FALSE(end(running(id), "second") || end(nobodys(id), "second"));
  EXPECT_FALSE(unknown(running(id)) || release(running(id)) || release(nobodys(id)) || start(nobodys(id)));
  EXPECT_EQ(kept_answer(id), "201 first [A: b\n]");
}

TEST_F(RecordTablesTest, AnUnknownOneIsSettledByWhoeverComes) {
  const std::int64_t id = add();
  EXPECT_TRUE(unknown(running(id)));
  EXPECT_EQ(record(id), "unknown #1 of boot-1");
  EXPECT_FALSE(end(running(id)));  // its attempt is over
  EXPECT_TRUE(end(nobodys(id, 1, "boot-2")));
  EXPECT_EQ(record(id), "done #1 of boot-1");
}

TEST_F(RecordTablesTest, WhatAProcessThatIsGoneLeftRunningIsNobodys) {
  const std::int64_t id = add();
  EXPECT_FALSE(release(nobodys(id, 1, "boot-1")));
  EXPECT_TRUE(release(nobodys(id, 1, "boot-2")));
  EXPECT_EQ(record(id), "");
}

TEST_F(RecordTablesTest, AnotherAttemptBelongsToWhoStartsItAndTheOldOneIsOver) {
  const std::int64_t id = add();
  EXPECT_TRUE(start(nobodys(id, 1, "boot-2")));
  EXPECT_EQ(record(id), "running #2 of boot-2");
  EXPECT_FALSE(start(nobodys(id, 1, "boot-2")));  // one of two retries
  EXPECT_FALSE(end(running(id, 1, "boot-1")));
  EXPECT_TRUE(end(running(id, 2, "boot-2")));
}

TEST_F(RecordTablesTest, AnAnswerWithoutItsFormGetsItOnce) {
  const std::int64_t id = add();
  const tables::Claim claim = running(id);
  EXPECT_TRUE(change([&](store::Session& session) {
    return tables::end_record(session, claim, {200, true, "", "{\"no\":1}"}, true, kStart);
  }));
  EXPECT_EQ(kept_answer(id), "inner 200 {\"no\":1} []");
  const auto give = [&](const std::string& body) {
    return change([&](store::Session& session) {
      return tables::set_final_answer(session, id, {200, false, "C: d\n", body});
    });
  };
  EXPECT_TRUE(give("first"));
  EXPECT_FALSE(give("second"));
  EXPECT_EQ(kept_answer(id), "200 first [C: d\n]");
}

TEST_F(RecordTablesTest, OneThatIsTooLongKeepsItsStatusAlone) {
  const std::int64_t id = add();
  EXPECT_TRUE(change([&](store::Session& session) {
    return tables::end_record(session, running(id), {200, false, "", ""}, false, kStart);
  }));
  const auto found = change([&](store::Session& session) { return tables::find_record(session, id); });
  EXPECT_FALSE(found->answer_kept);
}

TEST_F(RecordTablesTest, ExpiryCountsFromTheEndAndNothingElseExpires) {
  const std::int64_t done = add("scope-1", "t-1");
  const std::int64_t still = add("scope-2", "t-2");
  const std::int64_t open = add("scope-3", "t-3");
  EXPECT_TRUE(end(running(done)));
  EXPECT_TRUE(unknown(running(open)));
  EXPECT_EQ(sweep(kStart + 59'999), 0);
  EXPECT_EQ(sweep(kStart + 60'000), 1);
  EXPECT_EQ(sweep(kStart + 1'000'000'000'000), 0);
  EXPECT_EQ(record(done), "");
  EXPECT_EQ(record(still), "running #1 of boot-1");
  EXPECT_EQ(record(open), "unknown #1 of boot-1");
}

TEST_F(RecordTablesTest, IsSweptASliceAtATime) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(end(running(add("scope-" + std::to_string(i), "t-" + std::to_string(i)))));
  EXPECT_EQ(sweep(kStart + 60'000, 2), 2);
  EXPECT_EQ(sweep(kStart + 60'000, 2), 2);
  EXPECT_EQ(sweep(kStart + 60'000, 2), 1);
}

TEST_F(RecordTablesTest, FindsAKeyAndWhatHasExpiredByAnIndex) {
  EXPECT_EQ(plan_of([](store::Session& session) { tables::find_record(session, "scope"); }),
            "SEARCH idem USING INDEX sqlite_autoindex_idem_1 (scope=?)\n");
  EXPECT_EQ(plan_of([](store::Session& session) { tables::sweep(session, 1, 1, 10); }),
            "SEARCH idem USING INTEGER PRIMARY KEY (rowid=?)\nLIST SUBQUERY 1\n"
            "SEARCH idem USING COVERING INDEX idem_expires (expires>? AND expires<?)\n"
            "SEARCH half USING INTEGER PRIMARY KEY (rowid=?)\nLIST SUBQUERY 1\n"
            "SEARCH half USING INDEX sqlite_autoindex_half_1 (txid<?)\n");
}

}  // namespace
}  // namespace causeway::transactions
