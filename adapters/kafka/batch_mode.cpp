#include "adapters/kafka/batch_mode.h"

#include <algorithm>

namespace causeway::kafka {

bool BatchMode::limit(std::uint64_t bytes) {
  if (bytes >= now_.bytes) return false;
  now_.bytes = static_cast<std::uint32_t>(std::max<std::uint64_t>(bytes, 1));
  return true;
}

bool BatchMode::refused(std::size_t records) {
  taken_ = 0;
  if (records == 1) {
    found_ = true;
    return true;
  }
  found_ = false;
  now_.single = true;
  return false;
}

bool BatchMode::recover() {
  if (!now_.single || taken_ < kQuiet) return false;
  // Nobody was at fault alone: together they were too large.
  if (!found_) now_.bytes = std::min(now_.bytes, std::max(kSmallest, now_.bytes / 2));
  now_.single = false;
  return true;
}

}  // namespace causeway::kafka
