#include "subscription_fixture.h"

namespace causeway::events {
namespace {

constexpr const char* kSubscription =
    "[{name: s, topic: t, deliver: {http: {cluster: wms, path: /in, query: {a: 'b c'}, headers: {X-Team: shop}}},"
    " retry: {delay: 5ms, max_delay: 100ms, max_attempts: 4}}]";

class Delivering : public ::testing::Test {
 protected:
  Delivering() { begin(); }

  void begin() {
    process = std::make_unique<Process>(folder.database());
    process->cluster("wms", receiver.port());
  }

  TemporaryFolder folder;
  Receiver receiver;
  std::unique_ptr<Process> process;
};

TEST_F(Delivering, TellsTheSystemWithAKeyASequenceAndTheTrace) {
  ASSERT_EQ(process->take(kSubscription, 1), "");
  process->publish("e1", "k");
  const Got got = receiver.wait_for(1)[0];
  EXPECT_EQ(got.line(), "POST /in?a=b%20c HTTP/1.1");
  EXPECT_EQ(got.header("Idempotency-Key"), "e1/s");
  EXPECT_EQ(got.header("X-Causeway-Sequence"), "1");
  EXPECT_EQ(got.header("Content-Type"), "application/json");
  EXPECT_EQ(got.header("X-Request-Id"), "e1");
  EXPECT_EQ(got.header("X-Team"), "shop");
  EXPECT_EQ(got.header("traceparent").substr(0, 36), "00-0af7651916cd43dd8448eb211c80319c-");
  EXPECT_NE(got.header("traceparent").substr(36, 16), "b7ad6b7169203331");
  EXPECT_EQ(got.body(), R"({"eventId":"e1","eventType":"X","timestamp":1,"data":{"n":1.50}})");
  EXPECT_TRUE(process->finished());
}

TEST_F(Delivering, ManyEventsComeOnceEachAndInOrderOfTheirKeys) {
  ASSERT_EQ(process->take(kSubscription), "");
  constexpr int kEvents = 3000;
  std::vector<EventDraft> drafts;
  for (int i = 0; i < kEvents; ++i) {
    drafts.push_back(Process::draft("e" + std::to_string(i), "k" + std::to_string(i % 37)));
    if (drafts.size() == 500) process->publish(std::exchange(drafts, {}));
  }
  const std::vector<Got> got = receiver.wait_for(kEvents);
  EXPECT_EQ(got.size(), kEvents);
  std::map<int, int> last;
  for (const std::string& id : receiver.taken()) {
    const int number = std::stoi(id.substr(1));
    const auto [before, first] = last.emplace(number % 37, -1);
    EXPECT_LT(before->second, number);
    before->second = number;
  }
  EXPECT_TRUE(process->finished());
  EXPECT_NE(process->metrics.text().find(R"(causeway_deliveries_total{result="success",subscription="s"} 3000)"),
            std::string::npos);
}

}  // namespace
}  // namespace causeway::events
