// Who waits for the bus: the relay on its own thread, and callers on a worker's.
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "events/log_fixture.h"
#include "events/relay/relay.h"
#include "events/relay/waiters.h"
#include "fakes/fake_bus.h"
#include "fakes/run_task.h"

namespace causeway::events {
namespace {

using Texts = std::vector<std::string>;
using Places = std::vector<std::optional<BusPlace>>;
using std::chrono::milliseconds;
using std::chrono::seconds;

Texts texts(const Places& places) {
  Texts all;
  for (const auto& place : places)
    all.push_back(place ? std::to_string(place->partition) + '/' + std::to_string(place->offset) : "late");
  return all;
}

class PublicationsTest : public LogTest {
 protected:
  PublicationsTest() {
    bus_.make_topic("orders", 1);
    begin();
  }

  void begin() {
    TopicSettings settings = topic_settings("orders", 4);
    settings.bus = BusKind::kKafka;
    EXPECT_EQ(text_of(log_.register_topics({settings})), "ok");
    const auto table = log_.topics({settings});
    topic_ = table->find("orders");
    relay_.emplace(events_, bus_, log_.metrics, log_.lines);
    events_.use(&*relay_);
    relay_->take(table);
  }

  Task<Places> publish_in(std::vector<std::string> ids, Duration patience) {
    std::vector<EventDraft> drafts;
    for (std::string& id : ids) drafts.push_back(draft(std::move(id)));
    Append append(topic_, "oms", std::move(drafts), clock_.wall(), events_.signal());
    Result<std::vector<Receipt>> stored = co_await events_.append(worker_, shard_, append);
    if (!stored) co_return Places();
    Places places = co_await events_.published(worker_, topic_, *stored, patience);
    co_return places;
  }
  Texts publish(std::vector<std::string> ids, Duration patience = seconds(20)) {
    return texts(fakes::run(worker_, publish_in(std::move(ids), patience)));
  }

  FindEvent wait_until_down(const std::string& id) {
    for (;;) {
      FindEvent find = log_.find("orders", id);
      if (find.placed) return find;
    }
  }

  SystemClock clock_;
  EventLog events_{log_.sqlite, clock_, log_.metrics};
  telemetry::Shard& shard_ = log_.metrics.add_shard();
  runtime::Worker worker_{0, "worker", clock_};
  fakes::FakeBus bus_;
  std::shared_ptr<const Topic> topic_;
  std::optional<Relay> relay_;
};

TEST_F(PublicationsTest, TellsWhereEventsLie) {
  EXPECT_EQ(publish({"a"}), (Texts{"0/0"}));
  Texts places = publish({"b", "c", "d"});
  std::ranges::sort(places);
  EXPECT_EQ(places, (Texts{"0/1", "0/2", "0/3"}));
}

TEST_F(PublicationsTest, ALateBusIsToldAsLateAndFoundAgain) {
  EXPECT_EQ(publish({"a"}), (Texts{"0/0"}));
  wait_until_down("a");
  bus_.hold(0);
  EXPECT_EQ(publish({"b"}, milliseconds(500)), (Texts{"late"}));
  EXPECT_EQ(publish({"a", "b"}, milliseconds(2000)), (Texts{"0/0", "late"}));
  bus_.release(0);
  EXPECT_EQ(publish({"b"}), (Texts{"0/1"}));
  EXPECT_EQ(bus_.taken("orders"), 2u);
}

TEST_F(PublicationsTest, DuplicatesAreWhereTheFirstIs) {
  EXPECT_EQ(publish({"a"}), (Texts{"0/0"}));
  EXPECT_EQ(publish({"a", "a"}), (Texts{"0/0", "0/0"}));
  relay_->stop(seconds(20));
  relay_.reset();
  begin();
  EXPECT_EQ(publish({"a", "b", "b"}), (Texts{"0/0", "0/1", "0/1"}));
}

TEST_F(PublicationsTest, NobodyWaitsForWhatIsRefused) {
  bus_.refuse("b");
  EXPECT_EQ(publish({"b"}), (Texts{"late"}));
  EXPECT_EQ(publish({"b", "a"}), (Texts{"late", "0/0"}));
}

TEST_F(PublicationsTest, StoppingLetsThemGoAndDrainsWhatItCan) {
  bus_.hold(0);
  std::optional<Places> places;
  worker_.spawn(fakes::keep(publish_in({"a"}, std::chrono::minutes(5)), places));
  worker_.io().restart();
  while (bus_.in_flight() == 0) worker_.io().run_one_for(milliseconds(5));
  std::jthread stopping([this] { relay_->stop(milliseconds(20)); });
  fakes::run_until(worker_, [&] { return places.has_value(); });
  EXPECT_EQ(texts(*places), (Texts{"late"}));
  stopping.join();
  EXPECT_EQ(publish({"b"}, std::chrono::minutes(5)), (Texts{"late"}));
  relay_.reset();
  bus_.release(0);
  begin();
  relay_->stop(seconds(20));
  EXPECT_EQ(bus_.taken("orders"), 2u);
  EXPECT_TRUE(log_.find("orders", "b").placed.has_value());
}

TEST_F(PublicationsTest, OnTheEmbeddedBusTheyAreThereAtOnce) {
  const auto stock = log_.topic(topic_settings("stock", 4));
  const std::vector<Receipt> receipts{{3, 7, false, false}, {0, 2, true, false}};
  EXPECT_EQ(texts(fakes::run(worker_, events_.published(worker_, stock, receipts, seconds(20)))),
            (Texts{"3/7", "0/2"}));
}

TEST_F(PublicationsTest, WithoutABusTheyAreLate) {
  events_.use(nullptr);
  const std::vector<Receipt> receipts{{3, 7, false, false}};
  EXPECT_EQ(texts(fakes::run(worker_, events_.published(worker_, topic_, receipts, seconds(20)))), (Texts{"late"}));
}

// What was acknowledged and written down before anybody asked is found in the store, by whoever comes so late.
TEST_F(PublicationsTest, WhoComesAfterAllIsDownFindsItInTheStore) {
  EXPECT_EQ(publish({"a"}), (Texts{"0/0"}));
  const FindEvent found = wait_until_down("a");
  const std::vector<Receipt> receipts{{found.shard, found.event.position, false, false}};
  Waiters waiters(log_.sqlite);
  const std::vector<Waiters::Low> lows{{{waiters.number_of("orders"), found.shard}, found.event.position}};
  waiters.settled({}, lows);
  EXPECT_EQ(texts(fakes::run(worker_, waiters.wait(worker_, *topic_, receipts, seconds(20)))), (Texts{"0/0"}));
}

TEST_F(PublicationsTest, ManyCallersAtOnce) {
  std::vector<std::optional<Places>> answers(200);
  for (std::size_t i = 0; i < answers.size(); ++i)
    worker_.spawn(fakes::keep(publish_in({"e" + std::to_string(i), "f" + std::to_string(i)}, seconds(20)), answers[i]));
  fakes::run_until(worker_, [&] { return std::ranges::all_of(answers, [](const auto& a) { return a.has_value(); }); });
  std::set<std::int64_t> offsets;
  for (const auto& answer : answers)
    for (const auto& place : *answer) {
      ASSERT_TRUE(place.has_value());
      offsets.insert(place->offset);
    }
  EXPECT_EQ(offsets.size(), 400u);
}

}  // namespace
}  // namespace causeway::events
