#include "transactions/list_halves.h"

#include "transactions/half_store_fixture.h"
#include "transactions/prepare_half.h"

namespace causeway::transactions {
namespace {

class ListHalvesTest : public HalfStoreFixture {
 protected:
  void prepare(const std::string& txid) {
    tables::Half half = prepared(txid, txid);
    half.document = R"({"body":"long"})";
    half.check_request = "{}";
    half.programs = "{}";
    PrepareHalf change(std::move(half));
    EXPECT_TRUE(sqlite.commit_blocking(change).ok());
  }
  std::vector<tables::Half> list(std::optional<HalfState> state, std::int64_t before = 0, std::size_t limit = 10) {
    ListHalves query({state, before, limit});
    EXPECT_TRUE(sqlite.query_blocking(query).ok());
    return query.found;
  }
  static std::string names(const std::vector<tables::Half>& halves) {
    std::string text;
    for (const tables::Half& half : halves) text += (text.empty() ? "" : " ") + half.txid;
    return text;
  }
};

TEST_F(ListHalvesTest, ArePagedNewestFirst) {
  for (const char* txid : {"m-1", "m-2", "m-3"}) prepare(txid);
  EXPECT_EQ(names(list({})), "m-3 m-2 m-1");
  const auto first = list(HalfState::kPrepared, 0, 2);
  EXPECT_EQ(names(first), "m-3 m-2");
  EXPECT_EQ(names(list(HalfState::kPrepared, first.back().id, 2)), "m-1");
  EXPECT_EQ(names(list(HalfState::kUnresolved)), "");
  EXPECT_EQ(names(list(HalfState::kCommitted)), "");
}

TEST_F(ListHalvesTest, LeaveWhatMayBeLongWhereItIs) {
  prepare("m-1");
  const tables::Half listed = list({}).at(0);
  EXPECT_EQ(listed.document + listed.check_request + listed.programs, "");
  EXPECT_EQ(listed.transaction_id + ' ' + listed.group + ' ' + listed.consumer, "m-1 g oms");
  EXPECT_EQ(listed.next_check, 6000);
  EXPECT_EQ(find("m-1")->document, R"({"body":"long"})");
}

}  // namespace
}  // namespace causeway::transactions
