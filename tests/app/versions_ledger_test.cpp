// The record of who calls which version, over days, restarts and downtimes.
#include "app/versions/version_ledger.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <map>
#include <sstream>

#include "config/yaml.h"
#include "fakes/manual_clock.h"
#include "fakes/temporary_folder.h"
#include "pipeline/recorder.h"
#include "store/sqlite_store.h"

namespace causeway::app {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

// The clock begins at 2026-03-01T04:00:00.123Z.
constexpr std::string_view kOrders = R"(api: orders
base: /api/{version}/orders
versions:
  v1: {released: 2024-01-01, deprecated: 2025-06-01, sunset: 2026-03-11, successor: v2, retire: when_unused}
  v2: {released: 2025-06-01}
)";

struct ApiFile : routing::ApiSettings {
  static const config::Keys<ApiFile>& keys() {
    static const auto keys = [] {
      config::Keys<ApiFile> made("route file");
      routing::add_api_keys(made);
      return made;
    }();
    return keys;
  }
};

class FakeSink final : public telemetry::AlertSink {
 public:
  void raise(std::string_view name, telemetry::Labels labels, std::string message) override {
    EXPECT_EQ(name, "version_sunset");
    std::ranges::sort(labels);
    if (!alerts.contains(labels)) told.push_back(message);
    alerts[labels] = message;
  }
  void resolve(std::string_view, telemetry::Labels labels) override {
    std::ranges::sort(labels);
    told.push_back("resolved " + alerts[labels]);
    alerts.erase(labels);
  }
  std::vector<telemetry::Labels> firing(std::string_view) const override {
    std::vector<telemetry::Labels> all;
    for (const auto& [labels, message] : alerts) all.push_back(labels);
    return all;
  }
  std::vector<std::string> take() { return std::exchange(told, {}); }

  std::map<telemetry::Labels, std::string> alerts;
  std::vector<std::string> told;
};

class VersionLedgerTest : public ::testing::Test {
 protected:
  /// A process on the folder: everything that a kill takes along.
  struct Process {
    explicit Process(VersionLedgerTest& test)
        : lines(std::make_shared<spdlog::sinks::ostream_sink_mt>(test.written), {}, test.clock, metrics),
          store(settings(test.folder), test.clock, metrics, lines, [] { return std::uint64_t{1} << 40; }),
          shard(metrics.add_shard()),
          requests(pipeline::requests_table(metrics)),
          ledger(store, test.clock, metrics, lines, test.sink) {
      const store::Schema* const schemas[] = {&kVersionSchema};
      EXPECT_EQ(store.open(schemas), "");
    }
    static store::StoreSettings settings(const fakes::TemporaryFolder& folder) {
      store::StoreSettings settings;
      settings.sqlite.path = folder.database();
      return settings;
    }

    telemetry::Metrics metrics;
    telemetry::LogThread lines;
    store::SqliteStore store;
    telemetry::Shard& shard;
    telemetry::CounterTable requests;
    routing::VersionStates states;
    VersionLedger ledger;
  };

  void begin() { process = std::make_unique<Process>(*this); }
  void kill() { process.reset(); }

