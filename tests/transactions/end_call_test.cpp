#include "transactions/table_fixture.h"

namespace causeway::transactions {
namespace {

class EndCallTest : public TableFixture {
 protected:
  static constexpr WallTime kNow{std::chrono::milliseconds(kStart)};

  /// A call that is on its way, with key and half message.
  BeginCall::Begun begun(const std::string& txid = "t-1") {
    BeginCall::Call call;
    call.key = CallKey{"scope of " + txid, "request", "k", std::chrono::hours(1)};
    call.half = call_half("");
    call.txid = txid;
    call.boot_id = "boot-1";
    call.now = kNow;
    BeginCall change(std::move(call));
    EXPECT_EQ(fakes::failure(sqlite.commit_blocking(change)), "");
    return change.take();
  }
  static EndCall::End end_of(const BeginCall::Begun& call, RecordEnd record, HalfEnd half) {
    EndCall::End end;
    end.boot_id = "boot-1";
    end.route = "create-order";
    end.record = call.record;
    end.half = call.half;
    end.attempt = call.attempt;
    end.ending = {record, half, false};
    end.answer = {201, false, "A: b\n", "{}"};
    end.now = kNow;
    return end;
  }
  events::Append event(const std::string& id, const std::string& body = "{}") {
    events::EventDraft draft;
    draft.event_id = id;
    draft.type = "ORDER_CREATED";
    draft.key = "A";
    draft.timestamp = kStart;
    draft.body = body;
    draft.hash = std::string(31, ' ') + body.back();
    std::vector<events::EventDraft> drafts;
    drafts.push_back(std::move(draft));
    return {orders, "create-order", std::move(drafts), kNow, event_log.signal()};
  }
  /// Nothing, `overtaken`, or the error.
  std::string commit(EndCall::End end) {
    EndCall change(std::move(end));
    const std::string failed = fakes::failure(sqlite.commit_blocking(change));
    return change.overtaken() ? "overtaken " + failed : failed;
  }

