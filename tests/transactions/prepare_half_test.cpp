#include "transactions/prepare_half.h"

#include "transactions/half_store_fixture.h"

namespace causeway::transactions {
namespace {

class PrepareHalfTest : public HalfStoreFixture {
 protected:
  /// The txid that counts, `again` behind one that was there, or the code of a refusal.
  std::string prepare(tables::Half half) {
    PrepareHalf change(std::move(half));
    const Result<> done = sqlite.commit_blocking(change);
    if (!done) return std::to_string(number(done.error().code()));
    return change.half().txid + (change.duplicate() ? " again" : "");
  }
};

TEST_F(PrepareHalfTest, TheFirstOfATransactionIdCounts) {
  EXPECT_EQ(prepare(prepared("m-1", "tx")), "m-1");
  EXPECT_EQ(prepare(prepared("m-2", "tx")), "m-1 again");
  EXPECT_EQ(prepare(prepared("m-3", "other")), "m-3");
  EXPECT_FALSE(find("m-2"));
  EXPECT_EQ(find("m-1")->next_check, 6000);
}

TEST_F(PrepareHalfTest, ATransactionIdIsAConsumersAndAGroups) {
  EXPECT_EQ(prepare(prepared("m-1", "tx")), "m-1");
  EXPECT_EQ(prepare(prepared("m-2", "tx", "wms")), "m-2");
  EXPECT_EQ(prepare(prepared("m-3", "tx", "oms", "another")), "m-3");
}

TEST_F(PrepareHalfTest, AnotherPayloadOrTopicIsRefused) {
  EXPECT_EQ(prepare(prepared("m-1", "tx")), "m-1");
  tables::Half other = prepared("m-2", "tx");
  other.payload_hash = "another";
  EXPECT_EQ(prepare(other), "42290");
  other = prepared("m-3", "tx");
  other.topic = "another";
  EXPECT_EQ(prepare(other), "42290");
  EXPECT_FALSE(find("m-2") || find("m-3"));
}

TEST_F(PrepareHalfTest, OneThatHasEndedIsStillTheSame) {
  EXPECT_EQ(prepare(prepared("m-1", "tx")), "m-1");
  class End final : public store::Change {
   public:
    explicit End(std::int64_t id) : id_(id) {}
    Result<> apply(store::Session& session) override {
      tables::end_half(session, id_, 1, HalfState::kCommitted, DecidedBy::kSystem, "", 2000);
      return {};
    }

   private:
    const std::int64_t id_;
  } end(find("m-1")->id);
  ASSERT_TRUE(sqlite.commit_blocking(end).ok());
  EXPECT_EQ(prepare(prepared("m-2", "tx")), "m-1 again");
}

TEST_F(PrepareHalfTest, IsRefusedWhileTheDiskIsFull) {
  fill_disk();
  EXPECT_EQ(prepare(prepared("m-1", "tx")), "50392");
}

}  // namespace
}  // namespace causeway::transactions
