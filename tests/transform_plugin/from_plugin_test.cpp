#include "plugins/transform/from_plugin.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "exchange/call_values.h"
#include "fakes/plugin_fixture.h"

namespace causeway::plugins {
namespace {

class FromPluginTest : public fakes::PluginFixture {
 protected:
  void add(const std::string& version, const std::string& yaml) {
    config::Errors errors;
    plugin.add(version, read_settings<TransformSettings>(yaml, errors), errors);
    EXPECT_EQ(errors.to_text(), "");
  }
  fakes::Call& of_version(const routing::Version& version, std::string body) {
    fakes::Call& one = post(std::move(body));
    one.exchange.match.version = &version;
    return one;
  }

  routing::Version v1{"v1", {}, {}, "company"};
  routing::Version v2{"v2", {}, {}, "company"};
  routing::Version v3{"v3", {}, {}, "company"};
  FromPlugin plugin;
};

TEST_F(FromPluginTest, EveryVersionMapsToTheNewestDirectly) {
  add("v1", "{request: '.items = .goods | del(.goods)', response: '.goods = .items | del(.items)'}");
  add("v2", "{request: '.items = .lines | del(.lines)'}");
  EXPECT_EQ(sent(plugin, of_version(v1, R"({"no":1.0,"goods":[19.90]})")), R"({"no":1.0,"items":[19.90]})");
  EXPECT_EQ(sent(plugin, of_version(v2, R"({"lines":[1]})")), R"({"items":[1]})");
  EXPECT_EQ(sent(plugin, of_version(v3, R"({"items": [1]})")), R"({"items": [1]})");
  EXPECT_EQ(returned(plugin, of_version(v1, ""), 201, R"({"items":[1e400]})"),
            "201\nContent-Type: application/json\n\n{\"goods\":[1e400]}");
  EXPECT_EQ(returned(plugin, of_version(v2, ""), 200, R"({"items": 1})"),
            "200\nContent-Type: application/json\n\n{\"items\": 1}");
}

TEST_F(FromPluginTest, TheNewShapeIsTheRequestAsCalled) {
  add("v1", "{request: '{items: .goods}'}");
  fakes::Call& one = of_version(v1, R"({"goods":[1]})");
  EXPECT_EQ(sent(plugin, one), R"({"items":[1]})");
  CallValues::of(one.exchange).replace_body({"{}"});
  EXPECT_EQ(*CallValues::of(one.exchange).request(), R"({"items":[1]})");
  EXPECT_EQ(*CallValues::of(one.exchange).body(), "{}");
}

TEST_F(FromPluginTest, ABodyOfAnotherVersionIsNotLookedAt) {
  add("v1", "{request: .}");
  EXPECT_TRUE(plugin.needs().whole_request);
  EXPECT_EQ(sent(plugin, of_version(v2, "a=b")), "a=b");
  EXPECT_EQ(sent(plugin, of_version(v1, "a=b")).substr(0, 5), "40091");
}

TEST_F(FromPluginTest, NeedsAreThoseOfAnyVersion) {
  EXPECT_FALSE(plugin.needs().body || plugin.needs().response);
  add("v1", "{response: .a}");
  EXPECT_TRUE(!plugin.needs().body && plugin.needs().response && plugin.needs().plain_answer);
  add("v2", "{request: .a}");
  EXPECT_TRUE(plugin.needs().body && plugin.needs().whole_request);
}

}  // namespace
}  // namespace causeway::plugins
