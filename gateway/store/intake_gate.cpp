#include "store/intake_gate.h"

#include <fmt/format.h>

namespace causeway::store {
namespace {

constexpr std::uint64_t kTight = 128 << 20;  // beyond `min_free`: twice what the WAL may grow to

std::string size_text(std::uint64_t bytes) {
  return bytes < (16 << 20) ? fmt::format("{}KiB", bytes >> 10) : fmt::format("{}MiB", bytes >> 20);
}

}  // namespace

Error IntakeGate::refusal() const {
  const bool full = state_.load(std::memory_order_relaxed) == State::kFull;
  Error error(Code::kStoreRefused, full ? "the disk is full" : "less than min_free is left on the disk");
  error.info().reason = full ? "disk_full" : "min_free";
  error.info().retry_after_seconds = 5;
  return error;
}

void IntakeGate::start() {
  const std::uint64_t free = free_space_();
  tight_ = free < min_free_ + kTight;
  if (!folder_.make_ballast()) stop(State::kFull, free);
  else if (free < min_free_) stop(State::kShort, free);
}

void IntakeGate::disk_is_full() {
  tight_ = true;
  if (state_ != State::kFull) stop(State::kFull, free_space_());
  folder_.give_up_ballast();
}

void IntakeGate::look(const std::function<bool()>& test_write) {
  const std::uint64_t free = free_space_();
  tight_ = free < min_free_ + kTight;
  if (is_open()) {
    if (free < min_free_) stop(State::kShort, free);
    return;
  }
  if (!has_room(free) || !test_write()) return;
  state_ = State::kOpen;
  log_.write(telemetry::Level::kInfo, "store intake resumed", {{"free", size_text(free)}});
}

bool IntakeGate::has_room(std::uint64_t free) const {
  if (state_ == State::kShort) return free >= min_free_;
  return free >= min_free_ + DataFolder::kBallast + kRoom && folder_.make_ballast();
}

void IntakeGate::stop(State why, std::uint64_t free) {
  state_ = why;
  log_.write(telemetry::Level::kError, "store intake stopped",
             {{"reason", why == State::kFull ? "disk_full" : "min_free"}, {"free", size_text(free)}});
}

}  // namespace causeway::store
