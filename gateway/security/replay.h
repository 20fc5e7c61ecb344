// Remembers signatures, so that one of an unsafe call works once (design: http.md, Authentication; correctness.md,
// Edges).
//
// Signature v2 brings a nonce: each works once, on every method, whatever else the call says. Signature v1 covers
// neither method nor path: the same bytes would be valid for any of them. Hence, within the window:
// - a signature of an unsafe call is accepted once, whatever the path; any earlier sight of it makes it a replay;
// - one of a safe call may repeat, but has been seen, so that it cannot become an unsafe call afterwards.
//
// The table is bounded memory (16 bytes a signature) that the system provides as it is touched. Signatures fall by
// their timestamp into one of eight generations, which are reused in turn. With the default window, 64 MiB last for
// some 7,000 unsafe calls a second without end; safe calls of a key have at most one signature a millisecond. Which
// place a signature gets depends on a random key, so that no consumer can crowd a place on purpose.
//
// Thread safe and lock-free; of any number of racing calls with one signature at most one is accepted. Nothing is ever
// cleared: each slot is stamped with the generation that wrote it, an older stamp reads as free, and a newer one stops
// a caller that was suspended for minutes (or whose clock went back) instead of letting it write into the present.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/bytes.h"
#include "core/clock.h"
#include "security/sha256.h"

namespace causeway::security {

enum class Admit : std::uint8_t {
  kAccepted,
  kReplayed,     ///< seen before: 40194
  kBeforeStart,  ///< must not repeat and was signed no later than this table began to remember: 40193, sign again
  kForgotten,    ///< so old that its generation is in use again: 40193
  kFull,         ///< no room to remember it: 503, never forwarded
};

class ReplayTable {
 public:
  /// `window` and `future_skew` are the accepted ages of a timestamp, checked by the caller; a signature is remembered
  /// to its timestamp + window + 60 s at least. `started` is the present: earlier signatures may have been used on a
  /// process that is gone. `before` is the table that this one replaces in a running process: it knows the signatures
  /// that are dated ahead of `started`. Throws std::bad_alloc when the address space is not to be had.
  ReplayTable(ByteSize memory, Duration window, Duration future_skew, WallTime started);
  ~ReplayTable();
  ReplayTable(const ReplayTable&) = delete;
  ReplayTable& operator=(const ReplayTable&) = delete;

  /// Brings nearer to the processor what `admit` will look at soon, and changes nothing.
  void expect(const Sha256Digest& signature, WallTime timestamp) const;
  /// `signature` was verified and `timestamp` lies in the window. `unsafe`: the method is not GET, HEAD or OPTIONS.
  Admit admit(const Sha256Digest& signature, WallTime timestamp, bool unsafe);
  /// The same for a nonce (signature v2), which is used up whatever the method, and also when it comes with another
  /// timestamp that is remembered. Of calls that race with one nonce and different timestamps at most one is accepted.
  Admit admit_nonce(const Sha256Digest& nonce, WallTime timestamp);

  /// True when this table has that size and remembers long enough for such settings, so that a reload can keep it.
  /// Makes this table the one in use as of `now`, in place of `before`: unsafe calls signed until now are refused, what
  /// was dated ahead is asked of `before` too. Once, before the first call that is admitted after `before` is out of
  /// use; calls may meanwhile be admitted by both.
  void replace(std::shared_ptr<ReplayTable> before, WallTime now);
  bool covers(ByteSize memory, Duration window, Duration future_skew) const;

 private:
  struct Line;
  struct Place;

  Admit take(const Place& place, bool unsafe);
  bool holds(const Place& place) const;
  ByteSize memory_;
  Duration future_skew_;
  std::int64_t span_;     // milliseconds of timestamps in a generation
  std::int64_t started_;  // milliseconds since 1970
  std::size_t lines_;     // of one generation
  Line* table_;           // all generations, one behind the other
  std::array<std::uint64_t, 2> hash_key_;
  std::shared_ptr<ReplayTable> before_;
  std::int64_t before_until_ = 0;  // timestamps beyond this one were not accepted before
};

}  // namespace causeway::security
