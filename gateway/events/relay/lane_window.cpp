#include "events/relay/lane_window.h"

#include <algorithm>
#include <limits>

namespace causeway::events {

LaneWindow::LaneWindow(Position low, std::span<const Position> ended) : low_(low), read_after_(low) {
  for (const Position position : ended)
    if (position > low_) reach(position).state = State::kEnded;
  move_low();
  read_after_ = low_;
}

LaneWindow::Slot* LaneWindow::find(Position position) {
  if (position <= low_ || position > low_ + static_cast<Position>(slots_.size())) return nullptr;
  return &slots_[static_cast<std::size_t>(position - low_ - 1)];
}

LaneWindow::Slot& LaneWindow::reach(Position position) {
  const auto needed = static_cast<std::size_t>(position - low_);
  if (slots_.size() < needed) slots_.resize(needed);
  return slots_[needed - 1];
}

bool LaneWindow::wants(Position position) const {
  if (position <= low_) return false;
  const auto index = static_cast<std::size_t>(position - low_ - 1);
  return index >= slots_.size() || slots_[index].state != State::kEnded;
}

void LaneWindow::close_gap(Position position) {
  if (slots_.empty()) low_ = std::max(low_, position - 1);
  else
    for (Position gap = read_after_ + 1; gap < position; ++gap)
      if (Slot& slot = reach(gap); slot.state == State::kOpen) slot.state = State::kEnded;
}

void LaneWindow::sent(Position position, std::size_t bytes) {
  if (position <= low_) return;
  close_gap(position);
  Slot& slot = reach(position);
  slot.state = State::kSent;
  slot.bytes = static_cast<std::uint32_t>(std::min<std::size_t>(bytes, std::numeric_limits<std::uint32_t>::max()));
  bytes_ += slot.bytes;
  read_after_ = position;
  move_low();
}

void LaneWindow::passed(Position position) {
  if (position <= low_) return;
  close_gap(position);
  read_after_ = std::max(read_after_, position);
  move_low();
}

bool LaneWindow::end(Position position) {
  Slot* const slot = find(position);
  if (slot == nullptr || slot->state == State::kEnded) return false;
  bytes_ -= slot->bytes;
  *slot = {0, State::kEnded};
  move_low();
  return true;
}

void LaneWindow::resume() {
  for (Slot& slot : slots_)
    if (slot.state == State::kSent) slot = {0, State::kOpen};
  bytes_ = 0;
  read_after_ = low_;
}

void LaneWindow::move_low() {
  while (!slots_.empty() && slots_.front().state == State::kEnded) {
    slots_.pop_front();
    ++low_;
  }
  read_after_ = std::max(read_after_, low_);
}

}  // namespace causeway::events
