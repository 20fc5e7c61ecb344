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
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/bytes.h"
#include "core/clock.h"
#include "security/signature_use.h"

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

  Admit admit(const SignatureUse& use) {
    return use.nonce ? admit_nonce(use.digest, use.timestamp) : admit(use.digest, use.timestamp, use.unsafe);
  }
  /// Makes free again what was accepted, works once, and whose call was not forwarded in the end. Once each.
  void give_back(const SignatureUse& use);

  /// Makes this table the one in use as of `now`, in place of `before`: unsafe calls signed until now are refused, what
  /// was dated ahead is asked of `before` too. Once, before the first call that is admitted after `before` is out of
  /// use; calls may meanwhile be admitted by both.
  void replace(std::shared_ptr<ReplayTable> before, WallTime now);
  /// True when this table has that size and remembers long enough for such settings, so that a reload can keep it.
  bool covers(ByteSize memory, Duration window, Duration future_skew) const;

  /// Sets what the present is. Before the first call.
  void start(WallTime started) { started_ = unix_milliseconds(started); }
  WallTime started() const { return WallTime(std::chrono::milliseconds(started_)); }
  /// By when a signature with this timestamp is forgotten at the earliest.
  WallTime remembers_until(WallTime timestamp) const;
  /// No accepted timestamp is beyond this one. Started, when there was none.
  WallTime newest() const;

  /// Hands everything that may count at `now` or later to `sink`, piece by piece. Not while calls are admitted.
  void save(const std::function<void(Bytes)>& sink, WallTime now) const;
  /// Gives the next bytes of what `save` has written: up to `size`; fewer at the end of it.
  using Source = std::function<std::size_t(char* out, std::size_t size)>;
  /// Goes on where another one was saved, which must have had the same settings. Before the first call. `is_whole` is
  /// asked after the last byte whether all of them were what was written. False: it was another, or is not whole; then
  /// this table is as it was made.
  bool restore(const Source& source, const std::function<bool()>& is_whole);

 private:
  struct Line;
  struct Place;
  struct ImageHead;

  Admit take(const Place& place, bool unsafe);
  bool holds(const Place& place) const;
  void free(const Place& place);
  void note(std::int64_t generation);
  bool restore_lines(const Source& source, std::uint64_t lines);
  void forget();
  std::int64_t oldest_to_keep(WallTime now) const;

  ByteSize memory_;
  Duration future_skew_;
  std::int64_t span_;     // milliseconds of timestamps in a generation
  std::int64_t started_;  // milliseconds since 1970
  std::size_t lines_;     // of one generation
  Line* table_;           // all generations, one behind the other
  std::array<std::uint64_t, 2> hash_key_;
  std::shared_ptr<ReplayTable> before_;
  std::int64_t before_until_ = 0;         // timestamps beyond this one were not accepted before
  std::atomic<std::int64_t> newest_{-1};  // the highest generation that was asked for; changes once in a span
};

}  // namespace causeway::security
