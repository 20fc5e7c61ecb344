#include "adapters/kafka/kafka_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "kafka_adapter/broker_admin.h"
#include "kafka_adapter/bus_fixture.h"

namespace causeway::kafka {
namespace {

using events::Position;

class KafkaReaderTest : public BusTest {
 protected:
  void produce_foreign(const std::string& topic, const std::string& arguments, const std::string& value) {
    const std::string file = folder_ / "value";
    std::ofstream(file, std::ios::binary) << value;
    ASSERT_EQ(tool("-P -t " + topic + ' ' + arguments + ' ' + file), "");
  }
  std::string committed(const std::string& group, const std::string& topic, int partition) {
    AdminClient admin(broker());
    rd_kafka_ListConsumerGroupOffsets_t* asked = nullptr;
    const Partitions list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition);
    asked = rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), list.get());
    rd_kafka_ListConsumerGroupOffsets(admin.get(), &asked, 1, nullptr, admin.queue());
    const Event event(rd_kafka_queue_poll(admin.queue(), 20'000));
    rd_kafka_ListConsumerGroupOffsets_destroy(asked);
    std::size_t count = 0;
    const auto* result = rd_kafka_event_ListConsumerGroupOffsets_result(event.get());
    const auto* const* groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count);
    if (count != 1) return "?";
    return std::to_string(rd_kafka_group_result_partitions(groups[0])->elems[0].offset);
  }

  fakes::TemporaryFolder folder_;
};

TEST_F(KafkaReaderTest, ReadsEachPartitionInOrderFromWhereTheGroupIs) {
  const auto its = made(fresh("orders"), 2);
  publish(*its, 0, 1, 300);
  publish(*its, 1, 301, 310);
  auto& group = reader("g", its);
  group.begin(std::vector<Position>{100, 0});
  const auto batch = read(group, 210);
  EXPECT_EQ(batch.lanes, 2u);
  std::vector<std::string> first;
  std::vector<std::string> second;
  for (const std::string& id : ids(batch)) (id.starts_with("0:") ? first : second).push_back(id);
  EXPECT_EQ(first, expected(0, 101, 300));
  EXPECT_EQ(second, expected(1, 301, 310));
  EXPECT_EQ(batch.items[0].event.position, batch.items[0].lane == 0 ? 101 : 1);
  ASSERT_TRUE(batch.items[0].origin.has_value());
  EXPECT_EQ(batch.items[0].origin->store_id, "store-1");
}

TEST_F(KafkaReaderTest, TellsTheBrokerHowFarTheGroupIs) {
  const auto its = made(fresh("orders"));
  publish(*its, 0, 1, 10);
  auto& group = reader(its->name() + "-g", its);
  group.begin(std::vector<Position>{0});
  read(group, 10);
  group.settled(0, 7);
  EXPECT_TRUE(wait_for([&] { return committed(its->name() + "-g", its->name(), 0) == "7"; }));
  group.settled(0, 9);
  close(its->name() + "-g");
  EXPECT_TRUE(wait_for([&] { return committed(its->name() + "-g", its->name(), 0) == "9"; }));
}

TEST_F(KafkaReaderTest, GoesOnWithPartitionsThatAreAdded) {
  const auto its = made(fresh("orders"), 1);
  auto& group = reader("g", its);
  group.begin(std::vector<Position>{0});
  publish(*its, 0, 1, 3);
  EXPECT_EQ(ids(read(group, 3)), expected(0, 1, 3));
  grow(broker(), its->name(), 3);
  producer_.reset();  // a new one knows of them
  made(its->name());
  publish(*its, 2, 4, 6);
  const auto batch = read(group, 3);
  EXPECT_EQ(ids(batch), expected(2, 4, 6));
  EXPECT_EQ(batch.lanes, 3u);
  EXPECT_EQ(batch.items[0].event.position, 1);
}

TEST_F(KafkaReaderTest, SaysWhatRetentionHasTakenAndGoesOn) {
  const auto its = made(fresh("orders"), 2);
  publish(*its, 0, 1, 20);
  publish(*its, 1, 21, 22);
  delete_records(broker(), its->name(), 0, 15);
  auto& group = reader("g", its);
  group.begin(std::vector<Position>{5, 0});
  const auto batch = read(group, 2 + 5 + 1);
  ASSERT_EQ(batch.lost.size(), 1u);
  EXPECT_EQ(batch.lost[0].lane, 0u);
  EXPECT_EQ(batch.lost[0].from, 6);
  EXPECT_EQ(batch.lost[0].to, 15);
  std::vector<std::string> all = ids(batch);
  std::ranges::sort(all);
  EXPECT_EQ(all, (std::vector<std::string>{"0:e-16", "0:e-17", "0:e-18", "0:e-19", "0:e-20", "1:e-21", "1:e-22"}));
}

