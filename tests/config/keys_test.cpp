#include "config/keys.h"

#include <gtest/gtest.h>

#include "config_fixture.h"

namespace causeway::config {
namespace {

using namespace std::chrono_literals;

struct Retry {
  std::uint32_t max_attempts = 2;
  Duration delay = 50ms;
  static const Keys<Retry>& keys();
};

const Keys<Retry>& Retry::keys() {
  static const auto keys = Keys<Retry>("retry")
                               .optional("max_attempts", &Retry::max_attempts, "tries, the first included")
                               .range(1, 10)
                               .unit("calls")
                               .optional("delay", &Retry::delay, "before the second try")
                               .range(1ms, 1h);
  return keys;
}

struct Limit {
  Rate rate;
  std::optional<std::uint64_t> burst;
  Retry retry{.max_attempts = 8};
  std::vector<std::uint16_t> ports;
  std::vector<Limit> nested;
  ByteSize size{1024};
  double factor = 1.5;
  static const Keys<Limit>& keys();
};

const Keys<Limit>& Limit::keys() {
  static const auto keys = Keys<Limit>("rate limit")
                               .required("rate", &Limit::rate, "calls admitted per unit of time")
                               .optional("burst", &Limit::burst, "calls admitted at once")
                               .at_least(1)
                               .optional("retry", &Limit::retry, "what is tried again")
                               .optional("ports", &Limit::ports, "where")
                               .range(1, 65535)
                               .optional("nested", &Limit::nested, "limits within")
                               .optional("size", &Limit::size, "how large")
                               .at_least(ByteSize{512})
                               .optional("factor", &Limit::factor, "how much")
                               .range(1, 10)
                               .later("shared", "cluster_wide")
                               .check([](const Limit& limit, const Node& node, Reading& reading) {
                                 if (limit.burst && *limit.burst < limit.rate.count)
                                   reading.error(*node.find("burst"), "burst is less than rate", "conflict");
                               });
  return keys;
}

TEST(Keys, ReadAMappingAndKeepTheDefaults) {
  const Read<Limit> read("{rate: 100/s, burst: 200, retry: {delay: 1s}}");
  EXPECT_EQ(read.errors.to_text(), "");
  EXPECT_EQ(read.value.rate, (Rate{100, 1s}));
  EXPECT_EQ(read.value.burst, 200u);
  EXPECT_EQ(read.value.retry.delay, 1s);
  EXPECT_EQ(read.value.retry.max_attempts, 8u);
}

TEST(Keys, CollectEverythingThatIsWrong) {
  EXPECT_EQ(complaint<Limit>("burts: 5\n"
                             "shared: true\n"
                             "retry: {max_attempts: 11, delays: 5s}\n"
                             "ports: [80, 0]\n"
                             "nested:\n"
                             "  - rate: fast\n"
                             "  - {rate: 1/s, zzz: 1}\n"
                             "  - x\n"),
            "config/a.yaml:1:1: burts: unknown key \"burts\" (did you mean \"burst\"?)\n"
            "config/a.yaml:1:1: missing \"rate\" (calls admitted per unit of time)\n"
            "config/a.yaml:2:1: shared: \"shared\" is not in this version\n"
            "config/a.yaml:3:23: retry.max_attempts: expected a whole number from 1 to 10, got \"11\"\n"
            "config/a.yaml:3:27: retry.delays: unknown key \"delays\" (did you mean \"delay\"?)\n"
            "config/a.yaml:4:13: ports[1]: expected a whole number from 1 to 65535, got \"0\"\n"
            "config/a.yaml:6:11: nested[0].rate: expected a rate such as 100/s, got \"fast\"\n"
            "config/a.yaml:7:17: nested[1].zzz: unknown key \"zzz\"\n"
            "config/a.yaml:8:5: nested[2]: expected a mapping, got \"x\"\n");
}

TEST(Keys, HaveRangesInTheirOwnUnits) {
  EXPECT_EQ(complaint<Limit>("{rate: 1/s, burst: 0, size: 100B, factor: 11, retry: {delay: 2h}}"),
            "config/a.yaml:1:20: burst: expected a whole number of at least 1, got \"0\"\n"
            "config/a.yaml:1:29: size: expected a size of at least 512B, got \"100B\"\n"
            "config/a.yaml:1:43: factor: expected a number from 1 to 10, got \"11\"\n"
            "config/a.yaml:1:62: retry.delay: expected a duration from 1ms to 1h, got \"2h\"\n");
}

TEST(Keys, CheckAcrossKeysOnlyWhatCouldBeRead) {
  EXPECT_EQ(complaint<Limit>("{rate: 100/s, burst: 5}"), "config/a.yaml:1:22: burst is less than rate\n");
  EXPECT_EQ(complaint<Limit>("{rate: fast, burst: 5}"),
            "config/a.yaml:1:8: rate: expected a rate such as 100/s, got \"fast\"\n");
}

TEST(Keys, OfNothingAreTheDefaults) {
  EXPECT_TRUE(Read<Retry>("~").ok);
  EXPECT_EQ(complaint<Limit>("~"), "config/a.yaml:1:1: missing \"rate\" (calls admitted per unit of time)\n");
}

TEST(Keys, GiveProgramsStableCodes) {
  const Read<Limit> read("{burts: 5, shared: 1, burst: x}");
  std::string codes;
  for (const Problem& problem : read.errors.list()) codes += problem.code + ' ';
  EXPECT_EQ(codes, "missing unknown_key not_in_this_version expected ");
}

TEST(Keys, AreNotMissingWhenTheirNameIsMisspelt) {
  EXPECT_EQ(complaint<Limit>("{rat: 1/s}"), "config/a.yaml:1:2: rat: unknown key \"rat\" (did you mean \"rate\"?)\n");
}

struct Account {
  std::string name;
  std::optional<Secret> token;
  std::vector<Secret> secrets;
  std::map<std::string, Secret> more;
  bool sound = true;
  static const Keys<Account>& keys() {
    static const auto keys = Keys<Account>("account")
                                 .optional("name", &Account::name, "who")
                                 .optional("token", &Account::token, "how")
                                 .optional("secrets", &Account::secrets, "how else")
                                 .optional("more", &Account::more, "and by name")
                                 .sound(&Account::sound);
    return keys;
  }
};

struct Accounts {
  std::vector<Account> accounts;
  static const Keys<Accounts>& keys() {
    static const auto keys = Keys<Accounts>("accounts").optional("accounts", &Accounts::accounts, "all of them");
    return keys;
  }
};

TEST(Keys, ShowNoValueWhereASecretBelongsOrBelow) {
  EXPECT_EQ(complaint<Account>("{name: [x], token: [x], secrets: canary, more: canary}"),
            "config/a.yaml:1:8: name: expected a text, got a list\n"
            "config/a.yaml:1:20: token: expected a secret, got a list\n"
            "config/a.yaml:1:34: secrets: expected a list, got \"***\"\n"
            "config/a.yaml:1:48: more: expected a mapping, got \"***\"\n");
  EXPECT_EQ(complaint<Accounts>("accounts: canary"), "config/a.yaml:1:11: accounts: expected a list, got \"***\"\n");
  EXPECT_EQ(complaint<Accounts>("accounts: [canary]"),
            "config/a.yaml:1:12: accounts[0]: expected a mapping, got \"***\"\n");
}

TEST(Keys, ShowNoSecretThatStandsInThePlaceOfAKey) {
  EXPECT_EQ(complaint<Account>("{canary}"), "config/a.yaml:1:2: [\"***\"]: unknown key \"***\"\n");
  EXPECT_EQ(complaint<Account>("{tokn}"), "config/a.yaml:1:2: tokn: unknown key \"tokn\" (did you mean \"token\"?)\n");
  EXPECT_EQ(complaint<Account>("more: {canary}"),
            "config/a.yaml:1:14: more[\"***\"]: expected a secret, got nothing\n");
}

TEST(Keys, SayWhetherTheyCouldBeRead) {
  EXPECT_TRUE(Read<Account>("name: x").value.sound);
  EXPECT_FALSE(Read<Account>("name: [x]").value.sound);
}

TEST(Keys, DescribeThemselves) {
  const KeysView& view = Limit::keys().view();
  EXPECT_EQ(view.title, "rate limit");
  ASSERT_EQ(view.keys.size(), 9u);
  EXPECT_TRUE(view.keys[0].required);
  EXPECT_EQ(view.keys[0].shape.type, "rate");
  EXPECT_EQ(view.keys[0].prose, "calls admitted per unit of time");
  EXPECT_EQ(view.keys[0].default_text, "");
  EXPECT_EQ(view.keys[4].shape.element.at(0).keys().title, "rate limit");
  EXPECT_EQ(view.keys[5].default_text, "1KiB");
  EXPECT_TRUE(view.keys[7].later);
  const KeysView& retry = view.keys[2].shape.keys();
  EXPECT_EQ(retry.keys[0].default_text, "2");
  EXPECT_EQ(retry.keys[0].unit, "calls");
  EXPECT_EQ(retry.keys[0].range->maximum, 10);
  EXPECT_EQ(retry.keys[1].default_text, "50ms");
}

}  // namespace
}  // namespace causeway::config
