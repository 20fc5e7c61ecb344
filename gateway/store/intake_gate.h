// Whether new things are taken: stops intake while there is still room for everything else, and while the disk is full.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>

#include "core/result.h"
#include "store/data_folder.h"
#include "telemetry/log_thread.h"

namespace causeway::store {

/// Belongs to the writer's thread, but for `is_open`.
class IntakeGate {
 public:
  /// What must be free beyond `min_free` and the ballast before a full disk counts as usable again: one write that
  /// happens to fit is no reason to invite callers.
  static constexpr std::uint64_t kRoom = 1 << 20;

  IntakeGate(std::uint64_t min_free, DataFolder& folder, std::function<std::uint64_t()> free_space,
             telemetry::LogThread& log)
      : min_free_(min_free), folder_(folder), free_space_(std::move(free_space)), log_(log) {}

  bool is_open() const { return state_.load(std::memory_order_relaxed) == State::kOpen; }
  /// What a refused change gets.
  Error refusal() const;
  /// True when the WAL should be kept small because space is scarce.
  bool is_tight() const { return tight_; }

  /// Before the first change.
  void start();
  /// A write has found the disk full: stops intake and gives the ballast up.
  void disk_is_full();
  /// Looks at the disk; `test_write` is asked before intake starts again.
  void look(const std::function<bool()>& test_write);

 private:
  enum class State : std::uint8_t { kOpen, kShort, kFull };

  void stop(State why, std::uint64_t free);
  bool has_room(std::uint64_t free) const;

  const std::uint64_t min_free_;
  DataFolder& folder_;
  const std::function<std::uint64_t()> free_space_;
  telemetry::LogThread& log_;
  std::atomic<State> state_{State::kOpen};
  bool tight_ = false;
};

}  // namespace causeway::store
