#include "app/reload/difference.h"

#include <gtest/gtest.h>

#include "app/reload/yaml_dump.h"
#include "config/yaml.h"

namespace causeway::app {
namespace {

constexpr const char* kMain = R"(
listeners: [{name: public, address: 127.0.0.1:80}]
drain_timeout: 30s
consumers:
  - name: oms
    keys: [{id: oms-key, secrets: ["literal-secret-0123456789abcdef", "${env:OMS:-default-secret-0123456789}"]}]
clusters: [{name: oms, endpoints: ["127.0.0.1:9"], timeout: 3s}]
)";
constexpr const char* kRoutes = R"(
api: o
base: /o
defaults: {auth: none, plugins: [{rate_limit: {rate: 1/s}}], http: {cluster: oms}}
routes:
  - {name: a, match: {method: GET, path: /a}, adapter: {http: {path: /a}}}
)";

class DifferenceTest : public ::testing::Test {
 protected:
  static config::Documents documents(const std::string& main, const std::string& routes = kRoutes) {
    config::Errors errors;
    config::Documents made;
    made.main = config::read_yaml(main, "main.yaml", errors).value_or(config::Node());
    made.routes.push_back({"o.yaml", config::read_yaml(routes, "o.yaml", errors).value_or(config::Node()), {}});
    EXPECT_EQ(errors.to_text(), "");
    return made;
  }
  Effective effective(const std::string& main, const std::string& routes = kRoutes) const {
    return Effective::of(documents(main, routes), config::FilesRead(), fingerprints);
  }
  /// What becomes another when `from` in the main file, or in the route file, becomes `to`.
  std::string change(const std::string& from, const std::string& to) const {
    const auto replaced = [&](std::string text) {
      if (const std::size_t at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
      return text;
    };
    return Difference::between(effective(kMain), effective(replaced(kMain), replaced(kRoutes))).to_text();
  }

  const Fingerprints fingerprints;
};

TEST_F(DifferenceTest, NamesWhatIsAnother) {
  EXPECT_EQ(change("timeout: 3s", "timeout: 4s"), "~cluster oms (timeout)");
  EXPECT_EQ(change("[{name: oms, end", "[{name: new, endpoints: [\"127.0.0.1:8\"]}, {name: oms, end"), "+cluster new");
  EXPECT_EQ(change("drain_timeout: 30s", "drain_timeout: 31s"), "+setting drain_timeout");
  EXPECT_EQ(change("workers", "workers"), "");
  EXPECT_EQ(change("path: /a}, adapter", "path: /b}, adapter"), "~route o/a (match.path)");
  EXPECT_EQ(change("name: a,", "name: b,"), "+route o/b, -route o/a");
  EXPECT_EQ(change("base: /o", "base: /p"), "~api o (base)");
}

TEST_F(DifferenceTest, ASecretIsNamedAndNeverShown) {
  EXPECT_EQ(change("literal-secret", "another-secret"), "~consumer oms (keys[0].secrets)");
  EXPECT_EQ(change("default-secret", "another-default"), "~consumer oms (keys[0].secrets)");
  const Effective made = effective(kMain);
  for (const Item& item : made.items) EXPECT_EQ(item.values.find("-secret"), std::string::npos) << item.values;
}

TEST_F(DifferenceTest, TheHashKnowsThatASecretIsSetButNotWhich) {
  std::string other = kMain;
  other.replace(other.find("literal-secret"), 14, "another-secret");
  EXPECT_EQ(effective(other).hash(), effective(kMain).hash());
  EXPECT_EQ(Effective::of(documents(kMain), config::FilesRead(), Fingerprints()).hash(), effective(kMain).hash());
  other.replace(other.find("timeout: 3s"), 11, "timeout: 4s");
  EXPECT_NE(effective(other).hash(), effective(kMain).hash());
}

TEST_F(DifferenceTest, HowItIsWrittenMakesNoDifference) {
  EXPECT_EQ(change("drain_timeout: 30s\n", ""), "");
  EXPECT_EQ(change("timeout: 3s", "timeout: \"3000ms\""), "");
  EXPECT_EQ(change("{name: a, match: {method: GET, path: /a}, adapter: {http: {path: /a}}}",
                   "{match: {path: /a, method: GET}, name: a, adapter: {http: {path: /a}}}"),
            "");
}

TEST_F(DifferenceTest, WhatTheDefaultsGiveCounts) {
  EXPECT_EQ(change("rate: 1/s", "rate: 2/s"), "~route o/a (plugins.rate_limit.rate)");
  EXPECT_EQ(change("http: {cluster: oms}}", "http: {cluster: oms, timeout: 1s}}"), "~route o/a (adapter.http.timeout)");
  EXPECT_EQ(change("name: a,", "name: a, plugins: [{envelope: {}}],"), "~route o/a (plugins.envelope)");
  EXPECT_EQ(change("name: a,", "name: a, without: [rate_limit],"), "~route o/a (plugins.rate_limit)");
  EXPECT_EQ(change("name: a,", "name: a, auth: none,"), "");
  // The route names it: what it has does not change.
  const std::string moved = R"(
api: o
base: /o
defaults: {auth: none, plugins: [{rate_limit: {rate: 1/s}}]}
routes: [{name: a, match: {method: GET, path: /a}, adapter: {http: {cluster: oms, path: /a}}}]
)";
  EXPECT_EQ(Difference::between(effective(kMain), effective(kMain, moved)).to_text(), "");
}

