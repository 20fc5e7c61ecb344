// What a crash may do: everything that was not durable is forgotten, again and again, under load.
#include <random>

#include "subscription_fixture.h"

namespace causeway::events {
namespace {

constexpr const char* kSubscription =
    "[{name: s, topic: t, deliver: {http: {cluster: wms, timeout: 60s}},"
    " retry: {delay: 2ms, max_delay: 20ms, max_attempts: 1000}}]";

TEST(CrashOfDeliveries, LosesNothingKeepsTheOrderAndDoublesLittle) {
  constexpr int kRounds = 6;
  constexpr int kEvents = 400;
  constexpr int kKeys = 23;
  std::mt19937 random(7);
  std::mutex mutex;
  Receiver receiver([&](const Got&, int) {
    const std::lock_guard lock(mutex);
    const unsigned chance = random() % 100;
    if (chance < 5) return Receiver::status(503);
    if (chance < 8) return std::string();
    return Receiver::status(200);
  });
  TemporaryFolder folder;
  int published = 0;
  for (int round = 0; round < kRounds; ++round) {
    Process process(folder.database());
    process.cluster("wms", receiver.port());
    ASSERT_EQ(process.take(kSubscription), "");
    std::vector<EventDraft> drafts;
    for (int i = 0; i < kEvents; ++i, ++published)
      drafts.push_back(Process::draft("e" + std::to_string(published), "k" + std::to_string(published % kKeys)));
    process.publish(std::move(drafts));
    receiver.wait_for(receiver.got().size() + 40 + random() % 300);
    process.cut.cut();
    process.subscriptions.stop(0s);
  }
  Process process(folder.database());
  process.cluster("wms", receiver.port());
  ASSERT_EQ(process.take(kSubscription), "");
  ASSERT_TRUE(process.finished());

  const std::vector<std::string> taken = receiver.taken();
  ASSERT_EQ(taken.size(), static_cast<std::size_t>(published));
  std::map<int, int> last;
  for (const std::string& id : taken) {
    const int number = std::stoi(id.substr(1));
    const auto [before, first] = last.emplace(number % kKeys, -1);
    EXPECT_LT(before->second, number) << id;
    before->second = number;
  }
  std::map<std::string, std::set<std::string>> bodies;
  for (const Got& got : receiver.got()) bodies[got.event_id()].insert(got.body());
  for (const auto& [id, different] : bodies) EXPECT_EQ(different.size(), 1u) << id;
  EXPECT_LE(receiver.successes(), static_cast<std::size_t>(published + kRounds * 256));
}

TEST(CrashOfDeliveries, AStoreThatIsAwayForAWhileIsWaitedFor) {
  Receiver receiver;
  TemporaryFolder folder;
  Process process(folder.database());
  process.cluster("wms", receiver.port());
  ASSERT_EQ(process.take(kSubscription), "");
  process.cut.cut();
  std::vector<EventDraft> drafts;
  for (int i = 0; i < 500; ++i) drafts.push_back(Process::draft("e" + std::to_string(i), "k" + std::to_string(i)));
  process.publish(std::move(drafts));
  receiver.wait_for(100);
  EXPECT_LE(receiver.got().size(), Dispatcher::kWindow);
  process.cut.mend();
  EXPECT_TRUE(process.finished());
  EXPECT_EQ(receiver.got().size(), 500u);
}

}  // namespace
}  // namespace causeway::events
