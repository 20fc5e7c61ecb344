#include "events/subscription/window.h"

#include <algorithm>

namespace causeway::events {

void Window::settle(Position position) {
  const auto found = std::ranges::lower_bound(entries_, position, {}, &Entry::position);
  found->settled = true;
  auto next = std::ranges::upper_bound(entries_, low_, {}, &Entry::position);
  for (; next != entries_.end() && next->settled; ++next) low_ = next->position;
}

Position Window::last_settled() const {
  for (auto entry = entries_.rbegin(); entry != entries_.rend() && entry->position > low_; ++entry)
    if (entry->settled) return entry->position;
  return low_;
}

bool Window::take_move(Position& low) {
  if (low_ == taken_) return false;
  low = taken_ = low_;
  return true;
}

void Window::moved(Position low) {
  durable_ = low;
  while (!entries_.empty() && entries_.front().position <= low) entries_.pop_front();
}

}  // namespace causeway::events
