// Where the structure of a JSON text is: its brackets, braces, colons and commas, and the quotes at both ends of its
// strings, found for 64 bytes at a time: internal to core. What lies between them is left to whoever has use for it: no
// grammar is checked here.
//
// The way is that of simdjson (Langdale, Lemire: Parsing Gigabytes of JSON per Second, 2019), over the instructions of
// SSE2, or AVX2 where the machine has it. Never reads outside of the text. Not thread safe.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/bytes.h"

namespace causeway::json {

class Structure {
 public:
  static constexpr std::size_t kWindow = 2048;       ///< bytes that are looked at in one step
  static constexpr std::size_t kRoom = kWindow + 8;  ///< for the positions of a window, with some behind the last one

  enum class With : std::uint8_t { kBest, kLeast };  ///< instructions: what the machine has, or what all have

  /// A text of less than 4 GiB, which outlives it.
  explicit Structure(Bytes text, With with = With::kBest) : text_(text), with_(with) {}

  /// Writes where the structure of the next window is, in order, to `out`, which has kRoom; returns where they end.
  /// Null writes nothing.
  std::uint32_t* next(std::uint32_t* out);
  /// Was all of it looked at?
  bool ended() const { return at_ == text_.size(); }

  // Of what was looked at so far:
  std::size_t values() const { return state_.values; }        ///< commas and opening brackets outside of strings
  bool in_string() const { return state_.inside != 0; }       ///< does it end in one
  bool has_escapes() const { return state_.escapes; }         ///< backslashes, wherever they are
  bool has_controls() const { return state_.controls != 0; }  ///< within strings
  bool has_high() const { return state_.high != 0; }          ///< bytes that are no ASCII

  /// What one block of the text tells the next one.
  struct State {
    std::uint64_t inside = 0;    ///< all bits when it ended within a string
    std::uint64_t escaping = 0;  ///< 1 when it ended with a backslash that escapes what follows
    std::uint64_t controls = 0;  ///< a bit where one was, in any block
    std::uint64_t high = 0;
    std::size_t values = 0;
    bool escapes = false;
  };

 private:
  Bytes text_;
  With with_;
  std::size_t at_ = 0;
  State state_;
};

}  // namespace causeway::json
