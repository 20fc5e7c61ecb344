// Subscriptions at work: a real store in a folder of the test's own, a real worker thread, receivers on the loopback.
#pragma once

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "config/yaml.h"
#include "events/register_topics.h"
#include "events/subscription/dead_letter_tables.h"
#include "events/subscription/subscription_tables.h"
#include "events/subscription/subscriptions.h"
#include "fakes/run_task.h"
#include "fakes/temporary_folder.h"
#include "store/sqlite_store.h"
#include "subscription_receiver.h"

namespace causeway::events {

using fakes::TemporaryFolder;

using namespace std::chrono_literals;

/// Waits until it is so; a guard ends a test that would hang.
inline bool eventually(const std::function<bool()>& so) {
  const auto end = std::chrono::steady_clock::now() + fakes::kHangGuard;
  while (!so()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

/// A store that takes no change any more once it is cut: what was learnt since is lost, as in a crash.
class CutStore final : public store::Store {
 public:
  explicit CutStore(store::Store& inner) : inner_(inner) {}
  void cut() { cut_ = true; }
  void mend() { cut_ = false; }

  Task<Result<>> commit(runtime::Worker& worker, store::Change& change) override {
    if (cut_) co_return Error(Code::kStoreRefused);
    Result<> done = co_await inner_.commit(worker, change);
    co_return done;
  }
  void commit_later(std::unique_ptr<store::Change> change) override { inner_.commit_later(std::move(change)); }
  Result<> commit_blocking(store::Change& change) override { return inner_.commit_blocking(change); }
  Task<Result<>> query(runtime::Worker& worker, store::Query& query) override { return inner_.query(worker, query); }
  Result<> query_blocking(store::Query& query) override { return inner_.query_blocking(query); }
  bool accepts_intake() const override { return inner_.accepts_intake(); }
  const std::string& store_id() const override { return inner_.store_id(); }
  const std::string& boot_id() const override { return inner_.boot_id(); }

 private:
  store::Store& inner_;
  std::atomic<bool> cut_{false};
};

/// As the gateway would print it; empty: there is none.
inline std::string problem_of(const std::optional<config::Problem>& problem) {
  return problem ? problem->to_text() : std::string();
}

/// One run of the process, from opening the store to closing it.
class Process {
 public:
  /// `version` is that of the subscriptions' tables; 0: the newest.
  explicit Process(const std::string& database, std::size_t version = 0)
      : store(settings_of(database), clock, metrics, log_thread),
        context{worker, metrics.add_shard(), log_thread.add_call_log()} {
    store::Schema schema = kSubscriptionSchema;
    if (version > 0) schema.migrations = schema.migrations.first(version);
    const store::Schema* const schemas[] = {&kEventSchema, &schema};
    EXPECT_EQ(store.open(schemas), "");
    worker.start();
  }
  /// As in the gateway: deliveries end, then the store, then the loops.
  ~Process() {
    clusters.clear();
    subscriptions.stop();
    store.stop();
    worker.finish();
  }

  std::shared_ptr<const SubscriptionTable> table(const std::string& topic_yaml, const std::string& yaml) {
    config::Errors errors;
    config::Reading reading(errors, config::FileKind::kOperator);
    const auto topic_node = config::read_yaml(topic_yaml, "t.yaml", errors);
    topics =
        std::make_shared<const TopicTable>(config::read<std::vector<TopicSettings>>(*topic_node, reading), metrics);
    const auto node = config::read_yaml(yaml, "s.yaml", errors);
    const auto settings = config::read<std::vector<SubscriptionSettings>>(*node, reading);
    auto built = build_subscriptions(settings, *topics, clusters, errors);
    EXPECT_EQ(errors.to_text(), "");
    return built;
  }

  void cluster(const std::string& name, std::uint16_t port, upstream::ClusterSettings settings = {}) {
    settings.name.value = name;
    settings.system = "WMS";
    settings.timeout = 10s;
    settings.endpoints = {{{"127.0.0.1", port}, 1}};
    config::Errors errors;
    clusters[name] = std::make_shared<const upstream::Cluster>(settings, world, errors);
    EXPECT_EQ(errors.to_text(), "");
  }

  /// Topic `t` with so many shards, and these subscriptions.
  std::string take(const std::string& yaml, int shards = 4) {
    return take_with("[{name: t, shards: " + std::to_string(shards) + "}]", yaml);
  }
  std::string take_with(const std::string& topic_yaml, const std::string& yaml) {
    auto subscriptions_table = table(topic_yaml, yaml);
    RegisterTopics registration(topics);
    EXPECT_TRUE(store.commit_blocking(registration).ok());
    return problem_of(subscriptions.take(subscriptions_table));
  }

  /// `{"eventId": id, "eventType": "X", "timestamp": 1, "data": {"n": 1.50}}` under a key.
  static EventDraft draft(const std::string& id, const std::string& key) {
    EventDraft draft;
    draft.event_id = id;
    draft.type = "X";
    draft.key = key;
    draft.timestamp = 1;
    draft.body = R"({"eventId":")" + id + R"(","eventType":"X","timestamp":1,"data":{"n":1.50}})";
    draft.headers = R"({"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})";
    draft.hash = std::string(32, 'h');
    return draft;
  }
  void publish(std::vector<EventDraft> drafts) {
    Append append(topics->find("t"), "test", std::move(drafts), clock.wall(), log.signal());
    const Result<> stored = store.commit_blocking(append);
    EXPECT_TRUE(stored.ok());
    log.signal().announce("t");
  }
  void publish(const std::string& id, const std::string& key) { publish({draft(id, key)}); }

  SubscriptionView view(const std::string& name = "s") {
    for (SubscriptionView& each : subscriptions.subscriptions())
      if (each.name == name) return each;
    return {};
  }
  std::vector<DeadLetterView> dead() {
    Result<DeadLetterPage> page = subscriptions.dead_letters({});
    EXPECT_TRUE(page.ok());
    return page ? page->items : std::vector<DeadLetterView>();
  }
  /// Waits until the store says that nothing is left to do but dead letters.
  bool finished(std::int64_t dead_letters = 0) {
    return eventually([&] {
      SampleGroup sample({"s", "t"});
      CountDead dead({"s", "t"});
      if (!store.query_blocking(sample) || !store.query_blocking(dead)) return false;
      const SubscriptionView now = view();
      return sample.behind == 0 && now.retrying == 0 && now.held == 0 && dead.count == dead_letters &&
             now.dead_letters == dead_letters && (sample.oldest_stored_at == 0) == (dead_letters == 0);
    });
  }
  std::string lines() {
    log_thread.drain();
    return written.str();
  }

  SystemClock clock;
  telemetry::Metrics metrics;
  telemetry::StandardLabels labels{metrics};
  std::ostringstream written;
  telemetry::LogThread log_thread{std::make_shared<spdlog::sinks::ostream_sink_mt>(written), {}, clock, metrics};
  runtime::Worker worker{0, "worker-0", clock};
  store::SqliteStore store;
  CutStore cut{store};
  EventLog log{cut, clock, metrics};
  WorkerContext context;
  runtime::Worker* workers[1] = {&worker};
  WorkerContext* contexts[1] = {&context};
  upstream::EndpointRegistry endpoints{workers};
  upstream::ClusterStates cluster_states{workers};
  const upstream::ClusterWorld world{endpoints, cluster_states, metrics, labels};
  Clusters clusters;
  std::shared_ptr<const TopicTable> topics;
  Subscriptions subscriptions{log, contexts, metrics, log_thread, clock};

 private:
  static store::StoreSettings settings_of(const std::string& database) {
    store::StoreSettings settings;
    settings.sqlite.path = database;
    settings.sqlite.min_free = ByteSize{0};
    return settings;
  }
};

}  // namespace causeway::events