TEST_F(KafkaReaderTest, SaysWhatRetentionHasTakenWhenNothingIsLeft) {
  const auto its = made(fresh("orders"));
  publish(*its, 0, 1, 20);
  delete_records(broker(), its->name(), 0, 20);
  auto& group = reader("g", its);
  group.begin(std::vector<Position>{5});
  const auto batch = read(group, 1);
  ASSERT_EQ(batch.lost.size(), 1u);
  EXPECT_EQ(batch.lost[0].from, 6);
  EXPECT_EQ(batch.lost[0].to, 20);
  publish(*its, 0, 21, 21);
  EXPECT_EQ(ids(read(group, 1)), expected(0, 21, 21));
}

TEST_F(KafkaReaderTest, WaitsForABrokerThatLostWhatTheGroupHasRead) {
  const auto its = made(fresh("orders"));
  publish(*its, 0, 1, 3);
  auto& group = reader("g", its);
  group.begin(std::vector<Position>{5});
  EXPECT_TRUE(wait_for([&] {
    read(group, 1, std::chrono::milliseconds(1));
    return log().find("ends at 3, the group has read up to 5") != std::string::npos;
  })) << log();
  publish(*its, 0, 4, 7);
  EXPECT_EQ(ids(read(group, 2)), expected(0, 6, 7));
}

TEST_F(KafkaReaderTest, RecoversFromABrokerThatIsKilled) {
  const auto its = made(fresh("orders"));
  auto& group = reader("g", its);
  group.begin(std::vector<Position>{0});
  publish(*its, 0, 1, 50);
  EXPECT_EQ(ids(read(group, 50)), expected(0, 1, 50));
  broker().kill();
  EXPECT_TRUE(read(group, 1, std::chrono::milliseconds(300)).items.empty());
  broker().start();
  publish(*its, 0, 51, 90);
  EXPECT_EQ(ids(read(group, 40)), expected(0, 51, 90));
}

TEST_F(KafkaReaderTest, WaitsForATopicThatIsNotThereYet) {
  const auto its = topic(fresh("late"));
  auto& group = reader("g", its);
  auto answer = fakes::run(worker_, group.starts(events::Start::kEarliest, {}));
  ASSERT_FALSE(answer.ok());
  EXPECT_TRUE(answer.error().info().internal.ends_with(its->name() + ": there is no such topic"));
  group.begin(std::vector<Position>{0});
  EXPECT_TRUE(read(group, 1, std::chrono::milliseconds(100)).items.empty());
  made(its->name());
  publish(*its, 0, 1, 5);
  EXPECT_EQ(ids(read(group, 5)), expected(0, 1, 5));
}

TEST_F(KafkaReaderTest, HoldsABoundedPartOfWhatWaits) {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  GTEST_SKIP() << "what is freed stays resident for a while";
#endif
  const auto its = made(fresh("orders"), 4);
  const std::string body = R"({"a":")" + std::string(4000, 'x') + "\"}";
  for (Position at = 1; at <= 20'000; ++at) {
    while (send(*its, at % 4, event(at, {}, body)) == events::BusProducer::Sent::kFull) {
      std::vector<SendReport> some;
      producer().reports(some);
    }
    if (at % 1000 == 0) reports(1000);
  }
  auto& group = reader("g", its);
  group.begin(std::vector<Position>{0, 0, 0, 0});
  ASSERT_TRUE(wait_for([&] { return wakes_ > 0; }));
  // 80 MB wait; the client may hold 12 of them.
  std::size_t held = 0;
  ASSERT_TRUE(wait_for([&] {
    const auto before = std::exchange(held, resident_bytes());
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return before > 0 && held <= before;
  }));
  const std::size_t before = resident_bytes();
  read(group, 20'000);
  EXPECT_LT(static_cast<double>(resident_bytes()) - static_cast<double>(before), 40e6);
}

