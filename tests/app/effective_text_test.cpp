#include "app/effective_text.h"

#include <gtest/gtest.h>

#include "config/yaml.h"

namespace causeway::app {
namespace {

config::Node node_of(const std::string& yaml) {
  config::Errors errors;
  const auto node = config::read_yaml(yaml, "t.yaml", errors);
  EXPECT_FALSE(errors.failed()) << errors.to_text();
  return node ? *node : config::Node();
}

std::string unknown(const std::string& yaml) {
  const config::Node node = node_of(yaml);
  std::vector<EffectiveKey> keys;
  describe_unknown(node, DefaultSettings(), keys);
  std::string text;
  for (const EffectiveKey& key : keys) text += key.name + " | " + key.value + " | " + key.from.at.to_text() + '\n';
  return text;
}

TEST(EffectiveText, OnUnknownSaysWhomItAsksAndWhatTheAnswersMean) {
  EXPECT_EQ(unknown("check: {http: {cluster: oms, path: \"/orders/by/{{ $request.no }}\"}}\n"
                    "done_when: '$status == 200'\n"
                    "barrier: true\n"),
            "on_unknown.check | GET oms /orders/by/{{ $request.no }} | t.yaml:1:1\n"
            "on_unknown.done_when | $status == 200 | t.yaml:2:1\n"
            "on_unknown.barrier | true | t.yaml:3:1\n");
  EXPECT_EQ(unknown("check: {http: {cluster: oms, method: POST, path: /search}}"),
            "on_unknown.check | POST oms /search | t.yaml:1:1\n");
}

TEST(EffectiveText, PublishSaysWhetherItIsInATransaction) {
  EXPECT_EQ(text_of_publish(node_of("{topic: orders, type: ORDER_CREATED}")), "ORDER_CREATED to orders");
  EXPECT_EQ(text_of_publish(node_of("{topic: orders, type: ORDER_CREATED, when: after_success, acknowledge: stored}")),
            "ORDER_CREATED to orders, acknowledged once stored");
  EXPECT_EQ(text_of_publish(node_of("{topic: orders, type: ORDER_CREATED, when: transaction}")),
            "ORDER_CREATED to orders, in a transaction");
}

}  // namespace
}  // namespace causeway::app
