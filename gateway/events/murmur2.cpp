#include "events/murmur2.h"

namespace causeway::events {

std::uint32_t murmur2(Bytes data) {
  constexpr std::uint32_t kMultiplier = 0x5bd1e995;
  constexpr std::uint32_t kSeed = 0x9747b28c;
  const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(data[i])}; };

  std::uint32_t hash = kSeed ^ static_cast<std::uint32_t>(data.size());
  std::size_t at = 0;
  for (; data.size() - at >= 4; at += 4) {
    std::uint32_t word = byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
    word *= kMultiplier;
    word ^= word >> 24;
    word *= kMultiplier;
    hash *= kMultiplier;
    hash ^= word;
  }
  if (const std::size_t left = data.size() - at; left > 0) {
    for (std::size_t i = 0; i < left; ++i) hash ^= byte(at + i) << (8 * i);
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return hash;
}

}  // namespace causeway::events
