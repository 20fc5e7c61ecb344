// One segment at the beginning of a path, its size and a hash of it in one pass, eight bytes a step. The hash is not
// meant to withstand callers: what is in the tables comes from the configuration, and a caller's segment is compared
// with one entry at most.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace causeway::routing {

/// The first eight bytes of `text`, the first one lowest; zeros where it is shorter.
inline std::uint64_t first_word(std::string_view text) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word = 0;
  if (text.size() >= 8) {
    std::memcpy(&word, text.data(), 8);
  } else if (text.size() >= 4) {  // two halves that overlap
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    std::memcpy(&low, text.data(), 4);
    std::memcpy(&high, text.data() + text.size() - 4, 4);
    word = low | std::uint64_t{high} << 8 * (text.size() - 4);
  } else {
    for (std::size_t i = 0; i < text.size(); ++i) word |= std::uint64_t{static_cast<unsigned char>(text[i])} << 8 * i;
  }
  return word;
}

/// What of `path` stands before its first slash.
class SegmentHash {
 public:
  explicit SegmentHash(std::string_view path) {
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    for (;;) {
      const std::uint64_t word = first_word(path.substr(size_));
      const std::uint64_t differs = word ^ kOnes * '/';
      const std::uint64_t slashes = (differs - kOnes) & ~differs & kOnes * 0x80;  // the lowest bit is exact
      if (slashes != 0) {
        const auto before = static_cast<unsigned>(std::countr_zero(slashes)) / 8;
        size_ += before;
        mix(word & ~(~std::uint64_t{0} << 8 * before));
        return;
      }
      mix(word);
      if (path.size() - size_ < 8) {
        size_ = path.size();
        return;
      }
      size_ += 8;
    }
  }

  std::size_t size() const { return size_; }

  /// The group of the segment and, with the displacement of its group, its slot; both are to be masked.
  std::uint32_t group() const { return static_cast<std::uint32_t>(bits_ >> 40); }
  std::uint32_t slot(std::uint32_t displacement) const {
    return static_cast<std::uint32_t>((static_cast<std::uint32_t>(bits_) + std::uint64_t{displacement} * mark()) >> 8);
  }

  /// The other half of the hash, for a look before the text is compared.
  std::uint32_t mark() const { return static_cast<std::uint32_t>(bits_ >> 32); }

 private:
  void mix(std::uint64_t word) {
    const auto product = static_cast<unsigned __int128>(bits_ ^ word) * 0x9e3779b97f4a7c15;
    bits_ = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }

  std::size_t size_ = 0;
  std::uint64_t bits_ = 0x243f6a8885a308d3;
};

}  // namespace causeway::routing
