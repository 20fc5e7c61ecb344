#include "plugins/access/access_plugin.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

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
  std::string outcome(const AccessPlugin& access, std::string_view consumer, std::string_view address = "192.0.2.7",
                      std::string_view fields = "") {
    fakes::Call& one = call("GET /orders HTTP/1.1\nHost: a" + std::string(fields));
    last = &one;
    one.exchange.request.client = *IpAddress::parse(address);
    one.exchange.consumer = consumer.empty() ? nullptr : consumers.find(consumer);
    if (one.exchange.consumer != nullptr) one.exchange.scopes = one.exchange.consumer->scope_views;
    if (token_scopes) one.exchange.scopes = *token_scopes;
    Step step = access.on_head(one.exchange);
    const Result<Flow>& verdict = *step.verdict();
    return verdict ? "" : fakes::describe(verdict.error()).substr(0, 5);
  }

  const security::ConsumerTable consumers = fakes::consumers_of(
      "consumers:\n"
      "  - {name: oms, roles: [internal, reader]}\n"
      "  - {name: reporting, roles: [reader]}\n"
      "  - {name: shop, roles: [partner], scopes: [orders:write, orders:read]}\n");
  std::optional<std::vector<std::string_view>> token_scopes;
  fakes::Call* last = nullptr;
};

TEST_F(AccessPluginTest, DecidesFromTheHead) {
  const Needs needs = plugin("{roles: [reader]}").needs();
  EXPECT_TRUE(needs.head);
  EXPECT_FALSE(needs.response || needs.whole_request);
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

TEST_F(AccessPluginTest, ScopesAreThoseThatTheCallCameWith) {
  const AccessPlugin access = plugin("{scopes: {partner: [orders:read, orders:write]}}");
  EXPECT_EQ(outcome(access, "shop"), "");
  EXPECT_EQ(outcome(access, "oms"), "");
  EXPECT_EQ(outcome(access, ""), "40390");
  token_scopes = std::vector<std::string_view>{"orders:read"};
  EXPECT_EQ(outcome(access, "shop"), "40390");
  EXPECT_EQ(last->exchange.response.extra.size(), 0u);
}

TEST_F(AccessPluginTest, ATokenThatLacksScopesIsToldWhich) {
  token_scopes.emplace();
  EXPECT_EQ(outcome(plugin("{scopes: {partner: [orders:write, orders:read]}}"), "shop", "192.0.2.7",
                    "\nAuthorization: bearer t"),
            "40390");
  ASSERT_EQ(last->exchange.response.extra.size(), 1u);
  EXPECT_EQ(last->exchange.response.extra[0].name, "WWW-Authenticate");
  EXPECT_EQ(last->exchange.response.extra[0].value,
            R"(Bearer error="insufficient_scope", scope="orders:read orders:write")");
}

TEST_F(AccessPluginTest, WhoIsKnownOnlyAfterTheBodyIsCheckedThen) {
  const AccessPlugin access = plugin("{scopes: {partner: [orders:write]}}");
  fakes::Call& one = call();
  one.exchange.consumer_follows = true;
  EXPECT_TRUE(access.on_head(one.exchange).verdict()->ok());
  EXPECT_FALSE(access.on_body(one.exchange).verdict()->ok());
  one.exchange.consumer = consumers.find("shop");
  one.exchange.scopes = one.exchange.consumer->scope_views;
  EXPECT_TRUE(access.on_body(one.exchange).verdict()->ok());
}

TEST_F(AccessPluginTest, AddressesAloneAskForNobody) {
  EXPECT_EQ(outcome(plugin("{addresses: [192.0.2.0/24]}"), ""), "");
}

}  // namespace
}  // namespace causeway::plugins
