#include "app/compilation.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "config/config_fixture.h"
#include "fakes/exchange_fixture.h"

namespace causeway::app {
namespace {

constexpr std::string_view kMain = R"(listeners: [{name: public, address: "127.0.0.1:0"}]
consumers:
  - {name: oms, roles: [internal], keys: [{id: oms-key, secrets: ["${env:CAUSEWAY_TEST_SECRET}"]}]}
  - {name: wms, roles: [internal], keys: [{id: wms-key, secrets: ["${env:CAUSEWAY_TEST_SECRET}"]}]}
clusters:
  - {name: orders-system, endpoints: ["127.0.0.1:9"]}
include: [routes/*.yaml]
)";

constexpr std::string_view kRoutes = R"(api: orders
base: /orders
defaults: {auth: none, http: {cluster: orders-system}}
routes:
  - name: limited
    match: {method: GET, path: /limited}
    plugins: [{rate_limit: {rate: 1/h, burst: 1, per: route}}]
    adapter: {static: {body: "ok"}}
)";

class CompilationTest : public fakes::ExchangeFixture {
 protected:
  CompilationTest() { setenv("CAUSEWAY_TEST_SECRET", "a secret of many bytes", 1); }
  ~CompilationTest() override {
    end_calls();
    running.reset();
    before.clear();
    worker.io().poll();
  }

  void write(std::string_view main, std::string_view routes) {
    folder.write("causeway.yaml", main);
    folder.write("routes/orders.yaml", routes);
  }

  /// Compiles the files as they are; what is wrong with them.
  std::string compile_files() {
    config::Errors errors;
    std::optional<Compiled> compiled = compile(read_files({"causeway.yaml"}, errors), state, errors);
    EXPECT_EQ(compiled.has_value(), !errors.failed());
    if (compiled) {
      state.use(compiled->replays);
      if (running) before.push_back(std::move(*running));
      running = std::move(compiled);
    }
    return errors.to_text();
  }
  std::string compile_files(std::string_view main, std::string_view routes) {
    write(main, routes);
    return compile_files();
  }
  static std::string replaced(std::string_view text, std::string_view what, std::string_view by) {
    std::string result(text);
    const std::size_t at = result.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return result.replace(at, what.size(), by);
  }

  const pipeline::RoutePlan& plan(std::string_view name) {
    for (const auto& each : running->snapshot->plans)
      if (each->context.name == name) return *each;
    throw std::logic_error("no such route");
  }
  /// Would the route's plugins let a call through?
  bool admitted(std::string_view route) {
    fakes::Call& one = call();
    const pipeline::RoutePlan& its_plan = plan(route);
    for (const Plugin* plugin : its_plan.on_head)
      if (!plugin->on_head(one.exchange).verdict()->ok()) return false;
    for (const Plugin* plugin : its_plan.on_body)
      if (!plugin->on_body(one.exchange).verdict()->ok()) return false;
    return true;
  }

  const config::TemporaryFolder folder;
  runtime::Worker* workers[1] = {&worker};
  ProcessState state{workers, metrics, clock};
  std::optional<Compiled> running;
  std::vector<Compiled> before;  // configurations that calls may still hold
};

TEST_F(CompilationTest, ASmallConfigurationCompiles) {
  EXPECT_EQ(compile_files(kMain, kRoutes), "");
  ASSERT_EQ(running->snapshot->plans.size(), 1u);
  EXPECT_EQ(running->listeners.size(), 1u);
  EXPECT_EQ(running->snapshot->consumer_labels.size(), 2u);
  const auto found = running->snapshot->routes->match({"GET", "/orders/limited", "", clock.wall()});
  ASSERT_EQ(found.outcome, routing::Outcome::kFound);
  EXPECT_EQ(running->snapshot->plans[found.route->index]->context.name, "limited");
}

TEST_F(CompilationTest, AMissingFileIsOneError) {
  EXPECT_EQ(compile_files().substr(0, 15), "causeway.yaml: ");
  EXPECT_FALSE(running);
}

TEST_F(CompilationTest, AClustersMisspelledNameIsSuggested) {
  EXPECT_EQ(compile_files(kMain, R"(api: orders
base: /orders
defaults: {auth: none}
routes:
  - {name: a, match: {method: GET, path: /a}, adapter: {http: {cluster: order-system}}}
  - {name: b, match: {method: GET, path: /b}, adapter: {http: {cluster: billing}}}
  - {name: c, match: {method: GET, path: /c}, adapter: {http: {path: /c}}}
)"),
            "routes/orders.yaml:5:73: routes[0].adapter.http.cluster: unknown cluster \"order-system\" "
            "(did you mean \"orders-system\"?)\n"
            "routes/orders.yaml:6:73: routes[1].adapter.http.cluster: unknown cluster \"billing\"\n"
            "routes/orders.yaml:7:57: routes[2].adapter.http: missing \"cluster\" (the system to call)\n");
}

TEST_F(CompilationTest, AdaptersAndPluginsThatNobodyKnowsAreSuggestedToo) {
  EXPECT_EQ(
      compile_files(kMain, R"(api: orders
base: /orders
defaults: {auth: none}
routes:
  - {name: a, match: {method: GET, path: /a}, adapter: {htpp: {}}}
  - {name: b, match: {method: GET, path: /b}, adapter: {soap: {}}}
  - {name: c, match: {method: GET, path: /c}, plugins: [ratelimit], adapter: {static: {}}}
)"),
      "routes/orders.yaml:5:57: routes[0].adapter: unknown adapter \"htpp\" (did you mean \"http\"?)\n"
      "routes/orders.yaml:6:57: routes[1].adapter: \"soap\" is not in this version\n"
      "routes/orders.yaml:7:57: routes[2].plugins[0]: unknown plugin \"ratelimit\" (did you mean \"rate_limit\"?)\n");
}

TEST_F(CompilationTest, WhoMayCallHasToBeSaid) {
  EXPECT_EQ(compile_files(kMain, R"(api: orders
base: /orders
routes:
  - {name: a, match: {method: GET, path: /a}, adapter: {static: {}}}
  - {name: b, match: {method: GET, path: /b}, auth: {any: [signatur]}, adapter: {static: {}}}
  - {name: c, match: {method: GET, path: /c}, auth: {any: []}, adapter: {static: {}}}
)"),
            "routes/orders.yaml:4:5: routes[0]: missing \"auth\": say who may call, or `auth: none`\n"
            "routes/orders.yaml:5:60: routes[1].auth.any[0]: expected one of signature, api_key, oauth, mtls, webhook; "
            "got \"signatur\" "
            "(did you mean \"signature\"?)\n"
            "routes/orders.yaml:6:59: routes[2].auth.any: expected a list of schemes such as [signature], got an empty "
            "list\n");
}

TEST_F(CompilationTest, MistakesOfAllFilesAreFoundAtOnce) {
  EXPECT_EQ(compile_files(R"(listeners: [{name: a, address: "127.0.0.1:0"}, {name: a, address: "nowhere"}]
clusters:
  - {name: wms, endpoints: []}
  - {name: wms, endpoints: ["127.0.0.1:9"], tiemout: 3s}
include: [routes/*.yaml]
)",
                          R"(api: orders
base: /orders
defaults: {auth: none}
routes:
  - {name: a, match: {method: GTE, path: /a}, adapter: {http: {cluster: wms}}}
  - {name: b, match: {method: GET, path: /b}, plugins: [{rate_limit: {rate: fast}}], adapter: {http: {cluster: wms}}}
)")
                .substr(0, 14),
            "causeway.yaml:");
  const std::string all = compile_files();
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 6) << all;
}

TEST_F(CompilationTest, AReloadKeepsWhatARateLimitHasCounted) {
  EXPECT_EQ(compile_files(kMain, kRoutes), "");
  EXPECT_TRUE(admitted("limited"));
  EXPECT_FALSE(admitted("limited"));
  EXPECT_EQ(compile_files(), "");
  EXPECT_FALSE(admitted("limited"));
}

TEST_F(CompilationTest, AReloadThatPutsAnotherRouteInFrontKeepsWhatARateLimitHasCounted) {
  EXPECT_EQ(compile_files(kMain, kRoutes), "");
  EXPECT_TRUE(admitted("limited"));
  EXPECT_EQ(
      compile_files(kMain, replaced(kRoutes, "  - name: limited",
                                    "  - {name: first, match: {method: GET, path: /first}, adapter: {static: {}}}\n"
                                    "  - name: limited")),
      "");
  EXPECT_FALSE(admitted("limited"));
}

TEST_F(CompilationTest, ARefusedReloadCostsNoCounters) {
  const std::string by_consumer =
      replaced(replaced(kRoutes, "per: route", "per: consumer"), "auth: none", "auth: {any: [signature]}");
  EXPECT_EQ(compile_files(kMain, by_consumer), "");
  const auto used_up = [&] {
    fakes::Call& one = call();
    one.exchange.consumer = running->snapshot->consumers->find("oms");
    return !plan("limited").on_body.back()->on_body(one.exchange).verdict()->ok();
  };
  EXPECT_FALSE(used_up());
  EXPECT_TRUE(used_up());
  const std::string fewer = replaced(kMain, "  - {name: wms", "  - {name: tms");
  EXPECT_NE(compile_files(replaced(fewer, "127.0.0.1:9", "nowhere"), by_consumer), "");
  EXPECT_EQ(compile_files(kMain, by_consumer), "");
  EXPECT_TRUE(used_up());
}

TEST_F(CompilationTest, AReloadKeepsTheMemoryOfSignatures) {
  EXPECT_EQ(compile_files(kMain, kRoutes), "");
  const auto table = state.replays;
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(compile_files(), "");
  EXPECT_EQ(state.replays, table);
  EXPECT_EQ(compile_files("signing: {window: 1m}\n" + std::string(kMain), kRoutes), "");
  EXPECT_EQ(state.replays, table);  // it remembers for longer than is needed now
  EXPECT_EQ(compile_files("signing: {window: 10m}\n" + std::string(kMain), kRoutes), "");
  EXPECT_NE(state.replays, table);
}

TEST_F(CompilationTest, ARefusedReloadKeepsTheMemoryOfSignatures) {
  EXPECT_EQ(compile_files(kMain, kRoutes), "");
  const auto table = state.replays;
  EXPECT_NE(compile_files("signing: {window: 10m}\n" + replaced(kMain, "127.0.0.1:9", "nowhere"), kRoutes), "");
  EXPECT_EQ(state.replays, table);
  EXPECT_EQ(compile_files(kMain, kRoutes), "");
  EXPECT_EQ(state.replays, table);
}

TEST_F(CompilationTest, AReloadKeepsTheConnectionsToTheSystems) {
  EXPECT_EQ(compile_files(kMain, kRoutes), "");
  const auto endpoint = state.endpoints.get({{"127.0.0.1", 9}});
  EXPECT_EQ(compile_files(), "");
  EXPECT_EQ(state.endpoints.get({{"127.0.0.1", 9}}), endpoint);
}

TEST_F(CompilationTest, TheEnvelopeIsLastOnTheWayOutAndAuthenticationFirstOnTheWayIn) {
  EXPECT_EQ(compile_files(kMain, R"(api: orders
base: /orders
defaults: {auth: {any: [signature, api_key]}, access: {roles: [internal]}, http: {cluster: orders-system}}
routes:
  - {name: wrapped, match: {method: GET, path: /a}, plugins: [{rate_limit: {rate: 1/s}}], adapter: http}
  - {name: bare, match: {method: GET, path: /b}, auth: none, access: {}, reply: as_is, adapter: http}
)")
                .find("error"),
            std::string::npos);
  if (!running) GTEST_FAIL() << compile_files();
  EXPECT_EQ(plan("wrapped").on_head.size(), 2u);  // authentication, access
  EXPECT_EQ(plan("wrapped").on_body.size(), 3u);  // authentication, access (of who is known only now), rate limit
  EXPECT_EQ(plan("wrapped").on_response.size(), 1u);
  EXPECT_FALSE(plan("wrapped").whole_request);  // authentication asks for it where the call needs it
  EXPECT_EQ(plan("wrapped").context.challenge, "ApiKey, X-API-Key");
  EXPECT_TRUE(plan("bare").on_response.empty());
  EXPECT_FALSE(plan("bare").context.wrapped);
  EXPECT_FALSE(plan("bare").whole_request);
}

TEST_F(CompilationTest, ARouteMayDoWithoutAPluginOfTheDefaults) {
  const std::string routes = R"(api: orders
base: /orders
defaults: {auth: none, plugins: [{rate_limit: {rate: 1/s, per: route}}]}
routes:
  - {name: a, match: {method: GET, path: /a}, adapter: {static: {}}}
  - {name: b, match: {method: GET, path: /b}, without: [rate_limit], adapter: {static: {}}}
)";
  EXPECT_EQ(compile_files(kMain, routes), "");
  EXPECT_EQ(plan("a").on_body.size(), 1u);
  EXPECT_EQ(plan("b").on_body.size(), 0u);
  EXPECT_EQ(compile_files(kMain, replaced(routes, "without: [rate_limit]", "without: [idempotency]")),
            "routes/orders.yaml:6:57: routes[1].without[0]: the defaults have no plugin \"idempotency\"\n");
}

constexpr std::string_view kTwoRoutes = R"(api: orders
base: /orders
defaults: {auth: {any: [signature]}, access: {roles: [internal]}, plugins: [envelope]}
routes:
  - {name: a, match: {method: GET, path: /a}, adapter: {static: {}}}
  - {name: b, match: {method: GET, path: /b}, adapter: {static: {}}}
)";

TEST_F(CompilationTest, ARouteThatWouldLoosenItsDefaultsIsRefused) {
  const std::string main = replaced(kMain, "consumers:\n", R"(consumers:
  - {name: shop, roles: [partner], keys: [{id: shop-key, secrets: [shop-secret-0123456789]}]}
)");
  EXPECT_EQ(compile_files(main, kTwoRoutes), "");
  EXPECT_EQ(compile_files(main, replaced(kTwoRoutes, "{name: b,", "{name: b, access: {roles: [internal, partner]},")),
            "routes/orders.yaml:6:42: routes[1].access.roles[1]: a route only narrows the access of its defaults "
            "(routes/orders.yaml:3:55), which do not admit any consumer with the role \"partner\"\n");
  EXPECT_EQ(compile_files(main, replaced(kTwoRoutes, "{name: b,", "{name: b, access: {consumers: [shop]},")),
            "routes/orders.yaml:6:36: routes[1].access.consumers[0]: a route only narrows the access of its defaults "
            "(routes/orders.yaml:3:55), which do not admit \"shop\"\n");
}

TEST_F(CompilationTest, AnEnvelopeIsSaidOnceAndNotWhereTheAnswerGoesOutAsItIs) {
  EXPECT_EQ(compile_files(kMain, replaced(kTwoRoutes, "{name: b,", "{name: b, plugins: [envelope],")),
            "routes/orders.yaml:6:25: routes[1].plugins[0]: a second envelope, the first at routes/orders.yaml:3:77; "
            "`without: [envelope]` leaves out that of the defaults\n");
  EXPECT_EQ(
      compile_files(kMain, replaced(kTwoRoutes, "{name: b,", "{name: b, reply: as_is,")),
      "routes/orders.yaml:3:77: defaults.plugins[0]: `reply: as_is` sends the answer without an envelope; say one or "
      "the other\n");
  EXPECT_EQ(compile_files(kMain, replaced(kTwoRoutes, "{name: b,", "{name: b, reply: as_is, without: [envelope],")),
            "");
}

TEST_F(CompilationTest, AFileThatIsMissingIsNotBlamedOnWhoNamesWhatItHolds) {
  EXPECT_EQ(
      compile_files(replaced(kMain, "include: [", "include: [clusters.yaml, "),
                    replaced(replaced(kTwoRoutes, "[internal]", "[nobody]"), "{static: {}}", "{http: {cluster: x}}")),
      "causeway.yaml:7:11: include[0]: there is no file \"clusters.yaml\"\n");
}

TEST_F(CompilationTest, LimitsPerConsumerNeedConsumers) {
  EXPECT_EQ(compile_files(kMain, replaced(kRoutes, "per: route", "per: consumer")),
            "routes/orders.yaml:7:16: routes[0].plugins[0].rate_limit: per: consumer needs callers that prove who they "
            "are; this route has auth: none\n");
}

TEST_F(CompilationTest, WhatIsWrongInTheDefaultsIsToldOnceHoweverManyRoutesStartFromThem) {
  EXPECT_EQ(
      compile_files(kMain, R"(api: orders
base: /orders
defaults:
  auth: {any: [signature]}
  access: {consumers: [omz], roles: [nobody]}
  http: {cluster: orders-system, timeout: soon}
  plugins: [{rate_limit: {rate: fast}}]
routes:
  - {name: a, match: {method: GET, path: /a}, adapter: {http: {path: /a}}}
  - {name: b, match: {method: GET, path: /b}, adapter: {http: {path: /b}}}
)"),
      "routes/orders.yaml:5:24: defaults.access.consumers[0]: unknown consumer \"omz\" (did you mean \"oms\"?)\n"
      "routes/orders.yaml:5:38: defaults.access.roles[0]: warning: no consumer has the role \"nobody\"\n"
      "routes/orders.yaml:6:43: defaults.http.timeout: expected a duration such as 5s or 250ms, got \"soon\"\n"
      "routes/orders.yaml:7:33: defaults.plugins[0].rate_limit.rate: expected a rate such as 100/s, got \"fast\"\n");
}

}  // namespace
}  // namespace causeway::app
