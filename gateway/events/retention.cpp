#include "events/retention.h"

#include <mutex>

#include "runtime/timer_wheel.h"

namespace causeway::events {

/// Waits for its timer, or for the slice that the store has; never for both. Everything but `stop` on the control
/// thread. Lives until its slice has ended, also when its Retention has gone.
class Retention::Runner final : public runtime::TimerHook, public std::enable_shared_from_this<Runner> {
 public:
  Runner(EventLog& log, runtime::Worker& control, telemetry::Metrics& metrics, telemetry::LogThread& lines)
      : log_(log), control_(control), metrics_(metrics), lines_(lines), shard_(metrics.add_shard()) {}

  void begin() {
    const std::lock_guard lock(mutex_);  // once `stop` has returned, the store is not touched
    again_ = running_;
    if (running_ || stopped_) return;
    running_ = true;
    disarm();
    log_.store().commit_later(std::make_unique<Slice>(shared_from_this()));
  }

  void count(const std::string& topic, std::int64_t events) {
    auto counter = counters_.find(topic);
    if (counter == counters_.end())
      counter = counters_
                    .emplace(topic, metrics_.counter("causeway_events_trimmed_total",
                                                     "Events that left after their retention.", {{"topic", topic}}))
                    .first;
    shard_.add(counter->second, static_cast<std::uint64_t>(events));
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }

 private:
  class Slice final : public store::Change {
   public:
    explicit Slice(std::shared_ptr<Runner> runner) : runner_(std::move(runner)), trim_(runner_->log_.clock().wall()) {}
    Kind kind() const override { return Kind::kUpkeep; }
    Result<> apply(store::Session& session) override { return trim_.apply(session); }
    void settled(Result<> result) noexcept override {
      runtime::Worker& control = runner_->control_;
      std::string problem;
      if (!result) problem = result.error().info_if() ? result.error().info_if()->internal : "refused";
      control.post([runner = std::move(runner_), trim = std::move(trim_), problem] { runner->finish(trim, problem); });
    }

   private:
    std::shared_ptr<Runner> runner_;
    Trim trim_;
  };

  void on_timer() override { begin(); }

  void finish(const Trim& trim, const std::string& problem) {
    running_ = false;
    if (problem.empty())
      for (const auto& [topic, events] : trim.trimmed()) count(topic, events);
    if (is_stopped()) return;
    if (!problem.empty()) lines_.write(telemetry::Level::kWarn, "retention failed", {{"error", problem}});
    if (again_) return begin();
    control_.arm(*this, log_.clock().steady() + (problem.empty() && trim.full() ? kPause : kPeriod));
  }

  bool is_stopped() {
    const std::lock_guard lock(mutex_);
    return stopped_;
  }

  EventLog& log_;
  runtime::Worker& control_;
  telemetry::Metrics& metrics_;
  telemetry::LogThread& lines_;
  telemetry::Shard& shard_;
  std::map<std::string, telemetry::Counter> counters_;
  bool running_ = false;
  bool again_ = false;
  std::mutex mutex_;
  bool stopped_ = false;
};

Retention::Retention(EventLog& log, runtime::Worker& control, telemetry::Metrics& metrics, telemetry::LogThread& lines)
    : control_(control), runner_(std::make_shared<Runner>(log, control, metrics, lines)) {}

Retention::~Retention() {
  runner_->stop();
  control_.post([runner = std::move(runner_)] { runner->disarm(); });
}

void Retention::take(std::shared_ptr<const TopicTable> topics) {
  control_.post([runner = runner_, topics = std::move(topics)] {
    for (const auto& [name, topic] : topics->all()) runner->count(name, 0);
    runner->begin();
  });
}

}  // namespace causeway::events
