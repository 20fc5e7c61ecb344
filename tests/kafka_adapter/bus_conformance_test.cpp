// The embedded bus and Kafka, by the same cases.
#include "fakes/bus_conformance.h"

#include <spdlog/sinks/ostream_sink.h>
#include <unistd.h>
#include <map>
#include <sstream>

#include "adapters/kafka/kafka_bus.h"
#include "events/event_log.h"
#include "events/register_topics.h"
#include "events/subscription/log_group_reader.h"
#include "events/subscription/subscription_tables.h"
#include "fakes/temporary_folder.h"
#include "kafka_adapter/broker.h"
#include "store/sqlite_store.h"

namespace causeway::events {
namespace {

constexpr std::string_view kHeaders = R"({"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})";

std::string body_of(const std::string& id, std::size_t bytes) {
  std::string body = R"({"eventId":")" + id + R"(","eventType":"ORDER_CREATED","timestamp":1,"data":{"price":19.90})";
  if (bytes > body.size()) body += R"(,"pad":")" + std::string(bytes - body.size() - 10, ' ') + '"';
  return body + '}';
}

struct Common {
  SystemClock clock;
  telemetry::Metrics metrics;
  std::ostringstream written;
  telemetry::LogThread lines{std::make_shared<spdlog::sinks::ostream_sink_mt>(written), {}, clock, metrics};
  runtime::Worker worker{0, "worker", clock};
};

class Embedded final : public ConformingBus {
 public:
  explicit Embedded(std::uint32_t lanes) {
    static const store::Schema* const kSchemas[] = {&kEventSchema, &kSubscriptionSchema};
    EXPECT_EQ(sqlite_.open(kSchemas), "");
    TopicSettings settings;
    settings.name.value = "t";
    settings.shards = lanes;
    auto topics = std::make_shared<const TopicTable>(std::vector{settings}, common_.metrics);
    RegisterTopics change(topics);
    EXPECT_TRUE(sqlite_.commit_blocking(change).ok());
    topic_ = topics->find("t");
  }
  ~Embedded() override { sqlite_.stop(); }

  runtime::Worker& worker() override { return common_.worker; }

  void publish(std::uint32_t lane, int from, int to, WallTime stored_at, std::size_t bytes) override {
    std::vector<EventDraft> drafts;
    for (int at = from; at <= to; ++at) {
      EventDraft& draft = drafts.emplace_back();
      draft.event_id = "e-" + std::to_string(at);
      draft.type = "ORDER_CREATED";
      draft.key = key_of(lane);
      draft.body = body_of(draft.event_id, bytes);
      draft.headers = kHeaders;
      draft.hash = std::string(32, 'h');
    }
    Append append(topic_, "oms", std::move(drafts), stored_at, log_.signal());
    EXPECT_TRUE(sqlite_.commit_blocking(append).ok());
    log_.signal().announce("t");
  }

  std::unique_ptr<GroupReader> reader(std::function<void()> wake) override {
    return std::make_unique<LogGroupReader>(
        log_, ReaderContext{"g", topic_, common_.worker, common_.metrics, std::move(wake)});
  }

  void settle(GroupReader& reader, std::uint32_t lane, Position low) override {
    class SetCursor final : public store::Change {
     public:
      SetCursor(std::uint32_t lane, Position low) : lane_(lane), low_(low) {}
      Result<> apply(store::Session& session) override {
        static const store::Sql kSet{
            "INSERT INTO cursor (grp, topic, shard, low_pos, start_pos) VALUES ('g', 't', ?1, ?2, 0) "
            "ON CONFLICT (grp, topic, shard) DO UPDATE SET low_pos = excluded.low_pos"};
        session.run(kSet, lane_, low_);
        return {};
      }

     private:
      std::uint32_t lane_;
      Position low_;
    } change(lane, low);
    EXPECT_TRUE(sqlite_.commit_blocking(change).ok());
    reader.settled(lane, low);
  }

