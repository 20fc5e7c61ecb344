#include "plugins/access/access_plugin.h"

#include <gtest/gtest.h>

#include <string>

#include "fakes/consumers.h"
#include "fakes/exchange_fixture.h"

namespace causeway::plugins {
namespace {

class AccessPluginTest : public fakes::ExchangeFixture {
 protected:
  AccessPlugin plugin(const std::string& yaml) {
    config::Errors errors;
    const auto node = config::read_yaml(yaml, "t.yaml", errors);
    config::Reading reading(errors, config::FileKind::kRoutes);
    const auto settings = config::read<security::AccessSettings>(*node, reading);
    AccessPlugin result(security::AccessRule(settings, consumers, errors));
    EXPECT_EQ(errors.to_text(), "");
    return result;
  }

  /// Of a call by `consumer` (may be empty) from `address`; empty when it may go on.
  std::string outcome(const AccessPlugin& access, std::string_view consumer, std::string_view address = "192.0.2.7") {
    fakes::Call& one = call();
    one.exchange.request.client = *IpAddress::parse(address);
    one.exchange.consumer = consumer.empty() ? nullptr : consumers.find(consumer);
    Step step = access.on_head(one.exchange);
    const Result<Flow>& verdict = *step.verdict();
    return verdict ? "" : fakes::describe(verdict.error()).substr(0, 5);
  }

  const security::ConsumerTable consumers = fakes::consumers();
};

TEST_F(AccessPluginTest, DecidesFromTheHead) {
  const Needs needs = plugin("{roles: [reader]}").needs();
  EXPECT_TRUE(needs.head);
  EXPECT_FALSE(needs.body || needs.response || needs.whole_request);
}

TEST_F(AccessPluginTest, RolesAndConsumersAdmit) {
  EXPECT_EQ(outcome(plugin("{roles: [internal]}"), "oms"), "");
  EXPECT_EQ(outcome(plugin("{roles: [internal]}"), "reporting"), "40390");
  EXPECT_EQ(outcome(plugin("{consumers: [reporting]}"), "reporting"), "");
  EXPECT_EQ(outcome(plugin("{consumers: [reporting]}"), "oms"), "40390");
}

TEST_F(AccessPluginTest, NobodyInParticularIsNotAllowedWhereSomebodyIsAskedFor) {
  EXPECT_EQ(outcome(plugin("{roles: [reader]}"), ""), "40390");
}

TEST_F(AccessPluginTest, AddressesAreOfTheCallerBehindTheProxiesAndComeFirst) {
  const AccessPlugin access = plugin("{roles: [internal], addresses: [192.0.2.0/24]}");
  EXPECT_EQ(outcome(access, "oms", "192.0.2.200"), "");
  EXPECT_EQ(outcome(access, "oms", "198.51.100.1"), "40391");
  EXPECT_EQ(outcome(access, "reporting", "198.51.100.1"), "40391");
  EXPECT_EQ(outcome(access, "reporting", "192.0.2.200"), "40390");
}

TEST_F(AccessPluginTest, AddressesAloneAskForNobody) {
  EXPECT_EQ(outcome(plugin("{addresses: [192.0.2.0/24]}"), ""), "");
}

}  // namespace
}  // namespace causeway::plugins