  /// A configuration with one route of this file, `list`, and the consumers oms and wms.
  void take(std::string_view yaml, bool anonymous = false, bool durable = true, Duration notice = days(90)) {
    config::Errors errors;
    const auto node = config::read_yaml(std::string(yaml), "orders.yaml", errors);
    ASSERT_TRUE(node) << errors.to_text();
    config::Reading reading(errors, config::FileKind::kRoutes);
    std::vector<routing::ApiSpec> apis{{config::read<ApiFile>(*node, reading), *node}};
    std::vector<routing::RouteSpec> routes(1);
    routes[0].name = "list";
    routes[0].match.methods = routing::Methods::kGet;
    auto snapshot = std::make_shared<pipeline::Snapshot>();
    snapshot->routes = routing::RouteTable::build(apis, routes, {}, errors, &process->states);
    ASSERT_FALSE(errors.failed()) << errors.to_text();
    std::vector<security::ConsumerSettings> consumers(2);
    consumers[0].name.value = "oms";
    consumers[0].contact = "oms-team@example.com";
    consumers[1].name.value = "wms";
    snapshot->consumers =
        std::make_shared<const security::ConsumerTable>(consumers, security::SigningSettings{}, errors);
    RouteContext context;
    context.name = "list";
    context.api = apis[0].settings.api;
    context.authenticates = !anonymous;
    auto plan = std::make_unique<pipeline::RoutePlan>(std::move(context), std::vector<std::unique_ptr<const Plugin>>(),
                                                      std::make_unique<NoAdapter>());
    plan->label = process->metrics.intern("list");
    snapshot->plans.push_back(std::move(plan));
    catalogue = std::make_shared<const VersionCatalogue>(apis, *snapshot, process->states, notice);
    ASSERT_TRUE(process->ledger.take(catalogue, durable).ok());
  }

  /// So many calls of `list`, as the recorder counts them.
  void call(const std::string& version, const std::string& consumer, int code = 0, std::uint64_t times = 1) {
    telemetry::Metrics& metrics = process->metrics;
    const int status = code == 0 ? 200 : code / 100;
    process->shard.add(
        process->requests,
        {metrics.intern("list"), metrics.intern("GET"), metrics.intern(version), metrics.intern(consumer),
         metrics.intern(std::to_string(status)), metrics.intern(std::to_string(code))},
        times);
  }
  void look() { process->ledger.look(); }
  /// Looks four times a day for so long; a consumer calls before each look, or nobody.
  void pass(Duration time, const std::string& version = {}, const std::string& consumer = "oms") {
    while (time > Duration(0)) {
      const Duration step = std::min<Duration>(time, hours(6));
      clock.advance(step);
      if (!version.empty()) call(version, consumer);
      look();
      time -= step;
    }
  }

  std::string state(const std::string& version = "v1") {
    const CatalogueVersion* found = catalogue->find({"orders", version});
    return std::string(config::name_of(found->version->lifecycle(clock.wall())));
  }
  /// `2026-03-01 v1 list oms 2 refused 0` a row, newest first.
  std::string usage(admin::UsageQuestion question = {}) {
    Result<std::vector<admin::UsageRow>> rows = process->ledger.usage(question);
    if (!rows) return std::to_string(number(rows.error().code()));
    std::string text;
    for (const admin::UsageRow& row : *rows)
      text += config::TextForm<WallTime>::format(WallTime(row.day)) + ' ' + row.version + ' ' + row.route + ' ' +
              row.consumer + ' ' + std::to_string(row.calls) + " refused " + std::to_string(row.refused) + '\n';
    return text;
  }
  std::string logged() {
    process->lines.drain();
    std::string text;
    std::istringstream stream(written.str());
    for (std::string line; std::getline(stream, line);) text += line.substr(line.find(' ') + 1) + '\n';
    written.str("");
    return text;
  }

  class NoAdapter final : public Adapter {
    bool needs_whole_request() const override { return false; }
    Task<Result<>> call(Exchange&) const override { co_return Result<>(); }
  };

  fakes::ManualClock clock;
  fakes::TemporaryFolder folder;
  std::ostringstream written;
  FakeSink sink;
  std::unique_ptr<Process> process;
  std::shared_ptr<const VersionCatalogue> catalogue;
};

TEST_F(VersionLedgerTest, CallsAreKeptByRouteConsumerAndDay) {
  begin();
  take(kOrders);
  call("v1", "oms");
  call("v2", "wms", 0, 3);
  look();
  call("v1", "oms");
  look();
  look();
  clock.advance(days(1));
  call("v1", "oms", 42900);
  look();
  EXPECT_EQ(usage(),
            "2026-03-02 v1 list oms 1 refused 0\n"
            "2026-03-01 v2 list wms 3 refused 0\n"
            "2026-03-01 v1 list oms 2 refused 0\n");
}

