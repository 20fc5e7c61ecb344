#include "security/access.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "security/reading.h"

namespace causeway::security {
namespace {

std::string outcome(const Result<>& result) {
  if (result) return "ok";
  return std::to_string(number(result.error().code())) + ' ' + result.error().info_if()->reason;
}

class AccessRuleTest : public testing::Test {
 protected:
  AccessRuleTest() {
    std::string yaml =
        "- {name: oms, roles: [internal]}\n"
        "- {name: wms, roles: [internal, stock], scopes: [stock:read]}\n"
        "- {name: shop, roles: [partner], scopes: [orders:write, orders:read]}\n";
    for (int i = 3; i < 70; ++i) yaml += "- {name: c" + std::to_string(i) + ", roles: [many]}\n";
    config::Errors ignored;  // nobody here has credentials
    table_ = ConsumerTable(settings<std::vector<ConsumerSettings>>(yaml), SigningSettings(), ignored);
  }

  AccessRule rule(std::string_view yaml) {
    return AccessRule(settings<AccessSettings>(yaml, errors_), table_, errors_);
  }

  /// The names that pass, of the first three and the last.
  std::string admitted(const AccessRule& rule) {
    std::string names;
    for (const auto* name : {"oms", "wms", "shop", "c69"}) {
      if (rule.check_consumer(*table_.find(name))) names += std::string(names.empty() ? "" : " ") + name;
    }
    return names;
  }
  std::string from(const AccessRule& rule, std::string_view address) {
    return outcome(rule.check_address(*IpAddress::parse(address)));
  }

  /// What the rule says to a consumer that comes with these scopes; with all that it has when there is no list.
  std::string with(const AccessRule& rule, std::string_view name,
                   std::optional<std::vector<std::string_view>> held = std::nullopt) {
    const Consumer& consumer = *table_.find(name);
    return outcome(rule.check_scopes(consumer, held ? std::span<const std::string_view>(*held) : consumer.scope_views));
  }

