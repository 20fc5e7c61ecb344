#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "app/description/files.h"
#include "app/description/reference.h"
#include "app/description/schema.h"
#include "app/description/words.h"

namespace causeway::app {
namespace {

using config::KeysView;
using config::KeyView;
using config::Shape;

/// Every key of every kind of file with the way to it.
class Keys {
 public:
  Keys() {
    for (const FileDescription& file : describe_files()) add(file.keys(), std::string(file.name) + ':');
  }
  std::vector<std::pair<std::string, const KeyView*>> all;
  std::vector<std::string> secrets;
  std::set<std::string> titles;
  std::vector<std::string> doubled_titles;

 private:
  void add(const KeysView& view, const std::string& way) {
    if (!seen_.insert(&view).second) return;
    if (!titles.insert(view.title).second) doubled_titles.push_back(view.title);
    for (const KeyView& key : view.keys) {
      if (key.later) continue;
      const std::string here = way + (way.ends_with(':') ? "" : ".") + key.name;
      all.emplace_back(here, &key);
      add(key.shape, here);
    }
  }

  void add(const Shape& shape, const std::string& way) {
    if (shape.secret) secrets.push_back(way);
    for (const Shape& each : shape.element)
      add(each, way + (shape.form == Shape::Form::kList ? "[]" : shape.form == Shape::Form::kMap ? ".*" : ""));
    if (shape.form == Shape::Form::kStruct) add(shape.keys(), way);
    if (shape.form != Shape::Form::kTagged) return;
    for (const config::Choice& choice : shape.choices())
      if (!choice.later) add(choice.settings, way + '.' + choice.name);
  }

  std::set<const KeysView*> seen_;
};

TEST(DescriptionTest, KnowsEveryPlaceOfASecret) {
  EXPECT_THAT(
      Keys().secrets,
      testing::UnorderedElementsAre(
          "operators:admin.users[].token", "operators:secrets.*", "operators:consumers[].keys[].secrets[]",
          "operators:consumers[].api_tokens[].sha256", "operators:consumers[].oauth[].secret",
          "operators:consumers[].webhook.hmac_sha256.secret", "operators:consumers[].webhook.hmac_sha256.secrets[]",
          "operators:consumers[].webhook.standard_webhooks.secret",
          "operators:consumers[].webhook.standard_webhooks.secrets[]", "operators:consumers[].webhook.github.secret",
          "operators:consumers[].webhook.github.secrets[]", "operators:oauth.providers[].keys[].secret",
          "operators:oauth.providers[].keys[].secret_base64url", "operators:clusters[].credentials.bearer",
          "operators:clusters[].credentials.basic.password", "operators:clusters[].credentials.header.value",
          "operators:clusters[].credentials.signature.secret", "operators:clusters[].credentials.oauth.secret",
          "operators:bus.kafka.properties.sasl.password", "operators:bus.kafka.properties.ssl.key.pem",
          "operators:bus.kafka.properties.ssl.key.password", "operators:bus.kafka.properties.ssl.keystore.password",
          "routes:routes[].adapter.transaction.webhook.secret"));
}

TEST(DescriptionTest, SaysWhatEveryKeyIs) {
  for (const auto& [way, key] : Keys().all) {
    EXPECT_GE(key->prose.size(), 5u) << way;
    EXPECT_FALSE(key->prose.ends_with('.')) << way << ": " << key->prose;
    EXPECT_EQ(key->prose.find("default:"), std::string::npos) << way << ": by_default() says it: " << key->prose;
  }
}

TEST(DescriptionTest, LeavesNothingOpenButWhatIsTheUsersOwn) {
  std::set<std::string> open;
  for (const auto& [way, key] : Keys().all)
    if (key->shape.form == Shape::Form::kAny) open.insert(way.substr(0, way.find(':')) + ':' + key->name);
  EXPECT_THAT(open, testing::IsSubsetOf({"routes:body", "tests:body", "tests:data", "tests:details"}));
}

TEST(DescriptionTest, ExpressionsTemplatesAndNamesAreMarked) {
  std::set<std::string> expressions, references;
  for (const auto& [way, key] : Keys().all) {
    if (key->shape.meaning == config::Meaning::kExpression) expressions.insert(key->name);
    if (key->shape.meaning == config::Meaning::kReference) references.insert(key->name);
  }
  EXPECT_THAT(expressions, testing::ElementsAre("absent_when", "done_when", "filter", "merge", "request", "response",
                                                "result", "transform", "when"));
  EXPECT_THAT(references, testing::IsSupersetOf({"cluster", "topic", "provider", "successor", "was"}));
}

TEST(DescriptionTest, EveryMappingHasATitleOfItsOwn) { EXPECT_THAT(Keys().doubled_titles, testing::IsEmpty()); }

TEST(DescriptionTest, EveryKeyIsInTheReferenceAndInTheSchema) {
  const std::string page = markdown_of(describe_files());
  const std::string schema = json_schema_of(describe_files());
  for (const auto& [way, key] : Keys().all) {
    EXPECT_NE(page.find("| `" + key->name + "` |"), std::string::npos) << way;
    EXPECT_NE(schema.find('"' + key->name + "\": {"), std::string::npos) << way;
  }
}

TEST(WordsTest, MakeSentences) {
  EXPECT_EQ(sentence("how long a stop waits"), "How long a stop waits.");
  EXPECT_EQ(sentence("{{ x }}"), "{{ x }}.");
  EXPECT_EQ(sentence(""), "");
  EXPECT_EQ(with_article("cluster"), "a cluster");
  EXPECT_EQ(with_article("OAuth provider"), "an OAuth provider");
  EXPECT_EQ(plural("address"), "addresses");
  EXPECT_EQ(plural("retry"), "retries");
  EXPECT_EQ(plural("size"), "sizes");
  EXPECT_EQ(plural("call to a system"), "calls to a system");
}

TEST(WordsTest, DescribeAKeyInFull) {
  KeyView key;
  key.name = "timeout";
  key.shape = config::Value<Duration>::shape();
  key.prose = "the whole call";
  key.range = config::Range{config::bound(Duration(std::chrono::milliseconds(1))),
                            config::bound(Duration(std::chrono::hours(1)))};
  key.default_text = "3s";
  EXPECT_EQ(description_of(key), "The whole call. A duration such as 5s or 250ms. From 1ms to 1h. Default: 3s.");
  key.default_prose = "the cluster's";
  EXPECT_EQ(description_of(key),
            "The whole call. A duration such as 5s or 250ms. From 1ms to 1h. Default: the cluster's.");
}

}  // namespace
}  // namespace causeway::app
