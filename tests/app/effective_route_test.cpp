#include "app/effective_route.h"

#include <typeinfo>

#include "app/explain/route_text.h"
#include "app/inspected_files.h"
#include "plugins/access/access_plugin.h"
#include "plugins/authentication/authentication_plugin.h"
#include "plugins/envelope/envelope_plugin.h"
#include "plugins/headers/headers_plugin.h"
#include "plugins/publish/publish_plugin.h"
#include "plugins/rate_limit/rate_limit_plugin.h"
#include "plugins/transform/from_plugin.h"
#include "plugins/transform/transform_plugin.h"
#include "plugins/validate/validate_plugin.h"

namespace causeway::app {
namespace {

std::string name_of(const Plugin& plugin) {
  const auto is = [&]<class T>(T*) { return dynamic_cast<const T*>(&plugin) != nullptr; };
  if (is(static_cast<plugins::EnvelopePlugin*>(nullptr))) return "envelope";
  if (is(static_cast<plugins::AuthenticationPlugin*>(nullptr))) return "authentication";
  if (is(static_cast<plugins::AccessPlugin*>(nullptr))) return "access";
  if (is(static_cast<plugins::FromPlugin*>(nullptr))) return "from";
  if (is(static_cast<plugins::PublishPlugin*>(nullptr))) return "publish";
  if (is(static_cast<plugins::RateLimitPlugin*>(nullptr))) return "rate_limit";
  if (is(static_cast<plugins::HeadersPlugin*>(nullptr))) return "headers";
  if (is(static_cast<plugins::ValidatePlugin*>(nullptr))) return "validate";
  if (is(static_cast<plugins::TransformPlugin*>(nullptr))) return "transform";
  return typeid(plugin).name();
}

class EffectiveRouteTest : public InspectedFiles {
 protected:
  EffectiveRouteTest() { EXPECT_EQ(open(), ""); }

