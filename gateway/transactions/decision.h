// What happens next to a call that must be neither lost nor doubled: pure functions, the same in the gateway and in the
// simulation that proves them (tests/simulation; correctness.md, "A call, its key, its half message").
#pragma once

#include <cstdint>
#include <optional>

#include "core/clock.h"
#include "transactions/states.h"

namespace causeway::transactions {

// ---- a call arrives with its key

struct RecordView {
  RecordState state = RecordState::kRunning;
  bool same_payload = true;  ///< method, path, query, version and raw body hash to the same
  bool ours = true;          ///< of this process: what another one left running has no owner any more
  bool answer_kept = true;   ///< of a done one: it was not too long to be kept
};

enum class Arrival : std::uint8_t {
  kFresh,     ///< the key is free: forward
  kReplay,    ///< answer what is stored
  kRunning,   ///< 40990
  kUnknown,   ///< ask the system, or 40991
  kConflict,  ///< 42290: the key belongs to another request
  kTooLong,   ///< 40992: done, but the answer was too long to be kept
};

/// `record` empty: the key is free.
Arrival decide_arrival(const std::optional<RecordView>& record);

// ---- an attempt has ended

enum class Outcome : std::uint8_t {
  kSucceeded,  ///< a whole answer that says so
  kRefused,    ///< a whole answer that says no: the system has done nothing
  kUnsent,     ///< provably not a byte of it reached the system
  kUnknown,    ///< a byte was sent and no full answer came, or one that says nothing about it (5xx, nonsense)
};

enum class RecordEnd : std::uint8_t {
  kDone,      ///< the answer is stored with it
  kReleased,  ///< the key is free again
  kUnknown,
};
enum class HalfEnd : std::uint8_t {
  kCommit,
  kRollBack,
  kUnresolved,
  kStay,  ///< prepared; the check decides
};
struct Ending {
  RecordEnd record = RecordEnd::kUnknown;
  HalfEnd half = HalfEnd::kStay;
  bool hidden = false;  ///< the answer at hand is not the outcome: 50491 until it is settled
};

/// `unknown_before`: an attempt before this one may have been carried out. Then neither a refusal nor a failure to send
/// says anything about it: only a success does, or the check. `event_failed`: it succeeded, and the event cannot be
/// made of its answer.
Ending decide_ending(Outcome outcome, bool unknown_before, bool event_failed);

// ---- the system was asked what became of it

enum class CheckSays : std::uint8_t {
  kDone,
  kAbsent,
  kUnclear,  ///< it says neither, or nothing
};

/// When to ask, and when a "no" is final.
struct CheckRules {
  bool barrier = false;     ///< having said no, the system refuses the txid later: one no is final
  Duration absent_after{};  ///< else the longest that an attempt may take: two that come after it are
  Duration first = std::chrono::seconds(1);
  double multiplier = 2;
  Duration max_delay = std::chrono::minutes(1);
  std::uint32_t times = 0;  ///< asked so often it is unresolved; 0: no limit
  Duration max_age = std::chrono::hours(24);
};

struct CheckState {
  std::uint32_t checks = 0;    ///< sent before this one
  std::uint32_t absences = 0;  ///< that count
  WallTime attempt_began;      ///< of the last attempt, or when it was over: nothing of it was sent later
  WallTime created;
};

struct CheckDecision {
  enum class What : std::uint8_t { kDone, kAbsent, kAgain, kUnresolved };
  What what = What::kAgain;
  std::uint32_t absences = 0;
  WallTime next;  ///< when to ask again
};

/// `asked`: when the check was sent; what its answer says was true then, or later.
CheckDecision decide_check(CheckSays says, const CheckRules& rules, const CheckState& state, WallTime asked);

/// How long after the check number `checks` (from 1) the next one is due.
Duration delay_after(const CheckRules& rules, std::uint32_t checks);

// ---- a half message is to be ended

enum class EndWish : std::uint8_t { kCommit, kRollBack };
enum class EndVerdict : std::uint8_t {
  kEnd,            ///< now
  kAlready,        ///< it has ended so before: the same answer again
  kContradiction,  ///< it has ended the other way: 409 and an alert
};
EndVerdict decide_end(HalfState state, EndWish wish);

}  // namespace causeway::transactions
