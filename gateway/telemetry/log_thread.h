// The thread that turns what workers wrote into lines: drains all rings every 20 ms, masks, formats and writes one
// batch.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "telemetry/call_log.h"
#include "telemetry/log_format.h"
#include "telemetry/metrics.h"
#include "telemetry/process_log.h"
#include "telemetry/settings.h"

namespace spdlog::sinks {
class sink;
}

namespace causeway::telemetry {

/// Standard output, a batch of lines a write. Blocks only the log thread when nobody reads it.
std::shared_ptr<spdlog::sinks::sink> stdout_sink();

/// Owns the rings; they live as long as it. `causeway_log_dropped_total` counts what was lost for lack of room, and
/// what a failing sink did not take. Thread safe but for `drain`, which belongs to the thread between `start` and
/// `stop`.
class LogThread {
 public:
  static constexpr std::chrono::milliseconds kPeriod{20};

  /// `metrics` and `clock` outlive this object. Nothing is written before `start` or `drain`.
  LogThread(std::shared_ptr<spdlog::sinks::sink> sink, const LogSettings& settings, const Clock& clock,
            Metrics& metrics);
  /// Stops.
  ~LogThread();

  /// A ring for a new worker.
  CallLog& add_call_log(std::size_t capacity = CallLog::kDefaultCapacity);
  /// A line about the process: `log.write(Level::kInfo, "listening", {{"name", name}, {"address", address}})`.
  void write(Level level, std::string_view event, std::initializer_list<ProcessLine::Field> fields = {}) {
    process_.write(level, event, fields);
  }
  /// Settings of a new configuration: from the next record and the next drain on.
  void configure(const LogSettings& settings);

  void start();
  /// Writes what has been logged so far and ends the thread. Does nothing when it does not run.
  void stop();
  /// One pass over everything logged so far, oldest first.
  void drain();

 private:
  void run();
  void limit(CallLog& log) const;
  std::string& begin_line();
  void flush();
  std::uint64_t dropped() const;

  const std::shared_ptr<spdlog::sinks::sink> sink_;
  ProcessLog process_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  LogSettings settings_;
  std::shared_ptr<LogFormat> format_;
  std::vector<std::unique_ptr<CallLog>> calls_;

  // The draining thread's.
  std::string batch_;
  std::uint64_t batch_lines_ = 0;
  std::atomic<std::uint64_t> unwritten_{0};

  Collected dropped_metric_;
  std::thread thread_;
};

}  // namespace causeway::telemetry
