// The names of one JSON object, to find the one that comes twice: internal to core. Names are compared by what they
// say, so `"a"` and `"\u0061"` are one. Linear whatever the names are: the hash of large objects is keyed.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "core/bytes.h"

namespace causeway::json {

/// SipHash-1-3 (Aumasson, Bernstein), under a key that the process draws once: nobody outside can make collisions.
std::uint64_t keyed_hash(Bytes text);

/// Used for one object after another; keeps the memory of the largest. Not thread safe.
class NameSet {
 public:
  /// Empties the set, for `count` names at most.
  void reset(std::size_t count);
  /// `name` stands without its quotes, but with its escapes, and lives until the next reset. False: it is there
  /// already.
  bool insert(Bytes name, bool escaped) {
    return mask_ == 0 ? insert_few(name, escaped) : insert_hashed(name, escaped);
  }

 private:
  static constexpr std::size_t kFew = 16;     // compared with each other
  static constexpr std::size_t kSlots = 128;  // of a table that costs no allocation
  struct Slot {
    const char* name;
    std::uint32_t size;  // ~0: free
    std::uint32_t hash;
  };
  struct Name {
    const char* text;
    std::uint32_t size;
    bool escaped;
    Bytes bytes() const { return {text, size}; }
  };
  static std::uint64_t mark_of(Bytes name);
  bool insert_few(Bytes name, bool escaped);
  bool is_escaped_double(Bytes name, bool escaped) const;
  bool insert_hashed(Bytes name, bool escaped);

  std::array<std::uint64_t, kFew> marks_;  // of few: what tells nearly all names apart
  std::array<Name, kFew> few_;
  std::array<Slot, kSlots> own_;
  std::vector<Slot> large_;
  Slot* slots_ = own_.data();
  std::size_t mask_ = 0;  // 0: few
  std::size_t size_ = 0;
  bool any_escaped_ = false;  // of few
  std::string unescaped_;
};

/// Equal for equal names, and rarely for others: the size, the first and the last bytes.
inline std::uint64_t NameSet::mark_of(Bytes name) {
  const auto read64 = [](const char* from) {
    std::uint64_t word;
    std::memcpy(&word, from, sizeof word);
    return word;
  };
  const auto read32 = [](const char* from) {
    std::uint32_t word;
    std::memcpy(&word, from, sizeof word);
    return std::uint64_t{word};
  };
  const char* const at = name.data();
  const std::size_t size = name.size();
  const std::uint64_t length = std::uint64_t{size} << 56;
  if (size >= 8) return (read64(at) ^ std::rotl(read64(at + size - 8), 24)) + length;
  if (size >= 4) return (read32(at) | read32(at + size - 4) << 24) + length;
  if (size == 0) return 0;
  const auto byte = [at](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(at[i])}; };
  return (byte(0) | byte(size / 2) << 8 | byte(size - 1) << 16) + length;
}

inline bool NameSet::insert_few(Bytes name, bool escaped) {
  any_escaped_ = any_escaped_ || escaped;
  const std::uint64_t mark = mark_of(name);
  std::uint64_t* const marks = marks_.data();
  const std::size_t size = size_;
  for (std::size_t i = 0; i < size; ++i)
    if (marks[i] == mark && few_[i].bytes() == name) return false;
  if (any_escaped_ && is_escaped_double(name, escaped)) return false;
  marks[size] = mark;
  few_[size] = {name.data(), static_cast<std::uint32_t>(name.size()), escaped};
  ++size_;
  return true;
}

}  // namespace causeway::json
