#include "app/replay_journal.h"

#include <gtest/gtest.h>

#include "app/replay_tables.h"
#include "fakes/run_task.h"
#include "store/store_fixture.h"

namespace causeway::app {
namespace {

constexpr WallTime kNow{std::chrono::milliseconds(1'800'000'000'000)};

class StoredReplaysTest : public testing::Test, protected store::Surroundings {
 protected:
  StoredReplaysTest() : worker_(0, "test", clock) {
    const store::Schema* const schemas[] = {&kReplaySchema};
    EXPECT_EQ(store_.open(schemas), "");
  }

  std::string record(const char* text, bool nonce = false) {
    const security::SignatureUse use{security::sha256(text), kNow + std::chrono::seconds(9), nonce, true};
    Result<bool> result = fakes::run(worker_, journal_.record(worker_, use, kNow + std::chrono::minutes(7)));
    if (result) return *result ? "new" : "known";
    Result<> failed(std::move(result.error()));
    return store::text_of(failed);
  }

  const fakes::TemporaryFolder folder_;
  store::SqliteStore store_{store::settings_for(folder_.database()), clock, metrics, log};
  LateStore late_;
  StoredReplays journal_{late_};
  runtime::Worker worker_;
};

TEST_F(StoredReplaysTest, IsDurableOnceTheStoreIsOpen) {
  EXPECT_FALSE(journal_.is_durable());
  late_.open(store_);
  EXPECT_TRUE(journal_.is_durable());
}

TEST_F(StoredReplaysTest, WritesEachDownOnce) {
  late_.open(store_);
  EXPECT_EQ(record("a"), "new");
  EXPECT_EQ(record("a"), "known");
  EXPECT_EQ(record("b", true), "new");
  ReadReplays known;
  ASSERT_TRUE(store_.query_blocking(known));
  ASSERT_EQ(known.uses.size(), 2u);
  std::ranges::sort(known.uses, {}, &security::SignatureUse::nonce);
  EXPECT_EQ(known.uses[0].digest, security::sha256("a"));
  EXPECT_EQ(known.uses[0].timestamp, kNow + std::chrono::seconds(9));
  EXPECT_FALSE(known.uses[0].nonce);
  EXPECT_EQ(known.uses[1].digest, security::sha256("b"));
  EXPECT_TRUE(known.uses[1].nonce);
  EXPECT_TRUE(known.uses[0].works_once() && known.uses[1].works_once());
}

TEST_F(StoredReplaysTest, AStoreThatHasStoppedWritesNothing) {
  late_.open(store_);
  store_.stop();
  EXPECT_EQ(record("a"), "50392 the store is stopped");
}

}  // namespace
}  // namespace causeway::app