  std::shared_ptr<const events::Topic> orders = topic(topic_settings("order-topic"));
};

TEST_F(EndCallTest, ASuccessIsRecordHalfMessageAndEventAtOnce) {
  const auto call = begun();
  EndCall::End end = end_of(call, RecordEnd::kDone, HalfEnd::kCommit);
  end.event.emplace(event("t-1"));
  EXPECT_EQ(commit(std::move(end)), "");
  EXPECT_EQ(kept_answer(call.record), "201 {} [A: b\n]");
  EXPECT_EQ(half("t-1"), "committed #1 by response");
  EXPECT_EQ(stored_count("order-topic"), 1);
}

TEST_F(EndCallTest, IsWrittenWhileTheDiskIsFullForWhatIsNew) {
  const auto call = begun();
  fill_disk();
  EXPECT_EQ(commit(end_of(call, RecordEnd::kDone, HalfEnd::kCommit)), "");
}

TEST_F(EndCallTest, OfTwoEndsTheFirstCounts) {
  const auto call = begun();
  EXPECT_EQ(commit(end_of(call, RecordEnd::kDone, HalfEnd::kCommit)), "");
  EndCall::End late = end_of(call, RecordEnd::kReleased, HalfEnd::kRollBack);
  late.event.emplace(event("t-1"));
  EXPECT_EQ(commit(std::move(late)), "overtaken ");
  EXPECT_EQ(record(call.record), "done #1 of boot-1");
  EXPECT_EQ(half("t-1"), "committed #1 by response");
  EXPECT_EQ(stored_count("order-topic"), 0);
}

TEST_F(EndCallTest, AHalfMessageThatHasEndedOtherwiseTakesTheRecordBack) {
  const auto call = begun();
  change([&](store::Session& session) {
    return tables::end_half(session, call.half, 1, HalfState::kRolledBack, DecidedBy::kOperator, "", kStart);
  });
  EXPECT_EQ(commit(end_of(call, RecordEnd::kDone, HalfEnd::kCommit)),
            "overtaken 40993: the half message has ended otherwise");
  EXPECT_EQ(record(call.record), "running #1 of boot-1");
}

TEST_F(EndCallTest, AnotherEventOfItsIdTakesEverythingBack) {
  events::Append before = event("t-1", "{\"of\":\"a system\"}x");
  ASSERT_EQ(fakes::failure(sqlite.commit_blocking(before)), "");
  const auto call = begun();
  EndCall::End end = end_of(call, RecordEnd::kDone, HalfEnd::kCommit);
  end.event.emplace(event("t-1"));
  EndCall change(std::move(end));
  EXPECT_EQ(fakes::failure(sqlite.commit_blocking(change)).substr(0, 5), "42290");
  EXPECT_FALSE(change.overtaken());
  EXPECT_EQ(half("t-1"), "prepared #1");
  change.give_up_event("another event has its id");
  EXPECT_EQ(fakes::failure(sqlite.commit_blocking(change)), "");
  EXPECT_EQ(record(call.record), "done #1 of boot-1");
  EXPECT_EQ(half("t-1"), "unresolved #1: another event has its id");
  EXPECT_EQ(stored_count("order-topic"), 1);
}

TEST_F(EndCallTest, ARefusalRollsBackAndIsKept) {
  const auto call = begun();
  EXPECT_EQ(commit(end_of(call, RecordEnd::kDone, HalfEnd::kRollBack)), "");
  EXPECT_EQ(record(call.record), "done #1 of boot-1");
  EXPECT_EQ(half("t-1"), "rolled_back #1 by response");
}

TEST_F(EndCallTest, OneThatWasNotSentFreesItsKey) {
  const auto sent = begun("t-1");
  EXPECT_EQ(commit(end_of(sent, RecordEnd::kReleased, HalfEnd::kRollBack)), "");
  EXPECT_EQ(record(sent.record), "");
  EXPECT_EQ(half("t-1"), "rolled_back #1 by response");
  const auto refused = begun("t-2");  // by a step before the call
  EndCall::End end = end_of(refused, RecordEnd::kReleased, HalfEnd::kRollBack);
  end.never_called = true;
  EXPECT_EQ(commit(std::move(end)), "");
  EXPECT_EQ(record(refused.record) + half("t-2"), "");
}

TEST_F(EndCallTest, AnEarlierAttemptThatTheCheckFoundAbsentStaysWrittenDown) {
  const auto call = begun("t-1");
  EndCall::End end = end_of(call, RecordEnd::kReleased, HalfEnd::kRollBack);
  end.never_called = true;  // this time
  end.by = DecidedBy::kCheck;
  EXPECT_EQ(commit(std::move(end)), "");
  EXPECT_EQ(record(call.record), "");
  EXPECT_EQ(half("t-1"), "rolled_back #1 by check");
}

TEST_F(EndCallTest, AnUnknownOneWaitsForItsCheck) {
  const auto call = begun();
  EndCall::End end = end_of(call, RecordEnd::kUnknown, HalfEnd::kStay);
  end.next = kNow + std::chrono::seconds(1);
  EXPECT_EQ(commit(std::move(end)), "");
  EXPECT_EQ(record(call.record), "unknown #1 of boot-1");
  EXPECT_EQ(half("t-1"), "prepared #1, next 1000");
}

TEST_F(EndCallTest, AnUnknownOneThatNobodyCanBeAskedAboutIsAPersons) {
  const auto call = begun();
  EndCall::End end = end_of(call, RecordEnd::kUnknown, HalfEnd::kStay);
  end.reason = "nobody to ask";
  EXPECT_EQ(commit(std::move(end)), "");
  EXPECT_EQ(half("t-1"), "unresolved #1: nobody to ask");
}

TEST_F(EndCallTest, ASuccessWithoutItsEventIsDoneAndAPersons) {
  const auto call = begun();
  EndCall::End end = end_of(call, RecordEnd::kDone, HalfEnd::kUnresolved);
  end.reason = "no key";
  end.document = "{\"result\":{}}";
  EXPECT_EQ(commit(std::move(end)), "");
  EXPECT_EQ(record(call.record), "done #1 of boot-1");
  EXPECT_EQ(half("t-1"), "unresolved #1: no key");
  EXPECT_EQ(find("t-1")->document, "{\"result\":{}}");
}

TEST_F(EndCallTest, ACallWithoutAKeyEndsItsHalfMessageAlone) {
  const auto call = begun();
  EndCall::End end = end_of(call, RecordEnd::kDone, HalfEnd::kCommit);
  end.record = 0;
  EXPECT_EQ(commit(std::move(end)), "");
  EXPECT_EQ(half("t-1"), "committed #1 by response");
  EndCall::End late = end_of(call, RecordEnd::kDone, HalfEnd::kRollBack);
  late.record = 0;
  EXPECT_EQ(commit(std::move(late)), "overtaken ");
}

TEST_F(EndCallTest, ACheckEndsWhatIsInNobodysHand) {
  const auto call = begun();
  EndCall::End unknown = end_of(call, RecordEnd::kUnknown, HalfEnd::kStay);
  unknown.next = kNow;
  EXPECT_EQ(commit(std::move(unknown)), "");
  EndCall::End found = end_of(call, RecordEnd::kDone, HalfEnd::kCommit);
  found.running = false;
  found.boot_id = "boot-2";
  found.by = DecidedBy::kCheck;
  found.answer = {200, true, "", "{\"no\":1}"};
  EXPECT_EQ(commit(std::move(found)), "");
  EXPECT_EQ(kept_answer(call.record), "inner 200 {\"no\":1} []");
  EXPECT_EQ(half("t-1"), "committed #1 by check");
}

TEST_F(EndCallTest, WhatACheckDoesNotDecideIsNoted) {
  const auto call = begun();
  EndCall::End unknown = end_of(call, RecordEnd::kUnknown, HalfEnd::kStay);
  unknown.next = kNow;
  EXPECT_EQ(commit(std::move(unknown)), "");
  NoteCheck again(call.half, 1, 4, {CheckDecision::What::kAgain, 1, kNow + std::chrono::seconds(9)}, "neither");
  EXPECT_EQ(fakes::failure(sqlite.commit_blocking(again)), "");
  EXPECT_EQ(half("t-1"), "prepared #1, next 9000");
  EXPECT_EQ(find("t-1")->checks, 4U);
  NoteCheck last(call.half, 1, 5, {CheckDecision::What::kUnresolved, 1, kNow}, "neither");
  EXPECT_EQ(fakes::failure(sqlite.commit_blocking(last)), "");
  EXPECT_EQ(half("t-1"), "unresolved #1: neither");
  NoteCheck late(call.half, 2, 6, {CheckDecision::What::kUnresolved, 1, kNow}, "another attempt's");
  EXPECT_EQ(fakes::failure(sqlite.commit_blocking(late)), "");
  EXPECT_EQ(half("t-1"), "unresolved #1: neither");
}

TEST_F(EndCallTest, TheFirstReaderGivesAFoundAnswerItsForm) {
  const auto call = begun();
  EndCall::End end = end_of(call, RecordEnd::kDone, HalfEnd::kCommit);
  end.answer.inner = true;
  EXPECT_EQ(commit(std::move(end)), "");
  KeepAnswer first(call.record, "t-1", {200, false, "", "first"});
  EXPECT_EQ(fakes::failure(sqlite.commit_blocking(first)), "");
  EXPECT_FALSE(first.kept_before());
  KeepAnswer second(call.record, "t-1", {200, false, "", "second"});
  EXPECT_EQ(fakes::failure(sqlite.commit_blocking(second)), "");
  ASSERT_TRUE(second.kept_before());
  EXPECT_EQ(second.kept_before()->body, "first");
}

}  // namespace
}  // namespace causeway::transactions