TEST_F(VersionLedgerTest, AStrangersCallIsNobodysUse) {
  begin();
  take(kOrders);
  call("v1", "", 40191, 7);
  look();
  EXPECT_EQ(usage(), "");
}

TEST_F(VersionLedgerTest, WhereNobodyHasToSayWhoTheyAreACallIsUseAllTheSame) {
  begin();
  take(kOrders, true);
  call("v1", "", 0, 2);
  call("v1", "", 40090);
  look();
  EXPECT_EQ(usage(), "2026-03-01 v1 list  3 refused 0\n");
}

TEST_F(VersionLedgerTest, CallsOfARetiredVersionAreRefusedOnes) {
  begin();
  take(kOrders);
  call("v1", "", 41090, 5);
  look();
  EXPECT_EQ(usage(), "2026-03-01 v1 list  0 refused 5\n");
}

TEST_F(VersionLedgerTest, TheRecordSurvivesTheProcess) {
  begin();
  take(kOrders);
  call("v1", "oms", 0, 2);
  look();
  call("v1", "oms");  // since the last look: a kill takes it along
  kill();
  begin();
  take(kOrders);
  call("v1", "oms");
  look();
  EXPECT_EQ(usage(), "2026-03-01 v1 list oms 3 refused 0\n");
}

TEST_F(VersionLedgerTest, AStopWritesDownWhatIsLeft) {
  begin();
  take(kOrders);
  process->ledger.start();
  call("v1", "oms");
  process->ledger.stop();
  EXPECT_EQ(usage(), "2026-03-01 v1 list oms 1 refused 0\n");
}

TEST_F(VersionLedgerTest, ADayLeavesAfterFourHundred) {
  begin();
  take(kOrders);
  call("v2", "oms");
  look();
  clock.advance(days(400));
  look();
  EXPECT_EQ(usage(), "2026-03-01 v2 list oms 1 refused 0\n");
  clock.advance(days(1));
  look();
  EXPECT_EQ(usage(), "");
}

TEST_F(VersionLedgerTest, PagesAndFilters) {
  begin();
  take(kOrders);
  call("v1", "oms");
  call("v2", "wms");
  look();
  clock.advance(days(1));
  call("v1", "wms");
  look();
  EXPECT_EQ(usage({.version = "v1"}), "2026-03-02 v1 list wms 1 refused 0\n2026-03-01 v1 list oms 1 refused 0\n");
  EXPECT_EQ(usage({.consumer = "oms"}), "2026-03-01 v1 list oms 1 refused 0\n");
  EXPECT_EQ(usage({.api = "others"}), "");
  EXPECT_EQ(usage({.from = std::chrono::sys_days(std::chrono::year(2026) / 3 / 2)}),
            "2026-03-02 v1 list wms 1 refused 0\n");
  EXPECT_EQ(usage({.to = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1), .limit = 1}),
            "2026-03-01 v2 list wms 1 refused 0\n");
  EXPECT_EQ(usage({.before_id = 2}), "2026-03-01 v1 list oms 1 refused 0\n");
}

TEST_F(VersionLedgerTest, AfterItsSunsetAVersionLivesUntilNobodyHasCalledForAWhile) {
  begin();
  take(kOrders);
  pass(days(10), "v1");  // to 2026-03-11T04:00
  EXPECT_EQ(state(), "sunset");
  pass(days(30), "v1");
  pass(days(13), "v2");
  EXPECT_EQ(state(), "sunset");
  logged();
  pass(days(1), "v2");
  EXPECT_EQ(state(), "retired");
  EXPECT_EQ(logged(), "INFO version retired | api=orders | version=v1 | sunset=2026-03-11 | unused_for=14d\n");
}

TEST_F(VersionLedgerTest, OneThatNobodyCallsGoesOnFromItsSunset) {
  begin();
  take(kOrders);
  pass(days(10));
  pass(days(14) - hours(5));  // the sunset was at midnight, four hours before
  EXPECT_EQ(state(), "sunset");
  pass(hours(1));
  EXPECT_EQ(state(), "retired");
}

