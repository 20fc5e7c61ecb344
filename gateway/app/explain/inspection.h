// A configuration that is only looked at: compiled, without threads, listeners, store or network.
#pragma once

#include <memory>
#include <optional>

#include "app/compilation.h"
#include "telemetry/metrics.h"

namespace causeway::app {

/// A clock that stands still.
class FixedClock final : public Clock {
 public:
  explicit FixedClock(WallTime at) : wall_(at) {}
  WallTime wall() const override { return wall_; }
  SteadyTime steady() const override { return steady_; }

 private:
  const WallTime wall_;
  const SteadyTime steady_ = std::chrono::steady_clock::now();
};

/// One thread.
class Inspection {
 public:
  /// Null when `errors` says what is wrong. Where the files are right but for what this machine lacks (secrets, keys,
  /// certificates), made-up values stand in. Blocks on files and names.
  static std::unique_ptr<Inspection> open(const ConfigFiles& files, WallTime at, config::Errors& errors);
  Inspection(const Inspection&) = delete;
  Inspection& operator=(const Inspection&) = delete;

  const Compiled& compiled() const { return *compiled_; }
  telemetry::Metrics& metrics() { return metrics_; }
  /// Made-up values stand in: nobody can prove who he is.
  bool has_stand_ins() const { return stand_ins_; }

 private:
  explicit Inspection(WallTime at);
  bool compile_files(Files files, config::Errors& errors);

  telemetry::Metrics metrics_;
  const FixedClock clock_;
  ProcessState state_;
  std::optional<Compiled> compiled_;
  bool stand_ins_ = false;
};

}  // namespace causeway::app
