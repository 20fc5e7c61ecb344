#include "adapters/fallback/kept_answers.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "adapters/fallback/kept_answers_registry.h"

namespace causeway::adapters {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

KeptAnswers::Key key(std::string_view text) { return security::sha256(text); }

class KeptAnswersTest : public ::testing::Test {
 protected:
  void keep(KeptAnswers& into, std::string_view name, std::size_t size = 10, std::size_t worker = 0) {
    const net::Headers none;
    const std::string body(size, name.front());
    into.keep(worker, key(name), print_of(200, none, body),
              std::make_shared<const KeptAnswer>(200, none, body, "", security::Sha256Digest{}, now), limits, now);
  }
  /// The body's first letter, or nothing.
  std::string found(KeptAnswers& among, std::string_view name) {
    const auto answer = among.find(key(name), now - limits.max_age);
    return answer ? std::string(answer->body().substr(0, 1)) : "";
  }

  SteadyTime now = std::chrono::steady_clock::now();
  KeptAnswers::Limits limits{3, 1 << 20, seconds(60)};
  std::shared_ptr<KeptMemory> memory = std::make_shared<KeptMemory>(1 << 20);
  KeptAnswers table{memory, 1};
};

TEST_F(KeptAnswersTest, GivesWhatWasKeptLastUnderAKey) {
  EXPECT_EQ(found(table, "a"), "");
  keep(table, "a");
  keep(table, "b");
  EXPECT_EQ(found(table, "a"), "a");
  EXPECT_EQ(found(table, "b"), "b");
  EXPECT_EQ(found(table, "c"), "");
  EXPECT_EQ(table.size(), 2u);
}

TEST_F(KeptAnswersTest, ADoubledKeyIsKeptOnce) {
  keep(table, "a", 10);
  const std::uint64_t before = memory->used();
  keep(table, "a", 10);
  EXPECT_EQ(memory->used(), before);
  EXPECT_EQ(memory->answers(), 1u);
  EXPECT_EQ(table.bytes(), before);
}

TEST_F(KeptAnswersTest, WhatWasNotUsedForLongestGoesFirst) {
  for (const char* name : {"a", "b", "c"}) keep(table, name);
  EXPECT_EQ(found(table, "a"), "a");  // used
  keep(table, "d");
  EXPECT_EQ(found(table, "b"), "");
  EXPECT_EQ(found(table, "a"), "a");
  EXPECT_EQ(table.size(), 3u);
}

TEST_F(KeptAnswersTest, TheSizeIsALimitToo) {
  limits = {1000, 20000, seconds(60)};
  for (int i = 0; i < 40; ++i) keep(table, std::string(1, static_cast<char>('0' + i)), 4000);
  EXPECT_LE(table.bytes(), 20000u);
  EXPECT_EQ(table.size(), 4u);
  EXPECT_EQ(memory->used(), table.bytes());
  keep(table, "x", 30000);  // one that could never fit is left out, and nothing else goes for it
  EXPECT_EQ(table.size(), 4u);
}

TEST_F(KeptAnswersTest, WhatIsTooOldIsNotGivenAndGoes) {
  keep(table, "a");
  now += seconds(60);
  EXPECT_EQ(found(table, "a"), "a");
  now += milliseconds(1);
  EXPECT_EQ(found(table, "a"), "");
  EXPECT_EQ(memory->used(), 0u);
  keep(table, "b");
  now += seconds(61);
  keep(table, "c");  // makes room by what nobody asked for any more
  EXPECT_EQ(table.size(), 1u);
}

TEST_F(KeptAnswersTest, TheSameAnswerIsNotKeptAgainWithinASecond) {
  const net::Headers none;
  const std::uint64_t print = print_of(200, none, std::string(10, 'a'));
  EXPECT_FALSE(table.kept_lately(0, key("a"), print, seconds(60), now));
  keep(table, "a");
  EXPECT_TRUE(table.kept_lately(0, key("a"), print, seconds(60), now + milliseconds(999)));
  EXPECT_FALSE(table.kept_lately(0, key("a"), print, seconds(60), now + seconds(1)));
  EXPECT_FALSE(table.kept_lately(0, key("a"), print, milliseconds(800), now + milliseconds(100)));
  EXPECT_FALSE(table.kept_lately(0, key("a"), print + 1, seconds(60), now));
  EXPECT_FALSE(table.kept_lately(0, key("b"), print, seconds(60), now));
  EXPECT_FALSE(table.kept_lately(1, key("a"), print, seconds(60), now));  // another worker
}

TEST_F(KeptAnswersTest, WhenTheMemoryOfAllIsUsedUpTheLargestGivesWay) {
  limits = {1000, 1 << 20, seconds(60)};
  const auto shared = std::make_shared<KeptMemory>(64 * 1024);
  const auto large = std::make_shared<KeptAnswers>(shared, 1);
  const auto small = std::make_shared<KeptAnswers>(shared, 1);
  shared->add(large);
  shared->add(small);
  keep(*small, "s", 4000);
  for (int i = 0; i < 100; ++i) keep(*large, std::string(1, static_cast<char>('0' + i)), 4000);
  EXPECT_LE(shared->used(), 64u * 1024);
  EXPECT_GT(shared->used(), 48u * 1024);
  EXPECT_EQ(found(*small, "s"), "s");
  keep(*small, "t", 4000);
  EXPECT_EQ(found(*small, "t"), "t");
  EXPECT_LE(shared->used(), 64u * 1024);
}

TEST_F(KeptAnswersTest, ATableThatGoesGivesItsMemoryBack) {
  {
    KeptAnswers gone(memory, 0);
    keep(gone, "a");
    EXPECT_EQ(memory->answers(), 1u);
  }
  EXPECT_EQ(memory->used(), 0u);
  EXPECT_EQ(memory->answers(), 0u);
}

TEST_F(KeptAnswersTest, ManyThreadsKeepAndFindWithinTheLimits) {
  limits = {50, 1 << 20, seconds(60)};
  const auto shared = std::make_shared<KeptMemory>(100 * 1024);
  std::vector<std::shared_ptr<KeptAnswers>> tables;
  for (int i = 0; i < 3; ++i) shared->add(tables.emplace_back(std::make_shared<KeptAnswers>(shared, 4)));
  std::vector<std::thread> threads;
  for (std::size_t worker = 0; worker < 4; ++worker)
    threads.emplace_back([&, worker] {
      for (int i = 0; i < 3000; ++i) {
        const std::string name(1, static_cast<char>(33 + (i * 7 + static_cast<int>(worker)) % 90));
        KeptAnswers& one = *tables[static_cast<std::size_t>(i) % 3];
        keep(one, name, 1000, worker);
        const std::string got = found(one, name);
        if (!got.empty() && got != name) ADD_FAILURE() << "found " << got << " under " << name;
      }
    });
  for (std::thread& thread : threads) thread.join();
  std::uint64_t bytes = 0;
  for (const auto& each : tables) bytes += each->bytes();
  EXPECT_EQ(bytes, shared->used());
  EXPECT_LE(bytes, 100u * 1024);
}

TEST(KeptAnswer, LeavesOutWhatBelongsToTheMessageItCameWith) {
  net::Headers fields;
  for (const auto& [name, value] : {std::pair<const char*, const char*>{"Content-Type", "text/plain"},
                                    {"Set-Cookie", "s=1"},
                                    {"Age", "7"},
                                    {"Retry-After", "3"},
                                    {"ETag", "\"1\""}})
    fields.add(name, value);
  const KeptAnswer answer(200, fields, "body", "X-Shop", security::sha256("x"), SteadyTime());
  std::string text;
  for (const net::HeaderField& field : answer.fields())
    text.append(field.name).append(": ").append(field.value) += '\n';
  EXPECT_EQ(text, "Content-Type: text/plain\nETag: \"1\"\n");
  EXPECT_EQ(answer.body(), "body");
  EXPECT_EQ(answer.vary(), "X-Shop");
}

TEST(KeptAnswersRegistry, ARouteFindsItsAnswersAgainUntilItHasChanged) {
  telemetry::Metrics metrics;
  KeptAnswersRegistry registry(1, metrics);
  const auto first = registry.get("orders", "1");
  EXPECT_EQ(registry.get("orders", "1"), first);
  EXPECT_NE(registry.get("orders", "2"), first);
  EXPECT_NE(registry.get("other", "1"), first);
}

TEST(KeptAnswersRegistry, SaysHowMuchIsKept) {
  telemetry::Metrics metrics;
  KeptAnswersRegistry registry(1, metrics);
  const auto table = registry.get("orders", "1");
  const net::Headers none;
  const SteadyTime now{};
  const auto answer = std::make_shared<const KeptAnswer>(200, none, "body", "", security::Sha256Digest{}, now);
  table->keep(0, key("a"), 1, answer, {10, 10000, seconds(1)}, now);
  const std::string text = metrics.text();
  EXPECT_NE(text.find("causeway_fallback_kept_answers 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("causeway_fallback_kept_bytes " + std::to_string(answer->cost()) + "\n"), std::string::npos)
      << text;
}

}  // namespace
}  // namespace causeway::adapters