  std::size_t index(std::string_view name) const {
    const auto& specs = inspection->compiled().routes->specs;
    for (std::size_t i = 0; i < specs.size(); ++i)
      if (specs[i].name == name) return i;
    throw std::logic_error("no such route");
  }
  const EffectiveRoute& route(std::string_view name) const {
    return inspection->compiled().routes->routes[index(name)];
  }
  /// `name | does | when | where`, a line a step.
  std::string chain(std::string_view name) const {
    std::string text;
    for (const EffectiveStep& step : route(name).chain) {
      text += step.name + " | " + step.does + " | ";
      text += step.removed
                  ? "removed"
                  : std::string(step.on_head ? "h" : "") + (step.on_body ? "b" : "") + (step.on_answer ? "a" : "");
      text += " | " + place_text(step.from);
      if (step.also) text += " | " + place_text(*step.also) + ' ' + step.also_does;
      text += '\n';
    }
    return text;
  }
  static std::string keys(const std::vector<EffectiveKey>& all) {
    std::string text;
    for (const EffectiveKey& key : all) text += key.name + " = " + key.value + " | " + place_text(key.from) + '\n';
    return text;
  }
};

TEST_F(EffectiveRouteTest, TheRecordNamesThePlansPluginsInTheirOrder) {
  for (std::size_t i = 0; i < inspection->compiled().routes->routes.size(); ++i) {
    const pipeline::RoutePlan& plan = *inspection->compiled().snapshot->plans[i];
    std::vector<std::string> recorded, built;
    for (const EffectiveStep& step : inspection->compiled().routes->routes[i].chain)
      if (!step.removed) recorded.push_back(step.name);
    for (const auto& plugin : plan.plugins()) built.push_back(name_of(*plugin));
    EXPECT_EQ(recorded, built) << plan.context.name;
    EXPECT_FALSE(built.empty());
  }
}

TEST_F(EffectiveRouteTest, EachStepSaysWhatItDoesWhenAndWhereItIsWritten) {
  EXPECT_EQ(chain("create"),
            "envelope | answers as {code, message, data, timestamp} | a | built in\n"
            "authentication | signature | hb | routes/orders.yaml:7:3 (defaults)\n"
            "access | scope orders:write for partner | hb | routes/orders.yaml:16:5 | "
            "routes/orders.yaml:8:3 (defaults) role internal or partner\n"
            "from | v1: request, response | ba | routes/orders.yaml:18:5\n"
            "publish | ORDER_CREATED to order-topic | ha | routes/orders.yaml:23:5\n"
            "rate_limit | 100/s per consumer | b | routes/orders.yaml:10:7 (defaults)\n"
            "headers | request: sets X-Shop, X-Token, removes X-Debug | b | routes/orders.yaml:11:7 (defaults)\n"
            "validate | a schema written here | b | routes/orders.yaml:20:9\n"
            "transform | request | b | routes/orders.yaml:21:9\n");
}

TEST_F(EffectiveRouteTest, WhatARouteDoesWithoutIsThereAsRemoved) {
  EXPECT_EQ(chain("get"),
            "authentication | signature | hb | routes/orders.yaml:7:3 (defaults)\n"
            "access | role internal or partner | hb | routes/orders.yaml:8:3 (defaults)\n"
            "rate_limit | 100/s per consumer | removed | routes/orders.yaml:10:7 (defaults) | "
            "routes/orders.yaml:26:5 \n"
            "headers | request: sets X-Shop, X-Token, removes X-Debug | b | routes/orders.yaml:11:7 (defaults)\n");
}

TEST_F(EffectiveRouteTest, SettingsSayFromWhereTheyHold) {
  EXPECT_EQ(keys(route("create").settings),
            "auth = signature | routes/orders.yaml:7:3 (defaults)\n"
            "reply = envelope | built in\n"
            "limits.request_body = 1KiB | routes/orders.yaml:17:5\n");
  EXPECT_EQ(keys(route("get").settings),
            "auth = signature | routes/orders.yaml:7:3 (defaults)\n"
            "reply = as_is | routes/orders.yaml:27:5\n");
  EXPECT_EQ(keys(route("newest").settings),
            "auth = none | routes/orders.yaml:31:5\n"
            "reply = envelope | built in\n");
}

TEST_F(EffectiveRouteTest, TheAdaptersKeysAreItsOwnAndThoseOfTheDefaults) {
  EXPECT_EQ(keys(route("create").call),
            "path = /internal/orders | routes/orders.yaml:22:22\n"
            "query = token | routes/orders.yaml:22:46\n"
            "cluster = oms | routes/orders.yaml:12:10 (defaults)\n"
            "timeout = 2s | routes/orders.yaml:12:24 (defaults)\n");
  EXPECT_EQ(keys(route("get").call),
            "cluster = wms | routes/orders.yaml:28:22\n"
            "path = /orders/{id} | routes/orders.yaml:28:36\n"
            "timeout = 2s | routes/orders.yaml:12:24 (defaults)\n");
  EXPECT_EQ(keys(route("newest").call), "body = a text | routes/orders.yaml:35:24\n");
}

TEST_F(EffectiveRouteTest, ARowOfTheTable) {
  EXPECT_EQ(
      columns({route_headings(), route_row(*inspection->compiled().routes, index("get"), at)}),
      "METHOD     PATH                        VERSIONS             AUTH       PLUGINS                              "
      "ADAPTER  CLUSTER  ROUTE  WHERE\n"
      "GET, HEAD  /api/{version}/orders/{id}  v1 (deprecated), v2  signature  access, without rate_limit, headers  "
      "http     wms      get    routes/orders.yaml:24:5\n");
}

TEST_F(EffectiveRouteTest, AsJson) {
  EXPECT_EQ(
      route_json(*inspection->compiled().routes, index("newest"), at),
      R"({"name":"newest","api":"orders","at":"routes/orders.yaml:29:5","methods":["GET","HEAD"],)"
      R"("path":"/api/{version}/orders/newest","versions":[)"
      R"({"name":"v1","state":"deprecated","deprecated":"2026-03-01","sunset":"2027-03-05"},)"
      R"({"name":"v2","state":"current","deprecated":null,"sunset":null}],"defaultVersion":null,"settings":[)"
      R"({"name":"auth","value":"none","from":"route","at":"routes/orders.yaml:31:5"},)"
      R"({"name":"reply","value":"envelope","from":"built in","at":null}],"chain":[)"
      R"({"name":"envelope","does":"answers as {code, message, data, timestamp}, up to 1MiB","from":"route",)"
      R"("at":"routes/orders.yaml:33:16","also":null,"alsoDoes":null,"removed":false,"head":false,"body":false,)"
      R"("answer":true},{"name":"access","does":"from 127.0.0.0/8","from":"route","at":"routes/orders.yaml:32:5",)"
      R"("also":"routes/orders.yaml:8:3","alsoDoes":"role internal or partner","removed":false,"head":true,)"
      R"("body":true,"answer":false},{"name":"rate_limit","does":"100/s per consumer","from":"defaults",)"
      R"("at":"routes/orders.yaml:10:7","also":"routes/orders.yaml:34:5","alsoDoes":null,"removed":true,"head":false,)"
      R"("body":false,"answer":false},{"name":"headers",)"
      R"("does":"request: sets X-Shop, X-Token, removes X-Debug","from":"defaults","at":"routes/orders.yaml:11:7",)"
      R"("also":"routes/orders.yaml:34:5","alsoDoes":null,"removed":true,"head":false,"body":false,"answer":false}],)"
      R"("adapter":{"name":"static","at":"routes/orders.yaml:35:15","keys":[)"
      R"({"name":"body","value":"a text","from":"route","at":"routes/orders.yaml:35:24"}]}})");
}

TEST_F(EffectiveRouteTest, NoSecretIsInTheRecord) {
  for (std::size_t i = 0; i < inspection->compiled().routes->routes.size(); ++i)
    EXPECT_EQ(route_json(*inspection->compiled().routes, i, at).find(kSecret), std::string::npos);
}

}  // namespace
}  // namespace causeway::app
