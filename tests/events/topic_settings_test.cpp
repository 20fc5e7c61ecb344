#include "events/topic_settings.h"

#include <gtest/gtest.h>

#include "config/config_fixture.h"
#include "events/event_key.h"
#include "events/topic.h"

namespace causeway::events {
namespace {

using Topics = std::vector<TopicSettings>;

std::string complaint(std::string_view text) {
  config::Read<Topics> read(text);
  if (read.ok) check_topics(read.value, read.errors);
  return read.errors.to_text();
}

TEST(TopicSettings, ReadsWhatTheDesignWrites) {
  const config::Read<Topics> read(
      "- {name: order-topic, owner: OMS, retention: 7d, key: \"{{ .orderId }}\"}\n"
      "- {name: inventory-topic, shape: flat, shards: 4}\n");
  ASSERT_EQ(read.errors.to_text(), "");
  const TopicSettings& orders = read.value[0];
  EXPECT_EQ(*orders.name, "order-topic");
  EXPECT_EQ(orders.owner, "OMS");
  EXPECT_EQ(orders.retention, std::chrono::hours(7 * 24));
  EXPECT_EQ(orders.shape, EventShape::kNested);
  EXPECT_EQ(*orders.key, "{{ .orderId }}");
  EXPECT_EQ(orders.shards, 16u);
  EXPECT_EQ(read.value[1].shape, EventShape::kFlat);
  EXPECT_EQ(read.value[1].shards, 4u);
  EXPECT_EQ(read.value[1].retention, std::chrono::hours(7 * 24));
  EXPECT_FALSE(read.value[1].bus.has_value());
  EXPECT_EQ(read.value[1].acknowledge_timeout, std::chrono::seconds(2));
}

TEST(TopicSettings, SaysWhatIsWrong) {
  EXPECT_EQ(complaint("- {owner: OMS}"),
            "config/a.yaml:1:3: [0]: missing \"name\" (what routes, subscriptions and the bus call it)\n");
  EXPECT_EQ(complaint("- {name: a, shards: 0}"),
            "config/a.yaml:1:21: [0].shards: expected a whole number from 1 to 256, got \"0\"\n");
  EXPECT_EQ(complaint("- {name: a, shards: 257}"),
            "config/a.yaml:1:21: [0].shards: expected a whole number from 1 to 256, got \"257\"\n");
  EXPECT_EQ(complaint("- {name: a, retention: 10ms}"),
            "config/a.yaml:1:24: [0].retention: expected a duration of at least 1s, got \"10ms\"\n");
  EXPECT_EQ(complaint("- {name: a, shape: round}"),
            "config/a.yaml:1:20: [0].shape: expected one of nested, flat; got \"round\"\n");
  EXPECT_EQ(complaint("- {name: a, bus: rocketmq}"),
            "config/a.yaml:1:18: [0].bus: expected one of embedded, kafka; got \"rocketmq\"\n");
  EXPECT_EQ(complaint("- {name: a, acknowledge_timeout: 6m}"),
            "config/a.yaml:1:34: [0].acknowledge_timeout: expected a duration from 1ms to 5m, got \"6m\"\n");
  EXPECT_EQ(complaint("- {name: a, kafka: {partitions: 0}}"),
            "config/a.yaml:1:33: [0].kafka.partitions: expected a whole number from 1 to 1024, got \"0\"\n");
  for (const std::string later : {"types", "format", "trim", "drop_unconsumed"})
    EXPECT_EQ(complaint("- {name: a, " + later + ": b}"),
              "config/a.yaml:1:13: [0]." + later + ": \"" + later + "\" is not in this version\n");
}

TEST(CheckTopics, RefusesNamesThatNoBusTakes) {
  const std::string rule = ": [0].name: a topic's name is 1 to 249 letters, digits and ._- (not only dots), got ";
  EXPECT_EQ(complaint("- {name: orders/eu}"), "config/a.yaml:1:10" + rule + "\"orders/eu\"\n");
  EXPECT_EQ(complaint("- {name: 订单}"), "config/a.yaml:1:10" + rule + "\"订单\"\n");
  EXPECT_EQ(complaint("- {name: \"\"}"), "config/a.yaml:1:10" + rule + "\"\"\n");
  EXPECT_EQ(complaint("- {name: \"..\"}"), "config/a.yaml:1:10" + rule + "\"..\"\n");
  EXPECT_EQ(complaint("- {name: " + std::string(249, 'a') + "}"), "");
  EXPECT_TRUE(complaint("- {name: " + std::string(250, 'a') + "}").starts_with("config/a.yaml:1:10" + rule + "\"aaa"));
  EXPECT_EQ(complaint("- {name: Az.0_9-}"), "");
}

TEST(CheckTopics, SaysWhatSpansTopics) {
  EXPECT_EQ(complaint("- name: a\n- name: b\n- name: a"),
            "config/a.yaml:3:9: [2].name: two topics are called \"a\", the first in config/a.yaml:1:9\n");
}

TEST(CheckTopics, ReadsKeyTemplates) {
  EXPECT_EQ(complaint("- {name: a, key: \"{{ .warehouseId }}:{{ .skuId }}\"}"), "");
  EXPECT_EQ(complaint("- {name: a, key: \"{{ .a | length }}\"}"), "");
  const std::string wrong = complaint("- {name: a, key: \"{{ $order.a }}\"}");
  EXPECT_TRUE(wrong.find(": [0].key: unknown variable \"$order\"") != std::string::npos) << wrong;
}

TEST(TopicTable, FindsByName) {
  const config::Read<Topics> read("- {name: a, key: \"{{ .x }}\"}\n- {name: b}");
  telemetry::Metrics metrics;
  const TopicTable table(read.value, metrics);
  ASSERT_NE(table.find("a"), nullptr);
  EXPECT_EQ(table.find("a")->name(), "a");
  EXPECT_EQ(*render_key(table.find("a")->key, R"({"x":1.0})"), "1.0");
  EXPECT_TRUE(table.find("b")->key.parts().empty());
  EXPECT_EQ(table.find("c"), nullptr);
  EXPECT_EQ(table.all().size(), 2u);

  telemetry::Shard& shard = metrics.add_shard();
  shard.add(table.find("b")->stored, 3);
  EXPECT_NE(metrics.text().find("causeway_events_stored_total{topic=\"b\"} 3\n"), std::string::npos);
}

}  // namespace
}  // namespace causeway::events
