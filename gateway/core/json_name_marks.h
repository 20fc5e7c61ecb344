// Short marks of the names of open objects, to see at a glance that a name is new: internal to core. Equal names have
// equal marks, and others rarely. Not thread safe.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace causeway::json {

class NameMarks {
 public:
  static constexpr std::size_t kDepth = 64;  ///< containers, one within the other, of which marks are kept
  static constexpr std::size_t kNames = 24;  ///< of one object; of more, too many marks would be equal

  struct Row {
    std::uint64_t words[8];

    /// One more name. True: one of those before may be the same.
    bool add(std::uint64_t mark) {
      std::uint64_t& word = words[mark >> 61];
      const std::uint64_t bit = std::uint64_t{1} << (mark >> 55 & 63);
      const bool found = (word & bit) != 0;
      word |= bit;
      return found;
    }
  };

  /// Of the names of an object at this depth (from 0).
  Row* row(std::size_t depth) { return rows_.data() + depth; }

  /// Of a name without escapes that ends before `end`. The byte before it is the same for all names.
  static std::uint64_t mark_of(const char* name, std::size_t size, const char* end) {
    constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15;  // 2^64 divided by the golden ratio
    if (size >= 8) return (read(name) ^ std::rotl(read(name + size - 8), 23) + size) * kSpread;
    if (end - name >= 7) [[likely]]
      return (read(name - 1) << (56 - 8 * size)) * kSpread;
    std::uint64_t word = 0;
    for (std::size_t i = size + 1; i > 0; --i) word = word << 8 | static_cast<unsigned char>((name - 1)[i - 1]);
    return (word << (56 - 8 * size)) * kSpread;
  }

 private:
  static std::uint64_t read(const char* from) {
    std::uint64_t word;
    std::memcpy(&word, from, sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word;
  }

  std::array<Row, kDepth> rows_;
};

}  // namespace causeway::json