TEST_F(VersionLedgerTest, OneThatIsTakenAfterItsSunsetIsNotRetiredAtOnce) {
  clock.advance(days(300));
  begin();
  take(kOrders);
  look();
  EXPECT_EQ(state(), "sunset");
  pass(days(14) - hours(1));
  EXPECT_EQ(state(), "sunset");
  pass(hours(1));
  EXPECT_EQ(state(), "retired");
}

TEST_F(VersionLedgerTest, WhatIsRetiredStaysSo) {
  clock.advance(days(30));
  begin();
  take(kOrders);
  pass(days(14));
  ASSERT_EQ(state(), "retired");
  call("v1", "", 41090, 3);
  look();
  kill();
  begin();
  take(kOrders);
  EXPECT_EQ(state(), "retired") << "before the first look already";
  call("v1", "", 41090);
  pass(days(1));
  EXPECT_EQ(state(), "retired");
  take("api: orders\nbase: /api/{version}/orders\nversions: {v2: {released: 2025-06-01}}");
  take(kOrders);
  EXPECT_EQ(state(), "retired");
}

TEST_F(VersionLedgerTest, ASunsetThatIsMovedIntoTheFutureBringsAVersionBack) {
  clock.advance(days(30));
  begin();
  take(kOrders);
  pass(days(14));
  ASSERT_EQ(state(), "retired");
  std::string moved(kOrders);
  moved.replace(moved.find("2026-03-11"), 10, "2026-04-20");
  take(moved);
  EXPECT_EQ(state(), "deprecated");
  pass(days(6));
  EXPECT_EQ(state(), "sunset");
  pass(days(14));
  EXPECT_EQ(state(), "retired");
}

TEST_F(VersionLedgerTest, TimeWithoutTheGatewayIsNotTimeWithoutCalls) {
  clock.advance(days(20));
  begin();
  take(kOrders);
  pass(days(10));
  kill();
  clock.advance(days(60));
  begin();
  take(kOrders);
  look();
  EXPECT_EQ(state(), "sunset");
  pass(days(4) - hours(1));
  EXPECT_EQ(state(), "sunset");
  pass(hours(1));
  EXPECT_EQ(state(), "retired");
}

TEST_F(VersionLedgerTest, ASunsetWithinADowntimeBeginsAfterIt) {
  begin();
  take(kOrders);
  look();
  kill();
  clock.advance(days(60));
  begin();
  take(kOrders);
  pass(days(14) - hours(1));
  EXPECT_EQ(state(), "sunset");
  pass(hours(1));
  EXPECT_EQ(state(), "retired");
}

TEST_F(VersionLedgerTest, AClockThatIsSetForwardIsNotTimeWithoutCalls) {
  clock.advance(days(20));
  begin();
  take(kOrders);
  look();
  clock.set_ahead(days(365));
  look();
  EXPECT_EQ(state(), "sunset");
}

TEST_F(VersionLedgerTest, OneThatLeavesAndComesBackBeginsAnew) {
  clock.advance(days(20));
  begin();
  take(kOrders);
  pass(days(13));
  take("api: orders\nbase: /api/{version}/orders\nversions: {v2: {released: 2025-06-01}}");
  pass(days(5));
  kill();
  begin();
  take(kOrders);
  pass(days(13));
  EXPECT_EQ(state(), "sunset");
  pass(days(1));
  EXPECT_EQ(state(), "retired");
}

TEST_F(VersionLedgerTest, WithoutAStoreNothingIsRetiredAndCallsAreCountedInMemory) {
  clock.advance(days(20));
  begin();
  take(kOrders, false, false);
  call("v1", "oms", 0, 2);
  look();
  pass(days(30));
  EXPECT_EQ(state(), "sunset");
  const Result<std::vector<admin::VersionView>> views = process->ledger.versions(30);
  ASSERT_TRUE(views.ok());
  ASSERT_EQ(views->front().consumers.size(), 1u);
  EXPECT_EQ(views->front().consumers.front().calls, 2);
}

