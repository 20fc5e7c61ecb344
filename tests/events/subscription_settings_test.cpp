#include "events/subscription/settings.h"

#include <gtest/gtest.h>

#include "config/yaml.h"
#include "events/subscription/subscription_table.h"
#include "fakes/manual_clock.h"
#include "runtime/worker.h"

namespace causeway::events {
namespace {

using namespace std::chrono_literals;

class SubscriptionFiles : public ::testing::Test {
 protected:
  SubscriptionFiles() {
    upstream::ClusterSettings settings;
    settings.name.value = "wms";
    settings.timeout = 7s;
    settings.endpoints = {{{"127.0.0.1", 1}, 1}};
    clusters["wms"] = std::make_shared<const upstream::Cluster>(settings, world, errors);
    TopicSettings topic;
    topic.name.value = "order-topic";
    topics = TopicTable({topic}, metrics);
  }

  std::shared_ptr<const SubscriptionTable> build(std::string_view yaml) {
    config::Reading reading(errors, config::FileKind::kOperator);
    const auto node = config::read_yaml(yaml, "s.yaml", errors);
    const auto settings = config::read<std::vector<SubscriptionSettings>>(*node, reading);
    return build_subscriptions(settings, topics, clusters, errors);
  }
  std::string problems(std::string_view yaml) {
    build(yaml);
    return errors.to_text();
  }

