#include "app/clock_mark.h"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <random>

namespace causeway::app {
namespace {

/// What daemons that keep the time do within an interval without anybody having set the clock.
constexpr std::chrono::milliseconds kTolerance = std::chrono::milliseconds(50);

std::string read_boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  if (std::getline(file, id) && !id.empty()) return id;
  std::random_device random;
  return "of this process " + std::to_string(random()) + '-' + std::to_string(random());
}

Duration since_boot() {
  timespec time{};
  clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

bool same_boot(const ClockReading& a, const ClockReading& b) {
  return !a.boot.empty() && a.boot == b.boot && b.since_boot >= a.since_boot;
}

}  // namespace

SystemMachineClock::SystemMachineClock() : boot_(read_boot_id()) {}

ClockReading SystemMachineClock::read() const {
  constexpr int kTries = 10;
  const SystemClock clock;
  ClockReading reading{{}, {}, boot_};
  // Both at the same time: the thread may have been suspended between them.
  for (int i = 0; i < kTries; ++i) {
    reading.wall = clock.wall();
    reading.since_boot = since_boot();
    const auto between = clock.wall() - reading.wall;
    if (between >= between.zero() && between <= std::chrono::milliseconds(1)) break;
  }
  return reading;
}

WallTime expected_wall(const ClockReading& mark, const ClockReading& now) {
  const Duration passed = same_boot(mark, now) ? now.since_boot - mark.since_boot : kMarkInterval;
  return mark.wall + std::chrono::ceil<std::chrono::milliseconds>(passed);
}

WallTime start_after(const ClockMark& mark, const ClockReading& now) {
  const WallTime proven = std::max(now.wall, mark.latest);
  const WallTime expected = expected_wall(mark.at, now);
  return expected - proven > kBelieved ? proven : std::max(proven, expected);
}

ClockMark next_mark(const ClockMark& last, ClockReading now, WallTime newest) {
  const WallTime shown = std::max(now.wall, expected_wall(last.at, now));
  return {std::move(now), std::max(last.latest, std::min(shown, newest))};
}

std::chrono::milliseconds stepped_by(const ClockReading& mark, const ClockReading& now) {
  return now.wall - expected_wall(mark, now);
}

bool has_stepped(const ClockReading& mark, const ClockReading& now) {
  const std::chrono::milliseconds by = stepped_by(mark, now);
  return by > kTolerance || by < -kTolerance;
}

}  // namespace causeway::app
