#include "security/consumer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "security/reading.h"

namespace causeway::security {
namespace {

// printf '%s' 'a-random-token-of-128-bits' | sha256sum
constexpr std::string_view kToken = "a-random-token-of-128-bits";

struct All {
  std::vector<ConsumerSettings> consumers;
  SigningSettings signing;

  static const config::Keys<All>& keys() {
    static const auto keys =
        config::Keys<All>("all").optional("consumers", &All::consumers, "").optional("signing", &All::signing, "");
    return keys;
  }
};

struct Built {
  ConsumerTable table;
  std::string problems;
};

Built build(std::string_view yaml) {
  config::Errors errors;
  const All all = settings<All>(yaml, errors);
  if (errors.failed()) return {ConsumerTable(), errors.to_text()};
  ConsumerTable table(all.consumers, all.signing, errors);
  return {std::move(table), errors.to_text()};
}

constexpr std::string_view kGood = R"(
consumers:
  - name: oms
    roles: [internal, orders, internal]
    contact: oms-team@example.com
    keys:
      - {id: oms-key, secrets: [0123456789abcdef, 'fedcba9876543210', "${env:OMS_SECRET_OLD:-}"]}
      - {id: oms-batch, secrets: [0123456789abcdef], versions: [v1]}
  - name: reporting
    api_tokens: [{sha256: 547251917b5bea5af49aa80a8a12e1f9db6c95576b0ed8c761dea5207d62cff2}]
)";

TEST(ConsumerTable, FindsConsumersByNameKeyAndToken) {
  const auto [table, problems] = build(kGood);
  ASSERT_EQ(problems, "");
  ASSERT_EQ(table.all().size(), 2u);
  const Consumer& oms = table.all()[0];
  EXPECT_EQ(oms.name, "oms");
  EXPECT_EQ(oms.roles, (std::vector<std::string>{"internal", "orders"}));
  EXPECT_EQ(oms.roles_text, "internal,orders");
  EXPECT_EQ(oms.contact, "oms-team@example.com");
  EXPECT_EQ(oms.index, 0u);
  EXPECT_EQ(table.all()[1].index, 1u);
  EXPECT_EQ(table.all()[1].roles_text, "");

  EXPECT_EQ(table.find("oms"), &oms);
  EXPECT_EQ(table.find("oms2"), nullptr);
  const SigningKey* const key = table.find_key("oms-key");
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->consumer, &oms);
  ASSERT_EQ(key->secrets.size(), 2u) << "the empty default drops the third";
  EXPECT_EQ(key->secrets[1].reveal(), "fedcba9876543210");
  EXPECT_EQ(table.find_key("oms-batch")->consumer, &oms);
  EXPECT_EQ(table.find_key("OMS-KEY"), nullptr);
  EXPECT_EQ(table.find_key(""), nullptr);
  EXPECT_EQ(table.find_token(kToken), &table.all()[1]);
}

TEST(ConsumerTable, KeepsWhatItHandedOutWhenItMoves) {
  auto [table, problems] = build(kGood);
  const SigningKey* const key = table.find_key("oms-key");
  const ConsumerTable moved = std::move(table);
  EXPECT_EQ(moved.find_key("oms-key"), key);
  EXPECT_EQ(key->consumer, &moved.all()[0]);
}

TEST(ConsumerTable, NeverTakesAKeyOrSecretForAToken) {
  const auto [table, problems] = build(kGood);
  EXPECT_EQ(table.find_token("oms-key"), nullptr);
  EXPECT_EQ(table.find_token("0123456789abcdef"), nullptr);
  EXPECT_EQ(table.find_token(""), nullptr);
  EXPECT_EQ(table.find_token("547251917b5bea5af49aa80a8a12e1f9db6c95576b0ed8c761dea5207d62cff2"), nullptr);
  EXPECT_EQ(table.find_token(std::string(kToken) + "x"), nullptr);
  EXPECT_EQ(table.find_token(std::string(513, 'x')), nullptr);
  EXPECT_EQ(ConsumerTable().find_token(kToken), nullptr);
}

