#include "store/sqlite_store.h"

#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "fakes/run_task.h"
#include "store_fixture.h"

namespace causeway::store {
namespace {

using Numbers = std::vector<std::int64_t>;

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() { EXPECT_EQ(open.problem, ""); }

  TemporaryFolder folder;
  OpenStore open{folder / "data/causeway.db"};
  SqliteStore& store = open.store;
};

TEST_F(StoreTest, AChangeIsThereForTheNextQuestion) {
  InsertNumber change(7);
  EXPECT_TRUE(store.commit_blocking(change).ok());
  EXPECT_EQ(open.numbers(), Numbers{7});
}

Task<std::string> insert_and_read(runtime::Worker& worker, Store& store) {
  InsertNumber change(1);
  Result<> committed = co_await store.commit(worker, change);
  std::string seen = text_of(committed);
  AskQuery query([&seen](Session& session) -> Result<> {
    Rows rows = session.query(kCount);
    if (rows.next()) seen += " " + std::to_string(rows.integer(0));
    return Error(Code::kNoSuchThing);
  });
  Result<> asked = co_await store.query(worker, query);
  co_return seen + " " + text_of(asked);
}

TEST_F(StoreTest, ACoroutineResumesWithTheResult) {
  runtime::Worker worker(0, "test", open.clock);
  EXPECT_EQ(fakes::run(worker, insert_and_read(worker, store)), "ok 1 40491");
}

TEST_F(StoreTest, AQuerySeesOneSnapshot) {
  std::latch read_once(1);
  std::latch changed(1);
  std::string seen;
  AskQuery query([&](Session& session) -> Result<> {
    for (int i = 0; i < 2; ++i) {
      Rows rows = session.query(kCount);
      rows.next();
      seen += std::to_string(rows.integer(0));
      if (i > 0) continue;
      read_once.count_down();
      changed.wait();
    }
    return {};
  });
  std::thread asking([&] { EXPECT_TRUE(store.query_blocking(query).ok()); });
  read_once.wait();
  InsertNumber change(1);
  EXPECT_TRUE(store.commit_blocking(change).ok());
  changed.count_down();
  asking.join();
  EXPECT_EQ(seen, "00");
  EXPECT_EQ(open.numbers(), Numbers{1});
}

TEST_F(StoreTest, AQueryThatFailsHarmsNoOther) {
  AskQuery writes([](Session& session) -> Result<> {
    session.run(kInsert, 1, nullptr);
    return {};
  });
  AskQuery throws([](Session&) -> Result<> { throw std::runtime_error("a bug"); });
  Result<> written = store.query_blocking(writes);
  Result<> thrown = store.query_blocking(throws);
  EXPECT_EQ(text_of(written), std::string("50392 attempt to write a readonly database: ") + kInsert.text);
  EXPECT_EQ(text_of(thrown), "50090 a bug");
  EXPECT_EQ(open.numbers(), Numbers{});
}

TEST_F(StoreTest, ItsIdStaysAndEachProcessHasItsOwn) {
  const std::string store_id = store.store_id();
  const std::string boot_id = store.boot_id();
  EXPECT_EQ(store_id.size(), 36u);
  EXPECT_EQ(boot_id.size(), 36u);
  store.stop();
  OpenStore other(folder / "other.db");
  EXPECT_NE(other.store.store_id(), store_id);
  EXPECT_NE(other.store.boot_id(), boot_id);
}

TEST(Store, ACopyInItsPlaceIsAnotherStore) {
  const TemporaryFolder folder;
  std::string store_id;
  {
    OpenStore open(folder / "a.db");
    InsertNumber change(5);
    EXPECT_TRUE(open.store.commit_blocking(change).ok());
    store_id = open.store.store_id();
  }
  std::filesystem::copy_file(folder / "a.db", folder / "backup.db");
  std::filesystem::rename(folder / "backup.db", folder / "a.db");
  std::string restored_id;
  {
    OpenStore restored(folder / "a.db");
    EXPECT_EQ(restored.numbers(), Numbers{5});
    restored_id = restored.store.store_id();
    EXPECT_NE(restored_id, store_id);
  }
  OpenStore again(folder / "a.db");
  EXPECT_EQ(again.store.store_id(), restored_id);
}

TEST(Store, IsFoundAgainWithItsIdAndWhatItHeld) {
  const TemporaryFolder folder;
  std::string store_id;
  {
    OpenStore open(folder / "a.db");
    InsertNumber change(5);
    EXPECT_TRUE(open.store.commit_blocking(change).ok());
    store_id = open.store.store_id();
  }
  OpenStore again(folder / "a.db");
  EXPECT_EQ(again.problem, "");
  EXPECT_EQ(again.store.store_id(), store_id);
  EXPECT_EQ(again.numbers(), Numbers{5});
}

}  // namespace
}  // namespace causeway::store
