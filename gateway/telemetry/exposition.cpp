#include "telemetry/exposition.h"

#include <prometheus/client_metric.h>
#include <prometheus/text_serializer.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace causeway::telemetry {
namespace {

std::vector<prometheus::ClientMetric::Label> to_labels(const Labels& labels) {
  std::vector<prometheus::ClientMetric::Label> result;
  for (const auto& [name, value] : labels) result.push_back({name, value});
  return result;
}

prometheus::ClientMetric to_metric(const Labels& labels, double value, prometheus::MetricType type) {
  prometheus::ClientMetric metric;
  metric.label = to_labels(labels);
  (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return metric;
}

}  // namespace

std::uint64_t Metrics::sum(std::uint32_t cell) const {
  std::uint64_t total = 0;
  for (const auto& shard : shards_) total += shard->cell(cell).load(std::memory_order_relaxed);
  return total;
}

std::map<Labels, double> Metrics::cell_values(const Family& family) const {
  std::map<Labels, double> values;
  for (const auto& [labels, cell] : family.series) {
    const std::uint64_t total = sum(cell);
    values[labels] = family.kind == Kind::kGauge ? static_cast<double>(static_cast<std::int64_t>(total))
                                                 : static_cast<double>(total);
  }
  return values;
}

prometheus::ClientMetric Metrics::histogram_value(const Family& family, std::uint32_t first_cell) const {
  prometheus::ClientMetric metric;
  auto& histogram = metric.histogram;
  const auto buckets = static_cast<std::uint32_t>(family.bounds.count);
  for (std::uint32_t bucket = 0; bucket <= buckets; ++bucket) {
    histogram.sample_count += sum(first_cell + bucket);
    const double bound = bucket < buckets ? family.bounds.upper[bucket] : std::numeric_limits<double>::infinity();
    histogram.bucket.push_back({histogram.sample_count, bound});
  }
  for (const auto& shard : shards_) {
    const auto bits = shard->cell(first_cell + buckets + 1).load(std::memory_order_relaxed);
    histogram.sample_sum += std::bit_cast<double>(bits);
  }
  return metric;
}

std::map<LabelIds, std::uint64_t> Metrics::table_sums(std::uint32_t table) const {
  std::map<LabelIds, std::uint64_t> sums;
  for (const auto& shard : shards_) {
    shard->tables_[table].load(std::memory_order_acquire)->each([&](const LabelIds& ids, std::uint64_t count) {
      sums[ids] += count;
    });
  }
  return sums;
}

std::vector<Metrics::TableRow> Metrics::rows(CounterTable table) const {
  const std::lock_guard lock(mutex_);
  std::vector<TableRow> rows;
  if (table.index == 0) return rows;
  for (const auto& [labels, count] : table_sums(table.index)) rows.push_back({labels, count});
  return rows;
}

std::vector<prometheus::ClientMetric> Metrics::table_values(const Family& family) const {
  std::vector<prometheus::ClientMetric> metrics;
  for (const auto& [ids, total] : table_sums(family.table)) {
    auto& metric = metrics.emplace_back();
    metric.counter.value = static_cast<double>(total);
    for (std::size_t i = 0; i < family.label_names.size(); ++i) {
      metric.label.push_back({family.label_names[i], label_texts_[static_cast<std::size_t>(ids[i])]});
    }
  }
  return metrics;
}

std::map<std::string, std::map<Labels, double>, std::less<>> Metrics::call_back() const {
  std::map<std::string, std::map<Labels, double>, std::less<>> values;
  const std::lock_guard lock(callbacks_mutex_);
  for (const Callback& callback : callbacks_) values[callback.family][callback.labels] = callback.value();
  return values;
}

std::vector<prometheus::MetricFamily> Metrics::collect() const {
  const auto computed = call_back();
  const std::lock_guard lock(mutex_);
  std::vector<prometheus::MetricFamily> result;
  for (const auto& [name, family] : families_) {
    prometheus::MetricFamily out{name, family.help, prometheus::MetricType::Counter, {}};
    if (family.kind == Kind::kHistogram) {
      out.type = prometheus::MetricType::Histogram;
      for (const auto& [labels, cell] : family.series) {
        out.metric.push_back(histogram_value(family, cell));
        out.metric.back().label = to_labels(labels);
      }
    } else if (family.kind == Kind::kTable) {
      out.metric = table_values(family);
    } else {
      if (family.kind == Kind::kGauge) out.type = prometheus::MetricType::Gauge;
      auto values = cell_values(family);
      if (const auto found = computed.find(name); found != computed.end()) {
        for (const auto& [labels, value] : found->second) values[labels] = value;
      }
      for (const auto& [labels, value] : values) out.metric.push_back(to_metric(labels, value, out.type));
    }
    if (!out.metric.empty()) result.push_back(std::move(out));
  }
  return result;
}

std::string Metrics::text() const { return prometheus::TextSerializer().Serialize(collect()); }

}  // namespace causeway::telemetry