TEST(ConsumerTable, NamesBothPlacesOfWhatIsUsedTwice) {
  EXPECT_EQ(build(R"(
consumers:
  - name: oms
    keys: [{id: k, secrets: [0123456789abcdef]}]
    api_tokens: [{sha256: 547251917b5bea5af49aa80a8a12e1f9db6c95576b0ed8c761dea5207d62cff2}]
  - name: oms
    keys: [{id: k, secrets: [0123456789abcdef]}]
    api_tokens: [{sha256: 547251917b5bea5af49aa80a8a12e1f9db6c95576b0ed8c761dea5207d62cff2}]
)")
                .problems,
            "t.yaml:6:11: consumers[1].name: the consumer name \"oms\" is used twice; first at t.yaml:3:11\n"
            "t.yaml:7:17: consumers[1].keys[0].id: the key id \"k\" is used twice; first at t.yaml:4:17\n"
            "t.yaml:8:27: consumers[1].api_tokens[0].sha256: this API token is used twice; first at t.yaml:5:27\n");
}

TEST(ConsumerTable, RefusesATokenThatIsASigningKey) {
  const std::string of_id = sha256_hex("wms-key-which-is-public");
  const std::string of_secret = sha256_hex("0123456789abcdef");
  EXPECT_EQ(
      build("consumers:\n  - name: a\n    api_tokens: [{sha256: " + of_id + "}, {sha256: " + of_secret + "}]\n" +
            "  - {name: b, keys: [{id: wms-key-which-is-public, secrets: [0123456789abcdef]}]}\n")
          .problems,
      "t.yaml:3:27: consumers[0].api_tokens[0].sha256: this API token is the id of a signing key; a token must be a "
      "random text of its own\n"
      "t.yaml:3:103: consumers[0].api_tokens[1].sha256: this API token is the secret of a signing key; a token must be "
      "a random text of its own\n");
}

TEST(ConsumerTable, WarnsOfAConsumerThatCanNeverCall) {
  EXPECT_EQ(build("consumers: [{name: ghost}]").problems,
            "t.yaml:1:20: consumers[0].name: warning: this consumer has no credentials, so it can never call\n");
}

TEST(ConsumerTable, LetsAKeyUseTheVersionsOfSigningUnlessItHasItsOwn) {
  const auto [table, problems] = build(R"(
signing: {versions: [v2, v1]}
consumers:
  - name: oms
    keys: [{id: a, secrets: [0123456789abcdef]}, {id: b, secrets: [0123456789abcdef], versions: [v1]},
           {id: c, secrets: [0123456789abcdef, fedcba9876543210], versions: [v2]}]
)");
  EXPECT_EQ(problems, "");
  EXPECT_TRUE(table.find_key("a")->takes_v1);
  EXPECT_TRUE(table.find_key("a")->takes_v2);
  EXPECT_TRUE(table.find_key("b")->takes_v1);
  EXPECT_FALSE(table.find_key("b")->takes_v2);
  EXPECT_FALSE(table.find_key("c")->takes_v1);
  EXPECT_TRUE(table.find_key("c")->takes_v2);
  EXPECT_EQ(table.find_key("c")->hmac_keys.size(), 2u);
}

