#include "telemetry/metrics.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "telemetry/exposition.h"

namespace causeway::telemetry {
namespace {

using testing::HasSubstr;

TEST(Metrics, PrintsEveryKindExactly) {
  Metrics metrics;
  Shard& shard = metrics.add_shard();
  const Counter bytes = metrics.counter("causeway_request_bytes_total", "Bytes of request bodies.");
  const Gauge active = metrics.gauge("causeway_active_requests", "Requests in progress.");
  const Histogram latency = metrics.histogram("causeway_request_duration_seconds", "Time to answer.",
                                              {{"route", "orders.create"}, {"version", "v1"}}, {3, {0.001, 0.1, 1}});
  const CounterTable requests =
      metrics.counter_table("causeway_requests_total", "Requests.", {"route", "method", "status"});
  const LabelId route = metrics.intern("orders.create");
  const LabelId get = metrics.intern("GET");

  shard.add(bytes, 4'503'599'627'370'497);
  shard.add(active, 3);
  shard.add(active, -1);
  shard.observe(latency, 0.001);
  shard.observe(latency, std::chrono::milliseconds(500));
  shard.observe(latency, 5.0);
  shard.add(requests, {route, get, metrics.intern("200")}, 2);
  shard.add(requests, {route, get, metrics.intern("404")});

  EXPECT_EQ(metrics.text(),
            "# HELP causeway_active_requests Requests in progress.\n"
            "# TYPE causeway_active_requests gauge\n"
            "causeway_active_requests 2\n"
            "# HELP causeway_request_bytes_total Bytes of request bodies.\n"
            "# TYPE causeway_request_bytes_total counter\n"
            "causeway_request_bytes_total 4503599627370497\n"
            "# HELP causeway_request_duration_seconds Time to answer.\n"
            "# TYPE causeway_request_duration_seconds histogram\n"
            "causeway_request_duration_seconds_count{route=\"orders.create\",version=\"v1\"} 3\n"
            "causeway_request_duration_seconds_sum{route=\"orders.create\",version=\"v1\"} 5.501\n"
            "causeway_request_duration_seconds_bucket{route=\"orders.create\",version=\"v1\",le=\"0.001\"} 1\n"
            "causeway_request_duration_seconds_bucket{route=\"orders.create\",version=\"v1\",le=\"0.1\"} 1\n"
            "causeway_request_duration_seconds_bucket{route=\"orders.create\",version=\"v1\",le=\"1\"} 2\n"
            "causeway_request_duration_seconds_bucket{route=\"orders.create\",version=\"v1\",le=\"+Inf\"} 3\n"
            "# HELP causeway_requests_total Requests.\n"
            "# TYPE causeway_requests_total counter\n"
            "causeway_requests_total{route=\"orders.create\",method=\"GET\",status=\"200\"} 2\n"
            "causeway_requests_total{route=\"orders.create\",method=\"GET\",status=\"404\"} 1\n");
}

TEST(Metrics, HasBucketsFromOneMillisecondToThirtySeconds) {
  Metrics metrics;
  Shard& shard = metrics.add_shard();
  shard.observe(metrics.histogram("h_seconds", "h"), 31.0);
  std::string bounds;
  const auto families = metrics.collect();
  for (const auto& bucket : families[0].metric[0].histogram.bucket) {
    bounds += fmt::format("{} ", bucket.upper_bound);
  }
  EXPECT_EQ(bounds, "0.001 0.002 0.005 0.01 0.02 0.05 0.1 0.2 0.5 1 2 5 10 30 inf ");
}

TEST(Metrics, SumsOverShards) {
  Metrics metrics;
  Shard& before = metrics.add_shard();
  const Counter counter = metrics.counter("c_total", "c");
  const Gauge gauge = metrics.gauge("g", "g");
  const CounterTable table = metrics.counter_table("t_total", "t", {"a"});
  Shard& after = metrics.add_shard();
  const LabelId one = metrics.intern("one");
  for (Shard* shard : {&before, &after}) {
    shard->add(counter, 5);
    shard->set(gauge, 7);
    shard->set(gauge, -2);
    shard->add(table, {one}, 3);
  }
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("c_total 10\n"));
  EXPECT_THAT(text, HasSubstr("g -4\n"));
  EXPECT_THAT(text, HasSubstr("t_total{a=\"one\"} 6\n"));
}

TEST(Metrics, KeepsCountingOverReloads) {
  Metrics metrics;
  Shard& shard = metrics.add_shard();
  const Counter counter = metrics.counter("c_total", "c", {{"cluster", "wms"}, {"reason", "timeout"}});
  shard.add(counter);
  const Counter again = metrics.counter("c_total", "c", {{"reason", "timeout"}, {"cluster", "wms"}});
  EXPECT_EQ(again.cell, counter.cell);
  EXPECT_NE(metrics.counter("c_total", "c", {{"cluster", "oms"}, {"reason", "timeout"}}).cell, counter.cell);
  EXPECT_EQ(metrics.counter_table("t_total", "t", {"a"}).index, metrics.counter_table("t_total", "t", {"a"}).index);
  EXPECT_EQ(metrics.intern("x"), metrics.intern("x"));
  shard.add(again);
  EXPECT_THAT(metrics.text(), HasSubstr("c_total{cluster=\"wms\",reason=\"timeout\"} 2\n"));
}

TEST(Metrics, ATableIsReadRowByRow) {
  Metrics metrics;
  const CounterTable table = metrics.counter_table("t_total", "t", {"a", "b"});
  Shard& first = metrics.add_shard();
  Shard& second = metrics.add_shard();
  first.add(table, {metrics.intern("one"), LabelId::kEmpty}, 2);
  second.add(table, {metrics.intern("one"), LabelId::kEmpty}, 3);
  second.add(table, {metrics.intern("two"), metrics.intern("x")});
  std::string text;
  for (const Metrics::TableRow& row : metrics.rows(table))
    text +=
        metrics.text_of(row.labels[0]) + '/' + metrics.text_of(row.labels[1]) + ' ' + std::to_string(row.count) + '\n';
  EXPECT_EQ(text, "one/ 5\ntwo/x 1\n");
  EXPECT_TRUE(metrics.rows(CounterTable{}).empty());
}

TEST(Metrics, RefusesAFamilyOfAnotherKind) {
  Metrics metrics;
  metrics.counter("c_total", "c");
  EXPECT_THROW(metrics.gauge("c_total", "c"), std::logic_error);
  metrics.histogram("h_seconds", "h");
  EXPECT_THROW(metrics.histogram("h_seconds", "h", {}, {1, {1}}), std::logic_error);
  metrics.counter_table("t_total", "t", {"a"});
  EXPECT_THROW(metrics.counter_table("t_total", "t", {"b"}), std::logic_error);
}

TEST(Metrics, CountsNowhereThroughDefaultHandles) {
  Metrics metrics;
  Shard& shard = metrics.add_shard();
  shard.add(Counter{});
  shard.observe(Histogram{}, 1.0);
  shard.add(CounterTable{}, {});
  EXPECT_EQ(metrics.text(), "");
}

TEST(Metrics, GrowsOverManyBlocks) {
  Metrics metrics;
  Shard& shard = metrics.add_shard();
  for (int route = 0; route < 2000; ++route) {
    shard.observe(metrics.histogram("h_seconds", "h", {{"route", std::to_string(route)}}), 0.5);
  }
  const auto families = metrics.collect();
  EXPECT_EQ(families[0].metric.size(), 2000u);
  for (const auto& metric : families[0].metric) {
    ASSERT_EQ(metric.histogram.sample_count, 1u);
    ASSERT_EQ(metric.histogram.sample_sum, 0.5);
  }
}

TEST(CounterTable, CountsUnderOtherWhenItIsFull) {
  Metrics metrics;
  Shard& shard = metrics.add_shard();
  const CounterTable table = metrics.counter_table("t_total", "t", {"a", "b"}, 64);
  const LabelId first = metrics.intern("first");
  shard.add(table, {first, first});
  for (int i = 0; i < 10'000; ++i) shard.add(table, {static_cast<LabelId>(i + 100), first});
  for (int i = 0; i < 10'000; ++i) metrics.intern(std::to_string(i));
  shard.add(table, {first, first});

  std::uint64_t total = 0;
  std::uint64_t other = 0;
  const auto families = metrics.collect();
  for (const auto& metric : families[0].metric) {
    total += static_cast<std::uint64_t>(metric.counter.value);
    if (metric.label[0].value == "other" && metric.label[1].value == "other") {
      other = static_cast<std::uint64_t>(metric.counter.value);
    }
  }
  EXPECT_EQ(total, 10'002u);
  EXPECT_GE(other, 10'000u - 64u);
  EXPECT_LE(families[0].metric.size(), 65u);
  EXPECT_THAT(metrics.text(), HasSubstr("t_total{a=\"first\",b=\"first\"} 2\n"));
}

TEST(CounterTable, TellsAllSixLabelsApart) {
  Metrics metrics;
  Shard& shard = metrics.add_shard();
  const CounterTable table = metrics.counter_table("t_total", "t", {"a", "b", "c", "d", "e", "f"});
  const LabelId x = metrics.intern("x");
  const LabelId y = metrics.intern("y");
  for (std::size_t place = 0; place < kMaxTableLabels; ++place) {
    LabelIds ids{x, x, x, x, x, x};
    ids[place] = y;
    shard.add(table, ids, place + 1);
  }
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("{a=\"y\",b=\"x\",c=\"x\",d=\"x\",e=\"x\",f=\"x\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("{a=\"x\",b=\"x\",c=\"x\",d=\"x\",e=\"x\",f=\"y\"} 6\n"));
}

TEST(Collected, IsComputedAtScrapeTimeUntilItGoes) {
  Metrics metrics;
  double seconds = 1.5;
  Collected oldest =
      metrics.collect_gauge("causeway_outbox_oldest_seconds", "Age.", {{"topic", "orders"}}, [&] { return seconds; });
  EXPECT_THAT(metrics.text(), HasSubstr("causeway_outbox_oldest_seconds{topic=\"orders\"} 1.5\n"));
  seconds = 2;
  Collected newer = metrics.collect_gauge("causeway_outbox_oldest_seconds", "Age.", {{"topic", "orders"}},
                                          [&] { return seconds * 10; });
  EXPECT_THAT(metrics.text(), HasSubstr("causeway_outbox_oldest_seconds{topic=\"orders\"} 20\n"));
  oldest = std::move(newer);
  EXPECT_THAT(metrics.text(), HasSubstr("causeway_outbox_oldest_seconds{topic=\"orders\"} 20\n"));
  oldest = {};
  EXPECT_EQ(metrics.text(), "");
}

TEST(StandardLabels, BoundMethodsStatusesAndCodes) {
  Metrics metrics;
  const StandardLabels labels(metrics);
  EXPECT_EQ(labels.method("GET"), metrics.intern("GET"));
  EXPECT_EQ(labels.method("PATCH"), metrics.intern("PATCH"));
  for (const char* odd : {"get", "BREW", "", "GETT"}) EXPECT_EQ(labels.method(odd), LabelId::kOther);
  EXPECT_EQ(labels.status(200), metrics.intern("200"));
  EXPECT_EQ(labels.status(511), metrics.intern("511"));
  for (const int odd : {-1, 0, 99, 299, 418, 599, 600, 1 << 30}) EXPECT_EQ(labels.status(odd), LabelId::kOther);
  EXPECT_EQ(labels.code(0), metrics.intern("0"));
  EXPECT_EQ(labels.code(40191), metrics.intern("40191"));
  EXPECT_EQ(labels.code(50491), metrics.intern("50491"));
  EXPECT_EQ(labels.code(50000), metrics.intern("50000"));
  for (const std::uint32_t odd : {1u, 40199u, 40912u, 41800u, 59999u, 60000u, ~0u}) {
    EXPECT_EQ(labels.code(odd), LabelId::kOther) << odd;
  }
}

TEST(Metrics, EscapesLabelValues) {
  Metrics metrics;
  Shard& shard = metrics.add_shard();
  shard.add(metrics.counter("c_total", "c", {{"route", "a\"b\\c\nd"}}));
  EXPECT_THAT(metrics.text(), HasSubstr("c_total{route=\"a\\\"b\\\\c\\nd\"} 1\n"));
}

TEST(Exposition, FeedsAPrometheusRegistry) {
  Metrics metrics;
  metrics.counter("c_total", "c");
  const Exposition exposition(metrics);
  const prometheus::Collectable& collectable = exposition;
  ASSERT_EQ(collectable.Collect().size(), 1u);
  EXPECT_EQ(collectable.Collect()[0].name, "c_total");
}

TEST(Metrics, PassPromtool) {
  if (std::system("command -v promtool >/dev/null") != 0) GTEST_SKIP() << "promtool is not installed";
  Metrics metrics;
  const StandardLabels labels(metrics);
  Shard& shard = metrics.add_shard();
  const CounterTable requests = metrics.counter_table("causeway_requests_total", "Requests by their outcome.",
                                                      {"route", "method", "version", "consumer", "status", "code"});
  shard.add(requests, {metrics.intern("orders.create"), labels.method("POST"), metrics.intern("v1"),
                       metrics.intern("张伟"), labels.status(200), labels.code(0)});
  shard.add(requests, {LabelId::kOther, labels.method("BREW"), LabelId::kEmpty, LabelId::kEmpty, labels.status(404),
                       labels.code(40490)});
  shard.observe(metrics.histogram("causeway_request_duration_seconds", "Time to answer.", {{"route", "orders.create"}}),
                0.012);
  shard.add(metrics.gauge("causeway_active_requests", "Requests in progress."), 3);
  const Collected collected =
      metrics.collect_gauge("causeway_build_info", "Version.", {{"version", "0.1.0"}}, [] { return 1.0; });

  const std::string command = "promtool check metrics >/dev/null 2>" + testing::TempDir() + "promtool.txt";
  FILE* promtool = popen(command.c_str(), "w");
  ASSERT_NE(promtool, nullptr);
  const std::string text = metrics.text();
  ASSERT_EQ(std::fwrite(text.data(), 1, text.size(), promtool), text.size());
  EXPECT_EQ(pclose(promtool), 0) << text;
}

}  // namespace
}  // namespace causeway::telemetry