  fakes::ManualClock clock;
  telemetry::Metrics metrics;
  telemetry::StandardLabels labels{metrics};
  runtime::Worker worker{0, "w", clock};
  runtime::Worker* workers[1] = {&worker};
  upstream::EndpointRegistry endpoints{workers};
  upstream::ClusterStates cluster_states{workers};
  const upstream::ClusterWorld world{endpoints, cluster_states, metrics, labels};
  Clusters clusters;
  TopicTable topics;
  config::Errors errors;
};

TEST_F(SubscriptionFiles, TheDesignsExampleIsRead) {
  const auto table = build(
      "- name: wms-orders\n"
      "  topic: order-topic\n"
      "  group: wms-consumer-group\n"
      "  start: earliest\n"
      "  deliver: {http: {cluster: wms, method: PUT, path: /outbound-orders, timeout: 5s}}\n"
      "  order: none\n"
      "  on_dead_letter: skip\n"
      "  concurrency: 4\n"
      "  retry: {max_attempts: 3, delay: 250ms, multiplier: 1.5, max_delay: 1m, jitter: 10%, max_age: 1d}\n");
  EXPECT_EQ(errors.to_text(), "");
  const auto spec = table->find("wms-orders");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->group(), "wms-consumer-group");
  EXPECT_EQ(spec->settings.start, Start::kEarliest);
  EXPECT_EQ(spec->settings.order, Order::kNone);
  EXPECT_EQ(spec->settings.on_dead_letter, OnDeadLetter::kSkip);
  EXPECT_EQ(spec->settings.concurrency, 4u);
  EXPECT_EQ(spec->settings.retry.max_attempts, 3u);
  EXPECT_EQ(spec->settings.retry.delay, 250ms);
  EXPECT_EQ(spec->settings.retry.multiplier, 1.5);
  EXPECT_EQ(spec->settings.retry.jitter.value, 10);
  EXPECT_EQ(spec->settings.retry.max_age, 24h);
  EXPECT_EQ(spec->target.text, "PUT wms /outbound-orders");
  EXPECT_EQ(spec->target.timeout, 5s);
  EXPECT_EQ(spec->target.operation, "wms-orders");
  EXPECT_EQ(table->find("another"), nullptr);
}

TEST_F(SubscriptionFiles, DefaultsAreThoseOfTheDesign) {
  const auto table = build("[{name: s, topic: order-topic, deliver: {http: {cluster: wms}}}]");
  EXPECT_EQ(errors.to_text(), "");
  const SubscriptionSettings& settings = table->find("s")->settings;
  EXPECT_EQ(settings.group_name(), "s");
  EXPECT_EQ(settings.start, Start::kLatest);
  EXPECT_EQ(settings.order, Order::kByKey);
  EXPECT_EQ(settings.on_dead_letter, OnDeadLetter::kPark);
  EXPECT_EQ(settings.concurrency, 16u);
  EXPECT_EQ(settings.retry.max_attempts, 8u);
  EXPECT_EQ(settings.retry.delay, 1s);
  EXPECT_EQ(settings.retry.max_delay, 10min);
  EXPECT_EQ(settings.retry.jitter.value, 0);
  EXPECT_EQ(settings.retry.max_age, 72h);
  EXPECT_EQ(table->find("s")->target.text, "POST wms /");
  EXPECT_EQ(table->find("s")->target.timeout, 7s);
}

TEST_F(SubscriptionFiles, WhatIsWrongIsToldWithItsPlace) {
  EXPECT_EQ(problems("- {name: a, topic: order-topics, deliver: {http: {cluster: wmss}}}\n"
                     "- {name: b, topic: order-topic, deliver: {htp: {cluster: wms}}, batch: {size: 5}}\n"
                     "- {name: c, topic: order-topic, deliver: {http: {cluster: wms, method: GET}}}\n"
                     "- {name: d, topic: order-topic, deliver: {http: {cluster: wms, path: '{{ .id }}/x'}}}\n"
                     "- {name: e, topic: order-topic, deliver: {http: {cluster: wms, headers: {Host: x}}}}\n"
                     "- {name: f, topic: order-topic, concurrency: 2000}\n"),
            "s.yaml:1:20: [0].topic: no topic is called \"order-topics\" (did you mean \"order-topic\"?)\n"
            "s.yaml:1:60: [0].deliver.http.cluster: no cluster is called \"wmss\" (did you mean \"wms\"?)\n"
            "s.yaml:2:43: [1].deliver: expected one of http; got \"htp\" (did you mean \"http\"?)\n"
            "s.yaml:2:65: [1].batch: \"batch\" is not in this version\n"
            "s.yaml:3:49: [2].deliver.http: method: expected a method with a body such as POST or PUT, got \"GET\"\n"
            "s.yaml:4:70: [3].deliver.http.path: a path begins with / and has only characters of a path, got \"{{ .id "
            "}}/x\"\n"
            "s.yaml:5:80: [4].deliver.http.headers.Host: the header Host is the gateway's own\n"
            "s.yaml:6:3: [5]: missing \"deliver\" (the call that tells the system)\n"
            "s.yaml:6:46: [5].concurrency: expected a whole number from 1 to 1024, got \"2000\"\n");
}

TEST_F(SubscriptionFiles, TwoOfOneNameOrGroupAreAConflict) {
  EXPECT_EQ(problems("- {name: a, topic: order-topic, deliver: {http: {cluster: wms}}}\n"
                     "- {name: a, topic: order-topic, deliver: {http: {cluster: wms}}}\n"
                     "- {name: b, topic: order-topic, group: a, deliver: {http: {cluster: wms}}}\n"
                     "- {name: c, topic: order-topic, was: a, deliver: {http: {cluster: wms}}}\n"
                     "- {name: 'd d', topic: order-topic, deliver: {http: {cluster: wms}}}\n"),
            "s.yaml:2:10: [1].name: two subscriptions are called \"a\", the first in s.yaml:1:10\n"
            "s.yaml:3:40: [2].group: two subscriptions are the group \"a\" of topic \"order-topic\", the first in "
            "s.yaml:1:10\n"
            "s.yaml:4:38: [3].was: the group \"a\" is still in use\n"
            "s.yaml:5:10: [4].name: a subscription's name is 1 to 128 letters, digits and ._-, got \"d d\"\n");
}

TEST_F(SubscriptionFiles, AGroupIsTakenOverOnce) {
  EXPECT_EQ(problems("- {name: a, topic: order-topic, was: old, deliver: {http: {cluster: wms}}}\n"
                     "- {name: b, topic: order-topic, was: old, deliver: {http: {cluster: wms}}}\n"),
            "s.yaml:2:38: [1].was: two subscriptions take over the group \"old\", the first in s.yaml:1:38\n");
}

TEST_F(SubscriptionFiles, ExpressionsAndTemplatesAreCompiled) {
  const auto table = build(
      "- name: s\n"
      "  topic: order-topic\n"
      "  filter: '.eventType == \"ORDER_CREATED\"'\n"
      "  transform: '{eventId, no: $event.data.orderId}'\n"
      "  done_when: '$status < 300 or .code == 40901 or $answer.done'\n"
      "  deliver: {http: {cluster: wms, path: '/o/{{ .no }}', query: {a: 'x {{ $event.eventType }}'},\n"
      "                   headers: {X-No: '{{ .no }}'}, body: '{{ {no} }}'}}\n");
  EXPECT_EQ(errors.to_text(), "");
  const auto spec = table->find("s");
  ASSERT_TRUE(spec);
  EXPECT_TRUE(spec->rules.filters());
  EXPECT_TRUE(spec->rules.judges());
  EXPECT_TRUE(spec->rules.asks_words());
  EXPECT_EQ(spec->target.text, "POST wms /o/{{ .no }}?a=x {{ $event.eventType }}");
}

TEST_F(SubscriptionFiles, DoneWhenMayNeedTheStatusAlone) {
  const auto table =
      build("[{name: s, topic: order-topic, done_when: '$status == 409', deliver: {http: {cluster: wms}}}]");
  EXPECT_EQ(errors.to_text(), "");
  EXPECT_FALSE(table->find("s")->rules.asks_words());
}

TEST_F(SubscriptionFiles, WhatDoesNotCompileIsToldWithItsPlace) {
  build(
      "- {name: a, topic: order-topic, deliver: {http: {cluster: wms}}, filter: '.x =='}\n"
      "- {name: b, topic: order-topic, deliver: {http: {cluster: wms}}, transform: '$status'}\n"
      "- {name: c, topic: order-topic, deliver: {http: {cluster: wms, body: '{}'}}}\n"
      "- {name: d, topic: order-topic, deliver: {http: {cluster: wms, headers: {X-Causeway-Sequence: '{{ .n }}'}}}}\n"
      "- {name: e, topic: order-topic, deliver: {http: {cluster: wms, path: '/{{ .n '}}}\n");
  std::string places;
  for (const config::Problem& problem : errors.list()) places += problem.path + ' ' + problem.code + '\n';
  EXPECT_EQ(places,
            "[0].filter expression\n[1].transform expression\n[2].deliver.http.body expected\n"
            "[3].deliver.http.headers.X-Causeway-Sequence conflict\n[4].deliver.http.path expression\n")
      << errors.to_text();
}

}  // namespace
}  // namespace causeway::events
