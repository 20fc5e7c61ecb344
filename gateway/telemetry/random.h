// Pseudo-random numbers for ids and sampling: xoshiro256++ (Blackman and Vigna, public domain). Never for secrets.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace causeway::telemetry {

/// A value: each worker has its own, unlocked; tests seed it.
class Random {
 public:
  explicit Random(std::uint64_t seed) {
    for (auto& word : state_) {  // splitmix64, as the authors advise
      seed += 0x9e3779b97f4a7c15ull;
      std::uint64_t mixed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9ull;
      mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebull;
      word = mixed ^ (mixed >> 31);
    }
  }
  /// Seeded with 256 bits from the kernel.
  static Random from_system();

  std::uint64_t next() noexcept {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  /// In [0, 1), evenly.
  double fraction() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  explicit Random(std::array<std::uint64_t, 4> state) : state_(state) {}

  std::array<std::uint64_t, 4> state_;
};

}  // namespace causeway::telemetry
