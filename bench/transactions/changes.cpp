// The store's part of kept calls by itself: BeginCall and EndCall with its event, as many at a time as there would be
// callers, through the store's writer, without HTTP and without a system.
//
//   bench_transactions_changes FOLDER SECONDS CALLERS    prints one JSON object
#include <spdlog/sinks/null_sink.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

#include "core/json_object.h"
#include "events/register_topics.h"
#include "store/sqlite_store.h"
#include "transactions/begin_call.h"
#include "transactions/end_call.h"
#include "transactions/programs.h"
#include "transactions/stored_request.h"

namespace causeway::transactions {
namespace {

constexpr std::string_view kRequest =
    R"({"orderId":"ORD000000000001","status":"PENDING","customer":{"id":"C10086","name":"Zhang San"},"items":[)"
    R"({"sku":"SKU001","qty":10},{"sku":"SKU002","qty":3}],"total":1299.5,"currency":"CNY","ts":1706518800000})";
constexpr std::string_view kAnswer =
    R"({"orderId":"ORD202401290001","status":"PENDING","items":[{"sku":"SKU001","qty":10},{"sku":"SKU002","qty":3}],"total":1299.50})";

struct Bench {
  explicit Bench(const std::string& folder) : store(settings(folder), clock, metrics, log) {
    const store::Schema* const schemas[] = {&events::kEventSchema, &kTransactionSchema};
    if (const std::string problem = store.open(schemas); !problem.empty()) {
      std::fprintf(stderr, "%s\n", problem.c_str());
      std::exit(1);
    }
    events::TopicSettings orders;
    orders.name.value = "orders";
    auto topics = std::make_shared<const events::TopicTable>(std::vector{orders}, metrics);
    topic = topics->find("orders");
    events::RegisterTopics change(topics);
    if (!store.commit_blocking(change)) std::exit(1);
    ProgramTexts texts;
    texts.done_when = "$status == 200";
    texts.absent_when = "$status == 404";
    texts.result = "{orderId, status}";
    texts.publishes = true;
    texts.type = "ORDER_CREATED";
    texts.key = "{{ $request.orderId }}";
    programs = texts.to_json();
    StoredRequest check;
    check.cluster = "system";
    check.method = "GET";
    check.target = "/orders/by-external/ORD000000000001";
    check.timeout = std::chrono::seconds(30);
    check.operation = "orders";
    check_request = check.to_json();
    document = JsonObject().raw("request", kRequest).done();
  }

  static store::StoreSettings settings(const std::string& folder) {
    store::StoreSettings settings;
    settings.sqlite.path = folder + "/changes.db";
    settings.sqlite.min_free = ByteSize{1 << 20};
    return settings;
  }

  SystemClock clock;
  telemetry::Metrics metrics;
  telemetry::LogThread log{std::make_shared<spdlog::sinks::null_sink_mt>(), {}, clock, metrics};
  store::SqliteStore store;
  events::EventLog events{store, clock, metrics};
  std::shared_ptr<const events::Topic> topic;
  std::string programs, check_request, document;
  std::atomic<bool> ends{false};
  std::atomic<int> running{0};
  std::atomic<std::size_t> calls{0};
};

void begin(Bench& bench);

class End final : public store::Change {
 public:
  End(Bench& bench, EndCall::End end) : bench_(bench), change_(std::move(end)) {}
  Kind kind() const override { return change_.kind(); }
  Result<> apply(store::Session& session) override { return change_.apply(session); }
  void settled(Result<> result) noexcept override {
    if (!result || change_.overtaken()) std::abort();
    ++bench_.calls;
    begin(bench_);
  }

 private:
  Bench& bench_;
  EndCall change_;
};

class Begin final : public store::Change {
 public:
  Begin(Bench& bench, BeginCall::Call call) : bench_(bench), change_(std::move(call)) {}
  Result<> apply(store::Session& session) override { return change_.apply(session); }
  void settled(Result<> result) noexcept override {
    if (!result || !change_.begun().forward) std::abort();
    EndCall::End end;
    end.boot_id = bench_.store.boot_id();
    end.route = "orders";
    end.record = change_.begun().record;
    end.half = change_.begun().half;
    end.ending = decide_ending(Outcome::kSucceeded, false, false);
    end.now = bench_.clock.wall();
    end.answer = {200, false, "Content-Type: application/json\n", std::string(kAnswer)};
    events::EventDraft draft;
    draft.event_id = change_.begun().txid;
    draft.type = "ORDER_CREATED";
    draft.key = draft.event_id;
    draft.timestamp = unix_milliseconds(end.now);
    draft.body = JsonObject().text("eventId", draft.event_id).text("eventType", draft.type).raw("data", kAnswer).done();
    draft.headers = R"({"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})";
    draft.hash.assign(32, 'h');
    std::vector<events::EventDraft> drafts;
    drafts.push_back(std::move(draft));
    end.event.emplace(bench_.topic, "orders", std::move(drafts), end.now, bench_.events.signal());
    bench_.store.commit_later(std::make_unique<End>(bench_, std::move(end)));
  }

 private:
  Bench& bench_;
  BeginCall change_;
};

/// A digest of its own for each call.
std::string digest(std::uint64_t number) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) {
    number += 0x9e3779b97f4a7c15;  // splitmix64
    std::uint64_t mixed = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    mixed ^= mixed >> 31;
    bytes.append(reinterpret_cast<const char*>(&mixed), sizeof mixed);
  }
  return bytes;
}

void begin(Bench& bench) {
  static std::atomic<std::uint64_t> number{0};
  if (bench.ends) {
    --bench.running;
    return;
  }
  BeginCall::Call call;
  call.now = bench.clock.wall();
  call.txid = events::new_event_id(call.now);
  const std::uint64_t own = number.fetch_add(1);
  call.key = CallKey{digest(own << 20), digest(~own), "ORD" + std::to_string(own), std::chrono::hours(24)};
  call.route = "orders";
  call.consumer = "shop";
  call.boot_id = bench.store.boot_id();
  tables::Half half;
  half.txid = call.txid;
  half.route = call.route;
  half.consumer = call.consumer;
  half.topic = "orders";
  half.programs = bench.programs;
  half.document = bench.document;
  half.check_request = bench.check_request;
  half.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  half.created = half.attempt_began = unix_milliseconds(call.now);
  call.half = std::move(half);
  bench.store.commit_later(std::make_unique<Begin>(bench, std::move(call)));
}

void run(const std::string& folder, double seconds, int callers) {
  Bench bench(folder);
  bench.running = callers;
  const SteadyTime begun = bench.clock.steady();
  for (int i = 0; i < callers; ++i) begin(bench);
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  bench.ends = true;
  const double took = std::chrono::duration<double>(bench.clock.steady() - begun).count();
  const auto calls = static_cast<double>(bench.calls.load());
  while (bench.running > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  bench.store.stop();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double cpu = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                     static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  std::printf("{\"calls\":%.0f,\"per_second\":%.0f,\"cpu_us\":%.1f}\n", calls, calls / took, cpu * 1e6 / calls);
}

}  // namespace
}  // namespace causeway::transactions

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s FOLDER SECONDS CALLERS\n", argv[0]);
    return 2;
  }
  causeway::transactions::run(argv[1], std::atof(argv[2]), std::atoi(argv[3]));
}
