// Everything that is left to chance in a world comes from here, so that its seed replays it.
#pragma once

#include <cstdint>

#include "telemetry/random.h"

namespace causeway::simulation {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}

  bool chance(double probability) { return random_.fraction() < probability; }
  /// In [from, to].
  std::int64_t between(std::int64_t from, std::int64_t to) {
    return from + static_cast<std::int64_t>(random_.next() % static_cast<std::uint64_t>(to - from + 1));
  }
  /// In [0, count).
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(random_.next() % count); }
  std::uint64_t next() { return random_.next(); }

 private:
  telemetry::Random random_;
};

}  // namespace causeway::simulation