  ConsumerTable table_;
  config::Errors errors_;
};

TEST_F(AccessRuleTest, AdmitsEverybodyWhenEmpty) {
  EXPECT_EQ(admitted(AccessRule()), "oms wms shop c69");
  EXPECT_EQ(admitted(rule("{}")), "oms wms shop c69");
  EXPECT_EQ(from(rule("{}"), "10.0.0.1"), "ok");
  EXPECT_FALSE(rule("{}").asks_for_consumer());
  EXPECT_FALSE(rule("{}").asks_for_address());
  EXPECT_EQ(errors_.to_text(), "");
}

TEST_F(AccessRuleTest, AdmitsAnyOfTheRolesOrNames) {
  EXPECT_EQ(admitted(rule("roles: [internal]")), "oms wms");
  EXPECT_EQ(admitted(rule("roles: [stock, partner]")), "wms shop");
  EXPECT_EQ(admitted(rule("roles: [many]")), "c69");
  EXPECT_EQ(admitted(rule("consumers: [oms, c69]")), "oms c69");
  EXPECT_EQ(outcome(rule("roles: [stock]").check_consumer(*table_.find("oms"))), "40390 consumer_not_allowed");
  EXPECT_TRUE(rule("roles: [stock]").asks_for_consumer());
}

TEST_F(AccessRuleTest, AsksForBothWhenBothAreGiven) {
  EXPECT_EQ(admitted(rule("{roles: [internal], consumers: [wms, shop]}")), "wms");
  EXPECT_EQ(errors_.to_text(), "");
}

TEST_F(AccessRuleTest, AdmitsOnlyTheAddressesGiven) {
  const auto inside = rule("addresses: [10.0.0.0/8, 2001:db8::1]");
  EXPECT_EQ(from(inside, "10.255.0.1"), "ok");
  EXPECT_EQ(from(inside, "::ffff:10.255.0.1"), "ok");
  EXPECT_EQ(from(inside, "2001:db8::1"), "ok");
  EXPECT_EQ(from(inside, "11.0.0.1"), "40391 address_not_allowed");
  EXPECT_TRUE(inside.asks_for_address());
  EXPECT_FALSE(inside.asks_for_consumer());
}

TEST_F(AccessRuleTest, OnlyNarrowsTheDefaults) {
  const auto internal = rule("{roles: [internal], addresses: [10.0.0.0/8]}");
  EXPECT_EQ(admitted(AccessRule::narrow(internal, rule("roles: [stock, partner]"), errors_)), "wms");
  EXPECT_EQ(admitted(AccessRule::narrow(internal, AccessRule(), errors_)), "oms wms");
  EXPECT_EQ(admitted(AccessRule::narrow(AccessRule(), internal, errors_)), "oms wms");
  const auto both = AccessRule::narrow(internal, rule("addresses: [10.1.0.0/16, 192.168.0.0/16]"), errors_);
  EXPECT_EQ(from(both, "10.1.0.1"), "ok");
  EXPECT_EQ(from(both, "10.2.0.1"), "40391 address_not_allowed");
  EXPECT_EQ(from(both, "192.168.0.1"), "40391 address_not_allowed");
  EXPECT_EQ(errors_.to_text(), "");
}

TEST_F(AccessRuleTest, WarnsOfARuleThatNobodyMeets) {
  EXPECT_EQ(admitted(rule("{roles: [partner], consumers: [oms]}")), "");
  EXPECT_EQ(errors_.to_text(), "t.yaml:1:10: roles[0]: warning: no consumer can meet this access rule\n");
}

TEST_F(AccessRuleTest, WarnsWhenARouteAndItsDefaultsExcludeEachOther) {
  const auto both = AccessRule::narrow(rule("roles: [internal]"), rule("consumers: [shop]"), errors_);
  EXPECT_TRUE(both.admits_nobody());
  EXPECT_EQ(errors_.to_text(), "t.yaml:1:13: consumers[0]: warning: no consumer can meet this access rule\n");
}

TEST_F(AccessRuleTest, RefusesUnknownConsumersAndWarnsOfRolesThatNobodyHas) {
  rule("{roles: [internl, x], consumers: [omss, zzz]}");
  EXPECT_EQ(errors_.to_text(),
            "t.yaml:1:10: roles[0]: warning: no consumer has the role \"internl\" (did you mean \"internal\"?)\n"
            "t.yaml:1:19: roles[1]: warning: no consumer has the role \"x\"\n"
            "t.yaml:1:35: consumers[0]: unknown consumer \"omss\" (did you mean \"oms\"?)\n"
            "t.yaml:1:41: consumers[1]: unknown consumer \"zzz\"\n");
}

TEST_F(AccessRuleTest, AsksEverybodyForTheScopesOfAList) {
  const auto orders = rule("scopes: [orders:read]");
  EXPECT_TRUE(orders.asks_for_consumer() && orders.asks_for_scopes());
  EXPECT_EQ(admitted(orders), "oms wms shop c69");
  EXPECT_EQ(with(orders, "shop"), "ok");
  EXPECT_EQ(with(orders, "shop", {{"orders:read"}}), "ok");
  EXPECT_EQ(with(orders, "shop", {{"orders:readx", "orders:write"}}), "40390 scope_missing");
  EXPECT_EQ(with(orders, "shop", std::vector<std::string_view>()), "40390 scope_missing");
  EXPECT_EQ(with(orders, "oms"), "40390 scope_missing");
  EXPECT_EQ(orders.check_scopes(*table_.find("oms"), {}).error().info_if()->internal,
            "consumer oms without the scope orders:read");
  EXPECT_EQ(errors_.to_text(), "");
}

TEST_F(AccessRuleTest, AsksOnlyConsumersWithARoleForItsScopes) {
  const auto by_role = rule("scopes: {partner: [orders:write, orders:read], stock: [stock:read]}");
  EXPECT_EQ(with(by_role, "oms"), "ok");
  EXPECT_EQ(with(by_role, "wms"), "ok");
  EXPECT_EQ(with(by_role, "wms", std::vector<std::string_view>()), "40390 scope_missing");
  EXPECT_EQ(with(by_role, "shop"), "ok");
  EXPECT_EQ(with(by_role, "shop", {{"orders:read"}}), "40390 scope_missing");
  const auto needed = by_role.needed_scopes(*table_.find("shop"));
  EXPECT_EQ(std::vector<std::string>(needed.begin(), needed.end()),
            (std::vector<std::string>{"orders:read", "orders:write"}));
  EXPECT_EQ(errors_.to_text(), "");
}

TEST_F(AccessRuleTest, UnitesTheScopesOfARouteAndItsDefaults) {
  const auto reads = rule("{roles: [partner], scopes: [orders:read]}");
  const auto both = AccessRule::narrow(reads, rule("scopes: {partner: [orders:write]}"), errors_);
  EXPECT_EQ(with(both, "shop"), "ok");
  EXPECT_EQ(with(both, "shop", {{"orders:read"}}), "40390 scope_missing");
  EXPECT_EQ(with(both, "shop", {{"orders:write"}}), "40390 scope_missing");
  EXPECT_EQ(admitted(both), "shop");
  const auto inherited = AccessRule::narrow(reads, AccessRule(), errors_);
  EXPECT_EQ(with(inherited, "shop", {{"orders:write"}}), "40390 scope_missing");
  EXPECT_EQ(with(AccessRule::narrow(AccessRule(), reads, errors_), "shop", {{"orders:read"}}), "ok");
  EXPECT_EQ(errors_.to_text(), "");
}

TEST_F(AccessRuleTest, WarnsOfScopesAndRolesThatNobodyHas) {
  rule("scopes: {partnr: [orders:read], partner: [order:read]}");
  EXPECT_EQ(errors_.to_text(),
            "t.yaml:1:10: scopes.partnr: warning: no consumer has the role \"partnr\" (did you mean \"partner\"?)\n"
            "t.yaml:1:43: scopes.partner[0]: warning: no consumer has the scope \"order:read\" (did you mean "
            "\"orders:read\"?)\n");
}

TEST_F(AccessRuleTest, WarnsWhenNobodyHasTheScopesThatItNeeds) {
  rule("{roles: [internal], scopes: [orders:read]}");
  AccessRule::narrow(rule("scopes: [orders:read]"), rule("consumers: [wms]"), errors_);
  EXPECT_EQ(errors_.to_text(),
            "t.yaml:1:10: roles[0]: warning: no consumer can meet this access rule\n"
            "t.yaml:1:13: consumers[0]: warning: no consumer can meet this access rule\n");
}

TEST_F(AccessRuleTest, RefusesScopesOfAnOddForm) {
  for (const char* yaml : {"scopes: []", "scopes: {}", "scopes: {partner: []}", "scopes: orders:read",
                           "scopes: ['a b']", "scopes: {partner: ['\"']}", "scopes: "}) {
    config::Errors errors;
    settings<AccessSettings>(yaml, errors);
    EXPECT_EQ(errors.error_count(), 1u) << yaml << '\n' << errors.to_text();
  }
}

TEST_F(AccessRuleTest, RefusesEmptyListsAndOddRanges) {
  rule("{roles: [], addresses: [10.0.0.1/8, host]}");
  EXPECT_EQ(
      errors_.to_text(),
      "t.yaml:1:25: addresses[0]: expected an address or a range such as 10.0.0.0/8 (no bits set beyond the prefix), "
      "got \"10.0.0.1/8\"\n"
      "t.yaml:1:37: addresses[1]: expected an address or a range such as 10.0.0.0/8 (no bits set beyond the prefix), "
      "got \"host\"\n");
  config::Errors errors;
  settings<AccessSettings>("{roles: [], consumers: }", errors);
  EXPECT_EQ(errors.to_text(),
            "t.yaml:1:9: roles: an empty list would admit nobody; leave the key out to admit everybody\n"
            "t.yaml:1:24: consumers: an empty list would admit nobody; leave the key out to admit everybody\n");
}

}  // namespace
}  // namespace causeway::security