TEST_F(DifferenceTest, TheCallsOfACompositeStartFromTheDefaultsToo) {
  const std::string routes = R"(
api: o
base: /o
defaults: {auth: none, http: {cluster: oms}}
routes:
  - name: a
    match: {method: GET, path: /a}
    adapter: {composite: {calls: {x: {http: {path: /x}}, y: {http: {path: /y}, optional: true}}}}
)";
  const auto told = [&](const std::string& from, const std::string& to) {
    std::string changed = routes;
    changed.replace(changed.find(from), from.size(), to);
    return Difference::between(effective(kMain, routes), effective(kMain, changed)).to_text();
  };
  EXPECT_EQ(told("path: /y", "path: /z"), "~route o/a (adapter.composite.calls.y.http.path)");
  EXPECT_EQ(told("optional: true", "optional: false"), "~route o/a (adapter.composite.calls.y.optional)");
  EXPECT_EQ(told("cluster: oms}", "cluster: oms, timeout: 1s}"),
            "~route o/a (adapter.composite.calls.x.http.timeout, adapter.composite.calls.y.http.timeout)");
  EXPECT_EQ(told("{path: /x}", "{path: /x, cluster: oms}"), "");
}

TEST_F(DifferenceTest, StepsGoByTheirNames) {
  const auto with = [&](const std::string& plugins) {
    std::string routes = kRoutes;
    routes.replace(routes.find("{rate_limit: {rate: 1/s}}"), 25, plugins);
    return effective(kMain, routes);
  };
  const auto told = [&](const std::string& before, const std::string& after) {
    return Difference::between(with(before), with(after)).to_text();
  };
  const std::string headers = "headers: {response: {set: {A: b, C: d}}}";
  EXPECT_EQ(told("rate_limit: {rate: 1/s}", headers + ", rate_limit: {rate: 1/s}"), "~route o/a (plugins.headers)");
  EXPECT_EQ(told(headers + ", rate_limit: {rate: 1/s}", "rate_limit: {rate: 1/s}"), "~route o/a (plugins.headers)");
  EXPECT_EQ(told("", headers), "~route o/a (plugins.headers)");
  EXPECT_EQ(told("rate_limit: {rate: 1/s}", headers + ", rate_limit: {rate: 2/s}"),
            "~route o/a (plugins.headers, plugins.rate_limit.rate)");
  EXPECT_EQ(told(headers + ", rate_limit: {rate: 1/s}", "rate_limit: {rate: 1/s}, " + headers), "~route o/a (plugins)");
  EXPECT_EQ(told(headers + ", rate_limit: {rate: 1/s}", "envelope, rate_limit: {rate: 1/s}, " + headers),
            "~route o/a (plugins, plugins.envelope)");
  EXPECT_EQ(
      told("rate_limit: {rate: 1/s}, rate_limit: {rate: 2/s}", "rate_limit: {rate: 1/s}, rate_limit: {rate: 3/s}"),
      "~route o/a (plugins.rate_limit[1].rate)");
  EXPECT_EQ(told("rate_limit: {rate: 1/s}, rate_limit: {rate: 2/s}", "rate_limit: {rate: 1/s}"),
            "~route o/a (plugins.rate_limit[1])");
  EXPECT_EQ(told("envelope", "envelope: {}"), "");
}

TEST_F(DifferenceTest, ASubscriptionThatGoesOnUnderAnotherNameIsRenamed) {
  const std::string before = std::string(kMain) +
                             "topics: [{name: t}]\n"
                             "subscriptions: [{name: old, topic: t, deliver: {http: {cluster: oms, path: /a}}}]\n";
  std::string after = before;
  after.replace(after.find("{name: old,"), 11, "{name: new, was: old,");
  after.replace(after.find("path: /a"), 8, "path: /b");
  const Difference difference = Difference::between(effective(before), effective(after));
  EXPECT_EQ(difference.to_text(), "~subscription new (was old) (deliver.http.path)");
  EXPECT_EQ(difference.to_json(),
            R"("counts":{"added":0,"removed":0,"changed":1},"added":[],"removed":[],)"
            R"("changed":[{"kind":"subscription","name":"new","was":"old","keys":["deliver.http.path"]}])");
}

TEST_F(DifferenceTest, ALongListIsCutInTheLogAndBoundInTheAnswer) {
  std::string routes = "api: o\nbase: /o\ndefaults: {auth: none, http: {cluster: oms}}\nroutes:\n";
  for (int i = 0; i < 1500; ++i) {
    const std::string name = "r" + std::to_string(i);
    routes += "  - {name: " + name + ", match: {method: GET, path: /" + name + "}, adapter: {http: {path: /}}}\n";
  }
  const Difference difference = Difference::between(effective(kMain), effective(kMain, routes));
  EXPECT_EQ(difference.added.size(), 1500u);
  EXPECT_TRUE(difference.to_text().starts_with("+route o/r0, +route o/r1, ")) << difference.to_text();
  EXPECT_NE(difference.to_text().find(", +1490 more, -route o/a"), std::string::npos) << difference.to_text();
  EXPECT_TRUE(difference.to_json().starts_with(R"("counts":{"added":1500,"removed":1,"changed":0})"));
  EXPECT_EQ(std::ranges::count(difference.to_json(), '{'), 1 + 1000 + 1);
}

TEST_F(DifferenceTest, ADumpIsReadAsWhatItWas) {
  const std::string dump = masked_yaml(documents(kMain));
  EXPECT_EQ(dump.find("-secret"), std::string::npos) << dump;
  const auto effective_of = [&](const std::string& yaml) {
    return Effective::of(read_dump(yaml), config::FilesRead(), fingerprints);
  };
  EXPECT_EQ(masked_yaml(read_dump(dump)), dump);
  EXPECT_EQ(Difference::between(effective_of(dump), effective_of(dump)).to_text(), "");
  EXPECT_EQ(effective_of(dump).items.size(), effective(kMain).items.size());
}

}  // namespace
}  // namespace causeway::app