TEST(ConsumerSettings, RefusesNamesIdsAndHashesOfAnOddForm) {
  EXPECT_EQ(
      build(R"(
consumers:
  - {name: "o ms", roles: ["a,b", ""]}
  - name: wms
    keys:
      - {id: "k k", secrets: [0123456789abcdef]}
      - {id: k, secrets: []}
      - {id: l, secrets: [short]}
      - {secrets: [0123456789abcdef]}
    api_tokens: [{sha256: 9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08}]
)")
          .problems,
      "t.yaml:3:12: consumers[0].name: a consumer's name is 1 to 64 of the characters A-Z a-z 0-9 . _ -, got \"o ms\"\n"
      "t.yaml:3:28: consumers[0].roles[0]: a role is 1 to 64 of the characters A-Z a-z 0-9 . _ -, got \"a,b\"\n"
      "t.yaml:3:35: consumers[0].roles[1]: a role is 1 to 64 of the characters A-Z a-z 0-9 . _ -, got \"\"\n"
      "t.yaml:6:14: consumers[1].keys[0].id: a key id is 1 to 128 letters, digits and !#$%&'*+-.^_`|~, got \"k k\"\n"
      "t.yaml:7:26: consumers[1].keys[1].secrets: a signing key needs at least one secret\n"
      "t.yaml:8:27: consumers[1].keys[2].secrets[0]: a secret needs at least 16 bytes\n"
      "t.yaml:9:9: consumers[1].keys[3]: missing \"id\" (public id, sent as `Authorization: ApiKey <id>`)\n"
      "t.yaml:10:27: consumers[1].api_tokens[0].sha256: expected a SHA-256 of 64 lower-case hex digits, got \"***\"\n");
}

TEST(ConsumerSettings, RefusesWhatALaterVersionBrings) {
  EXPECT_NE(build("consumers: [{name: a, limits: {}}]").problems.find("\"limits\" is not in this version\n"),
            std::string::npos);
}

TEST(ConsumerSettings, TakesScopesOfTheFormOfTheRfc) {
  const auto [table, problems] =
      build("consumers: [{name: a, scopes: [orders:write, 'b!#[]~', orders:read, 'b!#[]~']}]");
  EXPECT_EQ(problems,
            "t.yaml:1:20: consumers[0].name: warning: this consumer has no credentials, so it can never call\n");
  EXPECT_EQ(table.find("a")->scopes, (std::vector<std::string>{"b!#[]~", "orders:read", "orders:write"}));
  const std::string refused = build("consumers: [{name: a, scopes: ['a b', 'a\"', 'a\\', '', ä]}]").problems;
  EXPECT_EQ(std::count(refused.begin(), refused.end(), '\n'), 5) << refused;
  EXPECT_EQ(refused.substr(0, refused.find('\n')),
            "t.yaml:1:32: consumers[0].scopes[0]: a scope is 1 to 128 visible ASCII characters without blanks, quotes "
            "and backslashes, got \"a b\"");
}

TEST(SigningSettings, HasTheDefaultsOfTheDesign) {
  const auto signing = settings<SigningSettings>("{}");
  EXPECT_EQ(signing.audience, "causeway");
  EXPECT_EQ(signing.versions, (std::vector{SignatureVersion::kV2, SignatureVersion::kV1}));
  EXPECT_EQ(signing.window, std::chrono::minutes(5));
  EXPECT_EQ(signing.future_skew, std::chrono::seconds(60));
  EXPECT_EQ(bytes(signing.replay_memory), 64u << 20);
}

TEST(SigningSettings, TakeAnyOfTheVersionsButNotNone) {
  EXPECT_EQ(settings<SigningSettings>("versions: [v1]").versions, std::vector{SignatureVersion::kV1});
  EXPECT_EQ(settings<SigningSettings>("versions: [v2]").versions, std::vector{SignatureVersion::kV2});
  EXPECT_EQ(build("signing: {versions: []}").problems,
            "t.yaml:1:21: signing.versions: an empty list would refuse every signature; leave the key out for the "
            "default\n");
  EXPECT_EQ(build("consumers: [{name: a, keys: [{id: k, secrets: [0123456789abcdef], versions: []}]}]").problems,
            "t.yaml:1:77: consumers[0].keys[0].versions: an empty list would refuse every signature; leave the key out "
            "for the default\n");
}

TEST(SigningSettings, NeedAnAudienceThatCanStandInALine) {
  EXPECT_EQ(settings<SigningSettings>("audience: https://gateway.example.com").audience, "https://gateway.example.com");
  for (const char* audience : {"''", "'two words'", "\"line\\nbreak\"", "ä"})
    EXPECT_EQ(build("signing: {audience: " + std::string(audience) + "}").problems,
              "t.yaml:1:21: signing.audience: an audience is 1 to 256 visible ASCII characters without blanks\n");
}

}  // namespace
}  // namespace causeway::security
