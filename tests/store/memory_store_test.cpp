#include "store/memory_store.h"

#include <gtest/gtest.h>

namespace causeway::store {
namespace {

const Migration kMigrations[] = {{1, Migration::Kind::kAdditive, "CREATE TABLE note (text TEXT NOT NULL)"}};
const Schema kSchema{"notes", kMigrations};
const Schema* const kSchemas[] = {&kSchema};
const Sql kAdd{"INSERT INTO note (text) VALUES (?1)"};
const Sql kCount{"SELECT count(*) FROM note"};

struct Add final : Change {
  explicit Add(bool fails, bool* is_settled = nullptr) : refuses(fails), told(is_settled) {}
  Result<> apply(Session& session) override {
    session.run(kAdd, "a");
    if (refuses) return Error(Code::kConflictingPayload);
    return {};
  }
  void settled(Result<> result) noexcept override {
    if (told != nullptr) *told = result.ok();
  }
  bool refuses;
  bool* told;
};

struct Count final : Query {
  Result<> run(Session& session) override {
    Rows rows = session.query(kCount);
    rows.next();
    found = rows.integer(0);
    return {};
  }
  std::int64_t found = -1;
};

TEST(MemoryStore, KeepsWhatSucceedsAndUndoesWhatFails) {
  MemoryStore store(kSchemas, WallTime{});
  Add good(false);
  EXPECT_TRUE(store.commit_blocking(good).ok());
  Add bad(true);
  EXPECT_EQ(store.commit_blocking(bad).error().code(), Code::kConflictingPayload);
  bool told = false;
  store.commit_later(std::make_unique<Add>(false, &told));
  EXPECT_TRUE(told);
  Count count;
  EXPECT_TRUE(store.query_blocking(count).ok());
  EXPECT_EQ(count.found, 2);
}

TEST(MemoryStore, IsEmptyAgainInAnotherOne) {
  MemoryStore first(kSchemas, WallTime{});
  Add good(false);
  EXPECT_TRUE(first.commit_blocking(good).ok());
  MemoryStore second(kSchemas, WallTime{});
  Count count;
  EXPECT_TRUE(second.query_blocking(count).ok());
  EXPECT_EQ(count.found, 0);
}

}  // namespace
}  // namespace causeway::store
