#include "telemetry/process_log.h"

#include <utility>

namespace causeway::telemetry {

void ProcessLog::write(Level level, std::string_view event, std::initializer_list<ProcessLine::Field> fields) {
  ProcessLine line{clock_.wall(), level, std::string(event), {fields.begin(), fields.end()}};
  const std::lock_guard lock(mutex_);
  if (lines_.size() == kMaxLines) {
    ++dropped_;
    return;
  }
  lines_.push_back(std::move(line));
}

std::vector<ProcessLine> ProcessLog::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(lines_, {});
}

std::uint64_t ProcessLog::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

}  // namespace causeway::telemetry