TEST_F(KafkaReaderTest, StaysInTheGroupWhileNobodyReads) {
  const auto its = made(fresh("orders"));
  auto& group = reader("g", its);
  group.begin(std::vector<Position>{0});
  publish(*its, 0, 1, 10);
  read(group, 10);
  const std::string rebalances = "causeway_kafka_rebalances_total{group=\"g\",topic=\"" + its->name() + "\"}";
  ASSERT_TRUE(wait_for([&] { return metric(rebalances) == 1; }));
  publish(*its, 0, 11, 3000);
  // Longer than a short session: heartbeats go on without a reader.
  std::this_thread::sleep_for(Seconds(8));
  EXPECT_EQ(metric(rebalances), 1);
  EXPECT_EQ(metric("causeway_kafka_consumer_partitions{group=\"g\",topic=\"" + its->name() + "\"}"), 1);
  EXPECT_EQ(ids(read(group, 2990)), expected(0, 11, 3000));
}

TEST_F(KafkaReaderTest, ReadsWhatOthersHaveWritten) {
  const auto its = made(fresh("legacy"));
  produce_foreign(its->name(), "-k K1 -H a=b", R"({"price":19.90})");
  produce_foreign(its->name(), "", "plain text");
  produce_foreign(its->name(), "", std::string("\x00\xff\x01", 3));
  std::ofstream(folder_ / "null") << "K2:\n";
  ASSERT_EQ(tool("-P -t " + its->name() + " -Z -K : < " + (folder_ / "null")), "");
  produce_foreign(its->name(), "-k K3", R"({"eventId":"x-1","eventType":"MOVED","timestamp":1,"data":{}})");
  auto& group = reader("g", its);
  group.begin(std::vector<Position>{0});
  const auto batch = read(group, 5);
  ASSERT_EQ(batch.items.size(), 5u);
  const auto body = [&](std::size_t i) {
    std::string text = batch.items[i].event.body;
    const std::size_t at = text.find("\"timestamp\":") + 12;
    return text.replace(at, text.find(',', at) - at, "T");
  };
  const auto head = [&](int offset) {
    return R"({"eventId":")" + its->name() + "-0-" + std::to_string(offset) +
           R"(","eventType":"foreign","timestamp":T,)";
  };
  EXPECT_EQ(body(0), head(0) + R"("data":{"price":19.90},"key":"K1","headers":{"a":"b"}})");
  EXPECT_EQ(body(1), head(1) + R"("encoding":"base64","data":"cGxhaW4gdGV4dA==","key":null,"headers":{}})");
  EXPECT_EQ(body(2), head(2) + R"("encoding":"base64","data":"AP8B","key":null,"headers":{}})");
  EXPECT_EQ(body(3), head(3) + R"("data":null,"key":"K2","headers":{}})");
  EXPECT_EQ(body(4), R"({"eventId":"x-1","eventType":"MOVED","timestamp":T,"data":{}})");
}

TEST_F(KafkaReaderTest, ComesBackUnderItsNameWithoutWaitingForTheMemberThatDied) {
  const auto its = made(fresh("orders"), 2);
  publish(*its, 0, 1, 5);
  KafkaSettings patient = settings();
  patient.properties.list.push_back({"session.timeout.ms", config::Secret("45000"), PropertyUse::kConsumer});
  // What has a name does not say that it leaves: to the broker, it is gone as one whose process was killed.
  auto left = std::make_unique<KafkaBus>(patient, "before", metrics_, lines_);
  auto before = left->make_reader({its->name(), its, worker_, metrics_, [] {}, "store-1"});
  before->begin(std::vector<Position>{0, 0});
  EXPECT_EQ(ids(read(*before, 5)), expected(0, 1, 5));
  before.reset();
  left.reset();
  const auto begin = std::chrono::steady_clock::now();
  KafkaBus again(patient, "after", metrics_, lines_);
  auto after = again.make_reader({its->name(), its, worker_, metrics_, [] {}, "store-1"});
  after->begin(std::vector<Position>{5, 0});
  publish(*its, 0, 6, 10);
  publish(*its, 1, 11, 15);
  EXPECT_EQ(read(*after, 10).items.size(), 10u);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Seconds(20));
}

