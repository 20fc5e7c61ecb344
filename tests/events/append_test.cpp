#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "events/log_fixture.h"

namespace causeway::events {
namespace {

using Texts = std::vector<std::string>;

class AppendTest : public LogTest {
 protected:
  std::shared_ptr<const Topic> orders_ = log_.topic(topic_settings("orders"));
  // Keys by the shard of four that they lie in.
  static std::string key_in(std::uint32_t shard) {
    for (int i = 0;; ++i)
      if (std::string key = "k" + std::to_string(i); shard_of(key, "", 4) == shard) return key;
  }
};

TEST_F(AppendTest, GivesDensePositionsInEachShard) {
  EXPECT_EQ(log_.append(orders_, {draft("a", key_in(2))}), (Texts{"2:1"}));
  EXPECT_EQ(log_.append(orders_, {draft("b", key_in(3)), draft("c", key_in(2)), draft("d", key_in(0)),
                                  draft("e", key_in(2)), draft("f", key_in(3))}),
            (Texts{"3:1", "2:2", "0:1", "2:3", "3:2"}));
  EXPECT_EQ(log_.append(orders_, {draft("g", key_in(2))}), (Texts{"2:4"}));
  EXPECT_EQ(log_.ids("orders", 2), (Texts{"1 a", "2 c", "3 e", "4 g"}));
  EXPECT_EQ(log_.ids("orders", 3), (Texts{"1 b", "2 f"}));
  EXPECT_EQ(log_.ids("orders", 1), Texts());
}

TEST_F(AppendTest, TopicsCountApart) {
  const auto stock = log_.topic(topic_settings("stock"));
  EXPECT_EQ(log_.append(orders_, {draft("a", key_in(1))}), (Texts{"1:1"}));
  EXPECT_EQ(log_.append(stock, {draft("a", key_in(1))}), (Texts{"1:1"}));
  EXPECT_EQ(log_.ids("stock", 1), (Texts{"1 a"}));
}

TEST_F(AppendTest, KnowsWhatItHasSeen) {
  EXPECT_EQ(log_.append(orders_, {draft("a", key_in(1)), draft("b", key_in(1))}), (Texts{"1:1", "1:2"}));
  EXPECT_EQ(log_.append(orders_, {draft("b", key_in(1)), draft("c", key_in(1))}), (Texts{"1:2 duplicate", "1:3"}));
  // Where the first one lies counts, whatever the key is by now.
  EXPECT_EQ(log_.append(orders_, {draft("a", key_in(3))}), (Texts{"1:1 duplicate"}));
  EXPECT_EQ(log_.ids("orders", 1), (Texts{"1 a", "2 b", "3 c"}));
}

TEST_F(AppendTest, KnowsDuplicatesWithinItself) {
  EXPECT_EQ(log_.append(orders_, {draft("a", key_in(1)), draft("b", key_in(0)), draft("a", key_in(1)), draft("a")}),
            (Texts{"1:1", "0:1", "1:1 duplicate", "1:1 duplicate"}));
  EXPECT_EQ(log_.ids("orders", 1), (Texts{"1 a"}));
}

TEST_F(AppendTest, RefusesAllForOneConflict) {
  EXPECT_EQ(log_.append(orders_, {draft("a", key_in(1), "{}"), draft("d", key_in(1), "{}")}), (Texts{"1:1", "1:2"}));
  EXPECT_EQ(log_.append(orders_, {draft("x", key_in(1)), draft("a", key_in(1), R"({"other":1})"), draft("d"),
                                  draft("a", key_in(1))}),
            (Texts{"42290 event a of orders is known with another payload or source", "1:0", "conflict",
                   "1:2 duplicate", "conflict"}));
  EXPECT_EQ(log_.ids("orders", 1), (Texts{"1 a", "2 d"}));
  EXPECT_FALSE(log_.find("orders", "x").found);
  EXPECT_EQ(log_.append(orders_, {draft("x", key_in(1))}), (Texts{"1:3"}));
}

TEST_F(AppendTest, AnotherSourceIsAConflict) {
  EXPECT_EQ(log_.append(orders_, {draft("a", key_in(1))}, "oms"), (Texts{"1:1"}));
  EXPECT_EQ(log_.append(orders_, {draft("a", key_in(1))}, "wms"),
            (Texts{"42290 event a of orders is known with another payload or source", "conflict"}));
}

TEST_F(AppendTest, TwoPayloadsOfOneIdWithinItselfConflict) {
  EXPECT_EQ(log_.append(orders_, {draft("a", key_in(1), "{}"), draft("a", key_in(1), R"({"other":1})")}),
            (Texts{"42290 event a of orders is known with another payload or source", "1:0", "conflict"}));
  EXPECT_EQ(log_.ids("orders", 1), Texts());
}

TEST_F(AppendTest, StaysDenseWhenAnotherChangeOfItsGroupRollsBack) {
  Append first(orders_, "oms", {draft("a", key_in(1))}, log_.clock.wall(), log_.log.signal());
  Append second(orders_, "oms", {draft("b", key_in(1))}, log_.clock.wall(), log_.log.signal());
  // An append as a part of a change that fails after it.
  const Result<> failed = log_.change([&](store::Session& session) -> Result<> {
    EXPECT_EQ(text_of(first.apply(session)), "ok");
    return Error(Code::kConflict, "later");
  });
  EXPECT_EQ(text_of(failed), "40993 later");
  EXPECT_EQ(text_of(log_.sqlite.commit_blocking(second)), "ok");
  EXPECT_EQ(text_of(second.receipts()), (Texts{"1:1"}));
  EXPECT_EQ(log_.ids("orders", 1), (Texts{"1 b"}));
}

// Whatever is grouped with whatever: no gap, no position twice, every id once, and receipts that say the truth.
TEST_F(AppendTest, ManyPublishersAtOnce) {
  constexpr int kPublishers = 4;
  constexpr int kAppends = 100;
  std::vector<std::map<std::string, std::string>> places(kPublishers);
  {
    std::vector<std::jthread> threads;
    for (int publisher = 0; publisher < kPublishers; ++publisher)
      threads.emplace_back([&, publisher] {
        for (int i = 0; i < kAppends; ++i) {
          std::vector<EventDraft> drafts;
          for (int k = 0; k < 1 + i % 3; ++k)
            drafts.push_back(draft("e" + std::to_string(i) + "-" + std::to_string(k)));
          // Every third one is refused whole.
          if (i % 3 == 2) drafts.push_back(draft("e0-0", "", R"({"other":1})"));
          Append append(orders_, "oms", std::move(drafts), log_.clock.wall(), log_.log.signal());
          const Result<> result = log_.sqlite.commit_blocking(append);
          if (!result) continue;
          for (std::size_t d = 0; d < append.drafts().size(); ++d) {
            Receipt receipt = append.receipts()[d];
            receipt.duplicate = false;
            places[static_cast<std::size_t>(publisher)][append.drafts()[d].event_id] = text_of(receipt);
          }
        }
      });
  }
  std::map<std::string, std::string> stored;
  for (std::uint32_t shard = 0; shard < 4; ++shard) {
    Position expected = 0;
    for (const StoredEvent& event : log_.read("orders", shard, 0, 10'000)) {
      EXPECT_EQ(event.position, ++expected);
      EXPECT_TRUE(stored.emplace(event.event_id, std::to_string(shard) + ':' + std::to_string(event.position)).second);
    }
  }
  EXPECT_EQ(stored.size(), 34u + 2 * 33u);
  for (const auto& told : places) EXPECT_EQ(told, stored);
}

TEST_F(AppendTest, TakesUpWhereItWasAfterAnotherStart) {
  const TemporaryFolder folder;
  {
    OpenLog before(folder.database());
    EXPECT_EQ(before.append(orders_, {draft("a", key_in(1)), draft("b", key_in(1))}), (Texts{"1:1", "1:2"}));
  }
  OpenLog after(folder.database());
  EXPECT_EQ(after.append(orders_, {draft("b", key_in(1)), draft("c", key_in(1))}), (Texts{"1:2 duplicate", "1:3"}));
}

TEST_F(AppendTest, KeepsEveryByte) {
  const std::string body = R"({"eventId":"a","no":12345678901234567890,"price":19.90,"text":"\u0000 中","big":1e400})";
  EventDraft event = draft("a", "中\"文", body);
  event.headers = R"({"traceparent":"00-a-b-01"})";
  log_.append(orders_, {event}, "oms");
  const FindEvent found = log_.find("orders", "a");
  ASSERT_TRUE(found.found);
  EXPECT_EQ(found.shard, shard_of("中\"文", "", 4));
  EXPECT_EQ(found.event.position, 1);
  EXPECT_EQ(found.event.event_id, "a");
  EXPECT_EQ(found.event.source, "oms");
  EXPECT_EQ(found.event.key, "中\"文");
  EXPECT_EQ(found.event.type, "ORDER_CREATED");
  EXPECT_EQ(found.event.stored_at, unix_milliseconds(log_.clock.wall()));
  EXPECT_EQ(found.event.headers, R"({"traceparent":"00-a-b-01"})");
  EXPECT_EQ(found.event.body, body);
}

}  // namespace
}  // namespace causeway::events
