// The registry of metrics: names, labels and handles. One per process, made by the composition root; it outlives every
// configuration, so a counter keeps its value over reloads: registering a family and labels again gives the same
// handle.
//
// Thread safety: everything may be called from any thread and takes a mutex; nothing here belongs on a call's path.
// Counting is done with the handles on a Shard. Prometheus text format 0.0.4, base units, names as in the operations
// page.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "telemetry/labels.h"
#include "telemetry/shard.h"

namespace prometheus {
struct ClientMetric;
struct MetricFamily;
}  // namespace prometheus

namespace causeway::telemetry {

class Metrics;

/// Keeps a value that is computed at scrape time registered. After destruction its function is not called any more (the
/// destructor waits for a scrape in progress). Must not outlive Metrics.
class [[nodiscard]] Collected {
 public:
  Collected() = default;
  Collected(Collected&& other) noexcept { *this = std::move(other); }
  Collected& operator=(Collected&& other) noexcept;
  ~Collected();

 private:
  friend class Metrics;
  Collected(Metrics& metrics, std::uint64_t id) : metrics_(&metrics), id_(id) {}

  Metrics* metrics_ = nullptr;
  std::uint64_t id_ = 0;
};

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// A shard for the calling component's thread; lives as long as this object.
  Shard& add_shard();

  /// Throws std::logic_error when the name is taken by a family of another kind, or its labels or bounds differ in
  /// kind. Beyond two million cells a handle is given that counts where nobody looks.
  Counter counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  Histogram histogram(std::string_view name, std::string_view help, const Labels& labels = {},
                      const HistogramBounds& bounds = kLatencyBounds);
  /// Up to kMaxTableLabels label names; `capacity` combinations a shard, rounded up to a power of two.
  CounterTable counter_table(std::string_view name, std::string_view help, const std::vector<std::string>& label_names,
                             std::size_t capacity = 4096);

  /// What a table has counted: one sum over all shards per combination of labels, in no order. For those who keep a
  /// record of it. Relaxed reads: no sum ever goes backwards.
  struct TableRow {
    LabelIds labels;
    std::uint64_t count = 0;
  };
  std::vector<TableRow> rows(CounterTable table) const;

  /// A value computed at scrape time, on the scraping thread: `value` must be thread safe and quick and must not call
  /// Metrics. Of several for the same name and labels (an old and a new configuration) the newest is shown.
  Collected collect_gauge(std::string_view name, std::string_view help, Labels labels, std::function<double()> value);
  Collected collect_counter(std::string_view name, std::string_view help, Labels labels, std::function<double()> value);

  /// The same text gives the same id for ever. When 65,536 are used up, kOther.
  LabelId intern(std::string_view text);
  std::string text_of(LabelId id) const;

  /// One sum over all shards per time series, families by name. Relaxed reads: the values of a busy gateway are those
  /// of about now, a series never goes backwards, and a histogram's count is the sum of its buckets.
  std::vector<prometheus::MetricFamily> collect() const;
  std::string text() const;

 private:
  friend class Collected;

  enum class Kind : std::uint8_t { kCounter, kGauge, kHistogram, kTable };
  struct Family {
    Kind kind{};
    std::string help;
    std::map<Labels, std::uint32_t> series;  // labels → first cell
    HistogramBounds bounds;
    std::vector<std::string> label_names;  // of a table
    std::uint32_t table = 0;
  };
  struct Callback {
    std::uint64_t id;
    std::string family;
    Labels labels;
    std::function<double()> value;
  };

  Family& family(std::string_view name, std::string_view help, Kind kind);
  std::uint32_t series(Family& family, const Labels& labels, std::uint32_t cells);
  Collected collect_value(Kind kind, std::string_view name, std::string_view help, Labels labels,
                          std::function<double()> value);
  void forget(std::uint64_t id);
  std::uint64_t sum(std::uint32_t cell) const;
  std::map<Labels, double> cell_values(const Family& family) const;
  prometheus::ClientMetric histogram_value(const Family& family, std::uint32_t first_cell) const;
  std::map<LabelIds, std::uint64_t> table_sums(std::uint32_t table) const;
  std::vector<prometheus::ClientMetric> table_values(const Family& family) const;
  /// Values by family and labels.
  std::map<std::string, std::map<Labels, double>, std::less<>> call_back() const;

  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::size_t> table_capacities_;
  std::uint32_t next_cell_ = Shard::kScratchCells;
  std::deque<std::string> label_texts_;
  std::unordered_map<std::string_view, LabelId> label_ids_;

  mutable std::mutex callbacks_mutex_;  // held while callbacks run, so that forgetting one waits for them
  std::list<Callback> callbacks_;
  std::uint64_t next_callback_ = 1;
};

}  // namespace causeway::telemetry