TEST_F(KafkaReaderTest, SaysThatAnotherIsThisMemberAndComesBackWhenThatIsGone) {
  const auto its = made(fresh("orders"));
  auto one = bus_->make_reader({its->name(), its, worker_, metrics_, [] {}, "store-1"});
  one->begin(std::vector<Position>{0});
  publish(*its, 0, 1, 3);
  EXPECT_EQ(ids(read(*one, 3)), expected(0, 1, 3));
  KafkaBus elsewhere(settings(), "other", metrics_, lines_);
  auto other = elsewhere.make_reader({its->name(), its, worker_, metrics_, [] {}, "store-1"});
  other->begin(std::vector<Position>{3});
  publish(*its, 0, 4, 6);
  EXPECT_EQ(ids(read(*other, 3)), expected(0, 4, 6));
  // Once, not by its log and by its event.
  EXPECT_TRUE(wait_for([&] { return log().find("what=FENCED_INSTANCE_ID") != std::string::npos; })) << log();
  EXPECT_EQ(log().find("what=FATAL"), std::string::npos) << log();
  other.reset();
  publish(*its, 0, 7, 9);
  EXPECT_TRUE(wait_for([&] {
    const auto all = ids(read(*one, 1, Seconds(1)));
    return !all.empty() && all.back() == "0:e-9";
  }));
}

TEST_F(KafkaReaderTest, IsOneOfThoseThatTheBusIsReachableFor) {
  const auto its = made(fresh("orders"));
  publish(*its, 0, 1, 1);
  EXPECT_TRUE(bus_->reachable());
  auto& group = reader("g", its);
  EXPECT_TRUE(bus_->reachable()) << "it does not read yet";
  group.begin(std::vector<Position>{0});
  EXPECT_FALSE(bus_->reachable()) << "it has no broker yet, whatever the producer has";
  EXPECT_EQ(read(group, 1).items.size(), 1u);
  EXPECT_TRUE(wait_for([&] { return bus_->reachable(); }));
  close("g");
  EXPECT_TRUE(bus_->reachable());
}

TEST_F(KafkaReaderTest, MembersOfTwoStoresDoNotEndEachOther) {
  const auto its = made(fresh("orders"), 2);
  auto one = bus_->make_reader({its->name(), its, worker_, metrics_, [] {}, "store-1"});
  one->begin(std::vector<Position>{0, 0});
  publish(*its, 0, 1, 5);
  read(*one, 5);
  KafkaBus elsewhere(settings(), "other", metrics_, lines_);
  auto other = elsewhere.make_reader({its->name(), its, worker_, metrics_, [] {}, "store-2"});
  other->begin(std::vector<Position>{5, 0});
  publish(*its, 0, 6, 10);
  publish(*its, 1, 11, 15);
  std::set<std::string> all;
  EXPECT_TRUE(wait_for([&] {
    for (events::GroupReader* each : {one.get(), other.get()}) {
      auto batch = fakes::run(worker_, each->read({.limit = 100, .max_bytes = 1 << 20}));
      for (const auto& id : ids(*batch)) all.insert(id);
    }
    return all.size() == 10;
  }));
  EXPECT_EQ(log().find("FENCED"), std::string::npos) << log();
}

TEST_F(KafkaReaderTest, SharesATopicWithAnotherMember) {
  const auto its = made(fresh("orders"), 2);
  auto& one = reader("g", its);
  one.begin(std::vector<Position>{0, 0});
  publish(*its, 0, 1, 5);
  read(one, 5);
  KafkaBus elsewhere(settings(), "other", metrics_, lines_);
  auto other = elsewhere.make_reader({"g", its, worker_, metrics_, [] {}});
  other->begin(std::vector<Position>{5, 0});
  const std::string rebalances = "causeway_kafka_rebalances_total{group=\"g\",topic=\"" + its->name() + "\"}";
  ASSERT_TRUE(wait_for([&] { return metric(rebalances) > 0; }));
  publish(*its, 0, 6, 10);
  publish(*its, 1, 11, 15);
  std::vector<std::string> all;
  EXPECT_TRUE(wait_for([&] {
    for (events::GroupReader* each : {&one, other.get()}) {
      auto batch = fakes::run(worker_, each->read({.limit = 100, .max_bytes = 1 << 20}));
      for (const auto& id : ids(*batch))
        if (std::ranges::find(all, id) == all.end()) all.push_back(id);
    }
    return all.size() == 10;
  }));
  other.reset();
  // The partition comes back to the one that stays.
  publish(*its, 1, 16, 17);
  publish(*its, 0, 18, 19);
  all.clear();
  EXPECT_TRUE(wait_for([&] {
    for (const auto& id : ids(read(one, 1, std::chrono::milliseconds(10)))) all.push_back(id);
    return std::ranges::count(all, "1:e-17") == 1 && std::ranges::count(all, "0:e-19") == 1;
  }));
}

}  // namespace
}  // namespace causeway::kafka