TEST_F(VersionLedgerTest, WhenTheStoreRefusesThatIsSaidOnce) {
  begin();
  take(kOrders);
  call("v1", "oms", 0, 2);
  process->store.stop();
  look();
  look();
  EXPECT_EQ(logged(), "WARN version usage is not written down | until=the store takes it\n");
}

TEST_F(VersionLedgerTest, CallersOfAVersionWhoseSunsetIsNearAreAnAlertOnce) {
  begin();
  take(kOrders, false, true, days(5));
  pass(days(4), "v1");
  EXPECT_TRUE(sink.take().empty()) << "six days are left";
  pass(days(3), "v1");
  pass(hours(1), "v1", "wms");
  const std::string told = " calls orders v1, whose sunset is 2026-03-11; successor: v2; contact: ";
  EXPECT_EQ(sink.take(),
            (std::vector<std::string>{"oms" + told + "oms-team@example.com", "wms" + told + "none is configured"}));
  pass(days(29), "v1", "wms");
  EXPECT_EQ(sink.take(), std::vector<std::string>{}) << "a month is not over";
  pass(days(2), "v1", "wms");
  EXPECT_EQ(sink.take(), std::vector<std::string>{"resolved oms" + told + "oms-team@example.com"});
  pass(days(15));
  ASSERT_EQ(state(), "retired");
  EXPECT_EQ(sink.take(), std::vector<std::string>{"resolved wms" + told + "none is configured"});
}

TEST_F(VersionLedgerTest, AnAlertEndsWithItsVersion) {
  begin();
  take(kOrders, true);
  call("v1", "");
  look();
  const std::string told = "callers without credentials call orders v1, whose sunset is 2026-03-11; successor: v2";
  EXPECT_EQ(sink.take(), std::vector<std::string>{told});
  kill();
  begin();
  take(kOrders, true);
  look();
  EXPECT_EQ(sink.take(), std::vector<std::string>{}) << "it fires already";
  take("api: orders\nbase: /api/{version}/orders\nversions: {v2: {released: 2025-06-01}}");
  look();
  EXPECT_EQ(sink.take(), std::vector<std::string>{"resolved " + told});
}

TEST_F(VersionLedgerTest, TheViewSaysWhoCalls) {
  begin();
  take(kOrders);
  call("v1", "oms", 0, 4);
  look();
  clock.advance(days(3));
  call("v1", "wms");
  call("v1", "", 41090, 2);
  look();
  const auto shown = [&](int days) {
    const Result<std::vector<admin::VersionView>> views = process->ledger.versions(days);
    std::string text;
    for (const admin::VersionView& view : *views) {
      text += view.api + ' ' + view.version + ' ' + view.state + ' ' + view.retire + ' ' + view.successor + ' ' +
              std::to_string(view.calls) + " refused " + std::to_string(view.refused) + ':';
      for (const auto& who : view.consumers)
        text += ' ' + who.name + '(' + who.contact + ")=" + std::to_string(who.calls);
      text += '\n';
    }
    return text;
  };
  EXPECT_EQ(shown(30),
            "orders v1 deprecated when_unused v2 5 refused 2: wms()=1 oms(oms-team@example.com)=4\n"
            "orders v2 current at_sunset  0 refused 0:\n");
  EXPECT_EQ(shown(1),
            "orders v1 deprecated when_unused v2 1 refused 2: wms()=1 oms(oms-team@example.com)=0\n"
            "orders v2 current at_sunset  0 refused 0:\n");
}

TEST_F(VersionLedgerTest, TheSunsetIsAMetric) {
  begin();
  take(kOrders);
  EXPECT_NE(process->metrics.text().find(
                "causeway_version_sunset_timestamp_seconds{api=\"orders\",version=\"v1\"} 1773187200"),
            std::string::npos);
}

}  // namespace
}  // namespace causeway::app
