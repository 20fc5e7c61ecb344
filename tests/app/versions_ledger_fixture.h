// A ledger of versions over runs of the process, with a clock that tests move.
#pragma once

#include "app/versions/version_ledger.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <functional>
#include <map>
#include <sstream>

#include "config/yaml.h"
#include "fakes/manual_clock.h"
#include "fakes/temporary_folder.h"
#include "pipeline/recorder.h"
#include "store/sqlite_store.h"

namespace causeway::app {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

// The clock begins at 2026-03-01T04:00:00.123Z.
inline constexpr std::string_view kOrders = R"(api: orders
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

/// A store that refuses for a while, and tells when somebody waits for it.
class Door final : public store::Store {
 public:
  explicit Door(store::Store& store) : store_(store) {}
  Task<Result<>> commit(runtime::Worker& worker, store::Change& change) override {
    return store_.commit(worker, change);
  }
  void commit_later(std::unique_ptr<store::Change> change) override { store_.commit_later(std::move(change)); }
  Result<> commit_blocking(store::Change& change) override {
    if (meanwhile) meanwhile();
    if (refuses) return Error(Code::kStoreRefused, "refused");
    return store_.commit_blocking(change);
  }
  Task<Result<>> query(runtime::Worker& worker, store::Query& query) override { return store_.query(worker, query); }
  Result<> query_blocking(store::Query& query) override { return store_.query_blocking(query); }
  bool accepts_intake() const override { return store_.accepts_intake(); }
  const std::string& store_id() const override { return store_.store_id(); }
  const std::string& boot_id() const override { return store_.boot_id(); }

  bool refuses = false;
  std::function<void()> meanwhile;

 private:
  store::Store& store_;
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
          ledger(door, test.clock, metrics, lines, test.sink) {
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
    Door door{store};
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

}  // namespace causeway::app
