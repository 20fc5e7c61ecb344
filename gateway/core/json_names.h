// The names of one JSON object, to find the one that comes twice: internal to core. Names are compared by what they
// say, so `"a"` and `"\u0061"` are one. Linear whatever the names are: the hash of large objects is keyed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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
  bool insert(Bytes name, bool escaped);

 private:
  static constexpr std::size_t kFew = 16;     // compared with each other
  static constexpr std::size_t kSlots = 128;  // of a table that costs no allocation
  struct Slot {
    const char* name;
    std::uint32_t size;  // ~0: free
    std::uint32_t hash;
  };
  struct Name {
    Bytes text;
    bool escaped;
  };
  bool insert_few(Bytes name, bool escaped);
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

}  // namespace causeway::json
