#include "transactions/table_fixture.h"

namespace causeway::transactions {
namespace {

class BeginCallTest : public TableFixture {
 protected:
  static constexpr WallTime kNow{std::chrono::milliseconds(kStart)};

  static BeginCall::Call keyed(const std::string& txid = "t-1") {
    BeginCall::Call call;
    call.key = CallKey{"scope", "request", "k-1", std::chrono::hours(1)};
    call.txid = txid;
    call.route = "create-order";
    call.consumer = "oms";
    call.boot_id = "boot-1";
    call.now = kNow;
    return call;
  }
  static BeginCall::Call whole(const std::string& txid = "t-1") {
    BeginCall::Call call = keyed(txid);
    call.half = call_half("");
    call.half->created = 0;
    return call;
  }
  BeginCall::Begun begin(BeginCall::Call call) {
    BeginCall change(std::move(call));
    EXPECT_EQ(fakes::failure(sqlite.commit_blocking(change)), "");
    return change.take();
  }
  bool unknown(std::int64_t record) {
    return change([&](store::Session& session) { return tables::mark_unknown(session, {record, 1, "boot-1", true}); });
  }
};

TEST_F(BeginCallTest, ANewKeyIsTakenWithItsHalfMessage) {
  const auto begun = begin(whole());
  EXPECT_EQ(begun.arrival, Arrival::kFresh);
  EXPECT_TRUE(begun.forward);
  EXPECT_EQ(begun.txid, "t-1");
  EXPECT_EQ(begun.attempt, 1U);
  EXPECT_EQ(record(begun.record), "running #1 of boot-1");
  EXPECT_EQ(half("t-1"), "prepared #1");
  EXPECT_EQ(find("t-1")->record, begun.record);
  EXPECT_EQ(find("t-1")->id, begun.half);
  EXPECT_EQ(find("t-1")->created, kStart);
}

TEST_F(BeginCallTest, ACallMayHaveAKeyAloneOrAHalfMessageAlone) {
  EXPECT_EQ(begin(keyed()).half, 0);
  EXPECT_FALSE(find("t-1"));
  BeginCall::Call nameless = whole("t-2");
  nameless.key.reset();
  const auto begun = begin(nameless);
  EXPECT_TRUE(begun.forward);
  EXPECT_EQ(begun.record, 0);
  EXPECT_EQ(half("t-2"), "prepared #1");
}

TEST_F(BeginCallTest, ASecondOneOfTheKeyIsNotForwardedAndHasTheFirstOnesTxid) {
  const auto first = begin(whole());
  const auto second = begin(whole("t-2"));
  EXPECT_EQ(second.arrival, Arrival::kRunning);
  EXPECT_FALSE(second.forward);
  EXPECT_EQ(second.txid, "t-1");
  EXPECT_EQ(second.record, first.record);
  EXPECT_FALSE(second.kept);
  EXPECT_FALSE(find("t-2"));
}

TEST_F(BeginCallTest, ADoneOneComesWithItsAnswer) {
  const auto first = begin(keyed());
  change([&](store::Session& session) {
    return tables::end_record(session, {first.record, 1, "boot-1", true}, {201, false, "A: b\n", "{}"}, true, kStart);
  });
  const auto second = begin(keyed("t-2"));
  EXPECT_EQ(second.arrival, Arrival::kReplay);
  ASSERT_TRUE(second.answer);
  EXPECT_EQ(second.answer->status, 201);
  EXPECT_EQ(second.answer->headers + second.answer->body, "A: b\n{}");
  BeginCall::Call other = keyed("t-3");
  other.key->request_hash = "another";
  const auto third = begin(other);
  EXPECT_EQ(third.arrival, Arrival::kConflict);
  EXPECT_FALSE(third.answer);  // nothing of it is shown
}

TEST_F(BeginCallTest, AnUnknownOneComesWithItsHalfMessage) {
  EXPECT_TRUE(unknown(begin(whole()).record));
  const auto second = begin(whole("t-2"));
  EXPECT_EQ(second.arrival, Arrival::kUnknown);
  EXPECT_FALSE(second.forward);
  ASSERT_TRUE(second.kept);
  EXPECT_EQ(second.kept->txid, "t-1");
  EXPECT_TRUE(second.can_check());
}

TEST_F(BeginCallTest, WhatAnotherProcessLeftRunningIsUnknown) {
  begin(whole());
  BeginCall::Call call = whole("t-2");
  call.boot_id = "boot-2";
  EXPECT_EQ(begin(call).arrival, Arrival::kUnknown);
}

TEST_F(BeginCallTest, AnUnknownOneIsBegunOnceMoreUnderItsTxid) {
  const auto first = begin(whole());
  EXPECT_TRUE(unknown(first.record));
  BeginCall::Call call = whole("t-2");
  call.resume = true;
  call.boot_id = "boot-2";
  const auto second = begin(call);
  EXPECT_TRUE(second.forward);
  EXPECT_TRUE(second.unknown_before);
  EXPECT_EQ(second.txid, "t-1");
  EXPECT_EQ(second.attempt, 2U);
  EXPECT_EQ(second.half, first.half);
  EXPECT_EQ(second.kept->attempt, 2U);
  EXPECT_EQ(record(first.record), "running #2 of boot-2");
  EXPECT_EQ(half("t-1"), "prepared #2");
  EXPECT_FALSE(find("t-2"));
  const auto third = begin(call);  // one of two
  EXPECT_EQ(third.arrival, Arrival::kRunning);
  EXPECT_FALSE(third.forward);
}

TEST_F(BeginCallTest, AResumeThatComesTooLateSeesWhatTheKeyHasBecome) {
  const auto first = begin(keyed());
  change([&](store::Session& session) {
    return tables::end_record(session, {first.record, 1, "boot-1", true}, {201, false, "", "{}"}, true, kStart);
  });
  BeginCall::Call call = keyed("t-2");
  call.resume = true;
  const auto second = begin(call);
  EXPECT_EQ(second.arrival, Arrival::kReplay);
  EXPECT_FALSE(second.forward);
}

TEST_F(BeginCallTest, OneThatMustExistBeginsNothing) {
  BeginCall::Call call = whole();
  call.must_exist = true;
  const auto begun = begin(call);
  EXPECT_EQ(begun.arrival, Arrival::kFresh);
  EXPECT_FALSE(begun.forward);
  EXPECT_FALSE(find("t-1"));
  EXPECT_FALSE(change([](store::Session& session) { return tables::find_record(session, "scope"); }));
}

TEST_F(BeginCallTest, IsRefusedWhileTheDiskIsFull) {
  fill_disk();
  BeginCall change(whole());
  EXPECT_EQ(fakes::failure(sqlite.commit_blocking(change)).substr(0, 5), "50392");
}

}  // namespace
}  // namespace causeway::transactions
