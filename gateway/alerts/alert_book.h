// Which alerts fire: in memory for whoever asks often, in the store for restarts and for people, a line of the log when
// one begins or ends, and the gauge causeway_alerts_firing{name}.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "alerts/alert_table.h"
#include "telemetry/alert_sink.h"
#include "telemetry/log_thread.h"
#include "telemetry/metrics.h"

namespace causeway::alerts {

/// Thread safe. Alerts are in the store soon after they were raised: what was raised just before a kill -9 is raised
/// again by whoever still sees its cause. What the store refuses is offered to it again with the next change.
class AlertBook final : public telemetry::AlertSink {
 public:
  /// Everything given outlives it. The store stops before it goes.
  AlertBook(store::Store& store, const Clock& clock, telemetry::Metrics& metrics, telemetry::LogThread& log);

  /// The store is open: takes over what fired when the last process ended. Before that, and without a store, alerts
  /// live as long as the process. Blocks. May be called again.
  Result<> open();

  /// A page of those in the store; without one, of those in memory. Blocks. 50392: the store cannot be read.
  Result<> list(ReadAlerts& read) const;

  void raise(std::string_view name, telemetry::Labels labels, std::string message) override;
  void resolve(std::string_view name, telemetry::Labels labels) override;
  std::vector<telemetry::Labels> firing(std::string_view name) const override;

 private:
  class Save;
  using Key = std::pair<std::string, std::string>;  ///< name, labels as JSON
  struct Firing {
    telemetry::Labels labels;
    std::int64_t since = 0;
    std::int64_t updated_at = 0;
    std::string message;
    bool ended = false;   ///< and to be written down as such
    std::int64_t id = 0;  ///< ascending as they are raised; of this process
  };
  using Alerts = std::map<Key, Firing>;

  /// Gives the store what it does not have yet, in the order in which it happened.
  void save();
  /// Without a store. Under the mutex.
  void list_kept(ReadAlerts& read) const;
  void show(const std::string& name);
  double count(const std::string& name) const;

  store::Store& store_;
  const Clock& clock_;
  telemetry::Metrics& metrics_;
  telemetry::LogThread& log_;

  mutable std::mutex mutex_;  ///< never held while the store or the metrics are called
  bool durable_ = false;
  Alerts firing_;
  Alerts unsaved_;  ///< without a store all of them, the resolved ones too
  std::int64_t last_id_ = 0;

  std::mutex saving_;  ///< taken before the other

  std::mutex gauges_mutex_;
  std::map<std::string, telemetry::Collected> gauges_;  ///< by name; after what they count
};

}  // namespace causeway::alerts
