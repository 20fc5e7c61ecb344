#include "core/crash_point.h"

#ifdef CAUSEWAY_TEST_BUILD

#include <charconv>
#include <csignal>
#include <cstdlib>

namespace causeway {

CrashPlan::CrashPlan(std::string_view text) noexcept {
  const auto colon = text.find(':');
  name_ = text.substr(0, colon);
  if (name_.empty()) return;
  unsigned count = 1;
  if (colon != std::string_view::npos) {
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + colon + 1, end, count);
    if (read.ec != std::errc() || read.ptr != end) count = 0;
  }
  left_ = count;
}

bool CrashPlan::reached(std::string_view name) noexcept {
  if (name != name_) return false;
  unsigned left = left_.load(std::memory_order_relaxed);
  while (left > 0)
    if (left_.compare_exchange_weak(left, left - 1, std::memory_order_relaxed)) return left == 1;
  return false;
}

void pass_crash_point(std::string_view name) noexcept {
  static CrashPlan plan([] {
    const char* const text = std::getenv("CAUSEWAY_CRASH_AT");
    return std::string_view(text ? text : "");
  }());
  if (plan.reached(name)) std::raise(SIGKILL);
}

}  // namespace causeway

#endif
