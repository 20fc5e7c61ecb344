#include "telemetry/metrics.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <stdexcept>
#include <utility>

namespace causeway::telemetry {
namespace {

constexpr std::size_t kMaxLabels = std::size_t{std::numeric_limits<std::uint16_t>::max()} + 1;

}  // namespace

Collected& Collected::operator=(Collected&& other) noexcept {
  if (this != &other) {
    if (metrics_) metrics_->forget(id_);
    metrics_ = std::exchange(other.metrics_, nullptr);
    id_ = other.id_;
  }
  return *this;
}

Collected::~Collected() {
  if (metrics_) metrics_->forget(id_);
}

Metrics::Metrics() : table_capacities_{0} {  // index 0 is the default handle's and has no rows
  intern("other");
  intern("");
}

Metrics::~Metrics() = default;

Shard& Metrics::add_shard() {
  const std::lock_guard lock(mutex_);
  shards_.push_back(std::unique_ptr<Shard>(new Shard));
  Shard& shard = *shards_.back();
  shard.reserve_cells((next_cell_ + Shard::kBlockCells - 1) / Shard::kBlockCells);
  for (std::uint32_t table = 1; table < table_capacities_.size(); ++table) {
    shard.reserve_table(table, table_capacities_[table]);
  }
  return shard;
}

Counter Metrics::counter(std::string_view name, std::string_view help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  return {series(family(name, help, Kind::kCounter), labels, 1)};
}

Gauge Metrics::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  return {series(family(name, help, Kind::kGauge), labels, 1)};
}

Histogram Metrics::histogram(std::string_view name, std::string_view help, const Labels& labels,
                             const HistogramBounds& bounds) {
  const std::lock_guard lock(mutex_);
  Family& owner = family(name, help, Kind::kHistogram);
  if (owner.series.empty()) owner.bounds = bounds;
  if (owner.bounds != bounds) throw std::logic_error("metric " + std::string(name) + " has other buckets");
  const std::uint32_t cell = series(owner, labels, static_cast<std::uint32_t>(bounds.count) + 2);
  return cell == 0 ? Histogram{} : Histogram{cell, &owner.bounds};
}

CounterTable Metrics::counter_table(std::string_view name, std::string_view help,
                                    const std::vector<std::string>& label_names, std::size_t capacity) {
  const std::lock_guard lock(mutex_);
  Family& owner = family(name, help, Kind::kTable);
  if (owner.table == 0) {
    if (label_names.size() > kMaxTableLabels || table_capacities_.size() == Shard::kMaxTables) {
      throw std::logic_error("no room for metric " + std::string(name));
    }
    owner.label_names = label_names;
    owner.table = static_cast<std::uint32_t>(table_capacities_.size());
    table_capacities_.push_back(std::bit_ceil(capacity));
    for (const auto& shard : shards_) shard->reserve_table(owner.table, table_capacities_.back());
  }
  if (owner.label_names != label_names) throw std::logic_error("metric " + std::string(name) + " has other labels");
  return {owner.table};
}

Collected Metrics::collect_gauge(std::string_view name, std::string_view help, Labels labels,
                                 std::function<double()> value) {
  return collect_value(Kind::kGauge, name, help, std::move(labels), std::move(value));
}

Collected Metrics::collect_counter(std::string_view name, std::string_view help, Labels labels,
                                   std::function<double()> value) {
  return collect_value(Kind::kCounter, name, help, std::move(labels), std::move(value));
}

Collected Metrics::collect_value(Kind kind, std::string_view name, std::string_view help, Labels labels,
                                 std::function<double()> value) {
  {
    const std::lock_guard lock(mutex_);
    family(name, help, kind);
  }
  const std::lock_guard lock(callbacks_mutex_);
  const std::uint64_t id = next_callback_++;
  callbacks_.push_back({id, std::string(name), std::move(labels), std::move(value)});
  return {*this, id};
}

void Metrics::forget(std::uint64_t id) {
  const std::lock_guard lock(callbacks_mutex_);
  callbacks_.remove_if([id](const Callback& callback) { return callback.id == id; });
}

LabelId Metrics::intern(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (const auto known = label_ids_.find(text); known != label_ids_.end()) return known->second;
  if (label_texts_.size() == kMaxLabels) return LabelId::kOther;
  const auto id = static_cast<LabelId>(label_texts_.size());
  label_ids_.emplace(label_texts_.emplace_back(text), id);
  return id;
}

std::string Metrics::text_of(LabelId id) const {
  const std::lock_guard lock(mutex_);
  return label_texts_[static_cast<std::size_t>(id)];
}

Metrics::Family& Metrics::family(std::string_view name, std::string_view help, Kind kind) {
  auto found = families_.find(name);
  if (found == families_.end()) {
    found = families_.emplace(name, Family{}).first;
    found->second.kind = kind;
    found->second.help = help;
  }
  if (found->second.kind != kind) throw std::logic_error("metric " + std::string(name) + " is of another kind");
  return found->second;
}

std::uint32_t Metrics::series(Family& family, const Labels& labels, std::uint32_t cells) {
  Labels sorted = labels;
  std::sort(sorted.begin(), sorted.end());
  if (const auto known = family.series.find(sorted); known != family.series.end()) return known->second;

  const std::size_t left_in_block = Shard::kBlockCells - next_cell_ % Shard::kBlockCells;
  const std::uint32_t first = next_cell_ + (cells > left_in_block ? static_cast<std::uint32_t>(left_in_block) : 0);
  if (first + cells > Shard::kMaxBlocks * Shard::kBlockCells) return 0;
  next_cell_ = first + cells;
  for (const auto& shard : shards_) {
    shard->reserve_cells((next_cell_ + Shard::kBlockCells - 1) / Shard::kBlockCells);
  }
  family.series.emplace(std::move(sorted), first);
  return first;
}

}  // namespace causeway::telemetry
