// What becomes of open half messages when a process starts, and when its clock is set.
#pragma once

#include <atomic>
#include <chrono>

#include "store/store.h"
#include "transactions/transaction_tables.h"

namespace causeway::transactions {

/// The one change of a process that starts: it takes over what lies there.
class AdoptHalves final : public store::Change {
 public:
  /// No schedule is that far ahead: the clock was, when it was written down.
  static constexpr Duration kFarthest = std::chrono::hours(1);

  explicit AdoptHalves(WallTime now) : now_(now) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override {
    const std::int64_t now = unix_milliseconds(now_);
    tables::adopt_orphans(session, now);
    tables::hurry_checks(session, now,
                         unix_milliseconds(now_ + std::chrono::duration_cast<WallTime::duration>(kFarthest)));
    return {};
  }

 private:
  const WallTime now_;
};

/// The clock went back: every check that waits is due, rather than hours late.
class HurryChecks final : public store::Change {
 public:
  explicit HurryChecks(WallTime now) : now_(now) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override {
    tables::hurry_checks(session, unix_milliseconds(now_), unix_milliseconds(now_));
    return {};
  }

 private:
  const WallTime now_;
};

/// The clock was put forward: no attempt is older for that than it was.
class ShiftAttempts final : public store::Change {
 public:
  explicit ShiftAttempts(Duration by) : by_(by) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override {
    tables::shift_attempts(session, std::chrono::ceil<std::chrono::milliseconds>(by_).count());
    return {};
  }

 private:
  const Duration by_;
};

/// Notices that a machine's clock was set, against the one that never is. One thread but for `runs_ahead`.
class ClockWatch {
 public:
  static constexpr Duration kTolerated = std::chrono::seconds(1);

  /// What has happened since it was asked last, added up until it is seen to.
  void look(WallTime wall, SteadyTime steady) {
    const Duration ahead = wall.time_since_epoch() - steady.time_since_epoch();
    const Duration before(ahead_.load());
    if (before != kNever && ahead < before - kTolerated) behind_ = true;
    if (before != kNever && ahead > before + kTolerated) gained_ = gained_.load() + (ahead - before).count();
    ahead_ = ahead.count();
  }
  bool is_behind() const { return behind_; }
  void caught_up() { behind_ = false; }
  Duration gained() const { return Duration(gained_.load()); }
  void shifted(Duration by) { gained_ = gained_.load() - by.count(); }

  /// Does the clock show more than has passed, and nobody has seen to it yet? Any thread.
  bool runs_ahead(WallTime wall, SteadyTime steady) const {
    const Duration before(ahead_.load());
    if (before == kNever) return false;
    return gained_.load() > 0 || wall.time_since_epoch() - steady.time_since_epoch() > before + kTolerated;
  }

 private:
  static constexpr Duration kNever = Duration::min();
  std::atomic<Duration::rep> ahead_{kNever.count()};  ///< of the steady clock
  std::atomic<Duration::rep> gained_{0};
  bool behind_ = false;
};

}  // namespace causeway::transactions
