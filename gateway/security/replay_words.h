// How a signature lies in the memory for replays: what replay.cpp and replay_image.cpp have in common.
#pragma once

#include <cstdint>

#include "security/replay.h"

namespace causeway::security {

constexpr std::int64_t kReplayGenerations = 8;

// A word is a stamp and bits of the signature; the last of the second word's tells whether an unsafe call used it.
constexpr int kReplayStampShift = 40;

inline std::uint64_t stamp_of(std::uint64_t word) { return word >> kReplayStampShift; }

/// The stamp of a generation, which every word that it writes carries. Greater than 0: that of a free word.
inline std::uint64_t stamp_of_generation(std::int64_t generation) {
  return static_cast<std::uint64_t>(generation) / kReplayGenerations + 1;
}

struct alignas(64) ReplayTable::Line {
  struct Slot {
    std::uint64_t head, tail;
  };
  Slot slots[4];
};

}  // namespace causeway::security