 private:
  std::string key_of(std::uint32_t lane) {
    for (int i = 0;; ++i)
      if (shard_of("k" + std::to_string(i), "", topic_->shards()) == lane) return "k" + std::to_string(i);
  }
  static store::StoreSettings settings_of(const std::string& database) {
    store::StoreSettings settings;
    settings.sqlite.path = database;
    settings.sqlite.min_free = ByteSize{0};
    return settings;
  }

  fakes::TemporaryFolder folder_;
  Common common_;
  store::SqliteStore sqlite_{settings_of(folder_.database()), common_.clock, common_.metrics, common_.lines};
  EventLog log_{sqlite_, common_.clock, common_.metrics};
  std::shared_ptr<const Topic> topic_;
};

class OnKafka final : public ConformingBus {
 public:
  explicit OnKafka(std::uint32_t lanes) {
    kafka::KafkaSettings kafka;
    kafka.brokers.push_back(*net::parse_host_port(kafka::Broker::shared().address()));
    bus_ = std::make_unique<kafka::KafkaBus>(kafka, "test", common_.metrics, common_.lines);
    static int next = 0;
    TopicSettings settings;
    settings.name.value = "conformance-" + std::to_string(++next);
    settings.bus = BusKind::kKafka;
    settings.kafka.partitions = lanes;
    settings.retention = std::chrono::hours(24 * 3650);
    topic_ = TopicTable({settings}, common_.metrics).find(*settings.name);
    producer_ = bus_->make_producer();
    Result<BusTopic> made = producer_->resolve(*topic_, std::chrono::seconds(20));
    for (int again = 0; !made && again < 20; ++again)  // created, and not known everywhere yet
      made = producer_->resolve(*topic_, std::chrono::seconds(20));
    EXPECT_TRUE(made.ok()) << made.error().info().internal;
  }

  runtime::Worker& worker() override { return common_.worker; }

  void publish(std::uint32_t lane, int from, int to, WallTime stored_at, std::size_t bytes) override {
    std::vector<SendReport> reports;
    for (int at = from; at <= to; ++at) {
      StoredEvent event;
      event.position = at;
      event.event_id = "e-" + std::to_string(at);
      event.source = "oms";
      event.type = "ORDER_CREATED";
      event.stored_at = unix_milliseconds(stored_at);
      event.headers = kHeaders;
      event.body = body_of(event.event_id, bytes);
      EXPECT_EQ(producer_->send({*topic_, lane, "store-1", 0, event}, static_cast<std::uint64_t>(at)),
                BusProducer::Sent::kQueued);
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (reports.size() < static_cast<std::size_t>(to - from + 1) && std::chrono::steady_clock::now() < end)
      producer_->reports(reports);
    for (const SendReport& report : reports) EXPECT_EQ(report.outcome, SendReport::Outcome::kTaken) << report.reason;
  }

  std::unique_ptr<GroupReader> reader(std::function<void()> wake) override {
    return bus_->make_reader({topic_->name() + "-g", topic_, common_.worker, common_.metrics, std::move(wake)});
  }
  void settle(GroupReader& reader, std::uint32_t lane, Position low) override { reader.settled(lane, low); }

 private:
  Common common_;
  std::unique_ptr<kafka::KafkaBus> bus_;
  std::shared_ptr<const Topic> topic_;
  std::unique_ptr<BusProducer> producer_;
};

INSTANTIATE_TEST_SUITE_P(
    Buses, BusConformance,
    testing::Values(ConformingBusKind{"Embedded",
                                      [](std::uint32_t lanes) { return std::make_unique<Embedded>(lanes); }},
                    ConformingBusKind{"Kafka", [](std::uint32_t lanes) { return std::make_unique<OnKafka>(lanes); }}),
    [](const auto& its) { return its.param.name; });

}  // namespace
}  // namespace causeway::events
