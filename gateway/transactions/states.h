// The states that a call and its half message go through, and the words for them (correctness.md, "A call, its key, its
// half message" and "Half messages for systems").
#pragma once

#include <cstdint>
#include <string_view>

namespace causeway::transactions {

/// Of the record of a call with a key. `absent` is no record at all: the key is free.
enum class RecordState : std::uint8_t {
  kRunning = 1,  ///< forwarded, or about to be, by the process that the record names
  kUnknown = 2,  ///< a byte was sent and no full answer came
  kDone = 3,     ///< settled: the answer is in the record
};

/// Of a half message. Committed and rolled back absorb: nothing changes them any more.
enum class HalfState : std::uint8_t {
  kPrepared = 0,
  kCommitted = 1,
  kRolledBack = 2,
  kUnresolved = 3,  ///< nobody could say: a person decides
};

enum class DecidedBy : std::uint8_t {
  kNobody = 0,
  kResponse = 1,  ///< the system's answer to the call itself
  kCheck = 2,     ///< what the system said when it was asked
  kOperator = 3,
  kSystem = 4,  ///< the system that prepared it has ended it
};

/// Whose half message: of a call that the gateway forwards, or of a system that prepares its own.
enum class HalfKind : std::uint8_t { kCall = 0, kSystem = 1 };

constexpr std::string_view word_of(HalfState state) {
  constexpr std::string_view kWords[] = {"prepared", "committed", "rolled_back", "unresolved"};
  return kWords[static_cast<std::size_t>(state)];
}
constexpr std::string_view word_of(DecidedBy by) {
  constexpr std::string_view kWords[] = {"", "response", "check", "operator", "system"};
  return kWords[static_cast<std::size_t>(by)];
}
constexpr bool is_open(HalfState state) { return state == HalfState::kPrepared || state == HalfState::kUnresolved; }

}  // namespace causeway::transactions
