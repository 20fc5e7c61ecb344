#include <algorithm>
#include <mutex>

#include "events/log_reader.h"

namespace causeway::events {

void LogSignal::add(LogListener& listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(&listener);
}

void LogSignal::remove(LogListener& listener) {
  const std::lock_guard lock(mutex_);
  std::erase(listeners_, &listener);
}

void LogSignal::announce(std::string_view topic) noexcept {
  const std::shared_lock lock(mutex_);
  for (LogListener* const listener : listeners_) listener->appended(topic);
}

}  // namespace causeway::events
