#include "security/replay.h"

#include <openssl/rand.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>

#include "security/replay_words.h"

namespace causeway::security {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::int64_t kGenerations = kReplayGenerations;
constexpr std::int64_t kSlackMilliseconds = 60'000;
constexpr int kMostLines = 32;  // tried before a generation counts as full, which happens at nine tenths

constexpr std::uint64_t kBits = (std::uint64_t{1} << kReplayStampShift) - 1;
constexpr std::uint64_t kUnsafe = 1;

std::int64_t milliseconds(Duration duration) { return std::chrono::ceil<std::chrono::milliseconds>(duration).count(); }

// One generation is always being written, so the other seven must last.
std::int64_t span_for(Duration window, Duration future_skew) {
  const std::int64_t reach = milliseconds(window) + milliseconds(future_skew) + kSlackMilliseconds;
  return (reach + kGenerations - 2) / (kGenerations - 1);
}

// Sets the word to `wanted` if its stamp is older than that of `wanted`; the word as it is then.
struct Claimed {
  std::uint64_t word;
  bool ours;
};
Claimed claim(std::uint64_t& word, std::uint64_t wanted) {
  std::atomic_ref<std::uint64_t> shared(word);
  std::uint64_t seen = shared.load(std::memory_order_acquire);
  while (stamp_of(seen) < stamp_of(wanted)) {
    if (shared.compare_exchange_weak(seen, wanted, std::memory_order_seq_cst, std::memory_order_acquire)) {
      return {wanted, true};
    }
  }
  return {seen, false};
}

}  // namespace

ReplayTable::ReplayTable(ByteSize memory, Duration window, Duration future_skew, WallTime started)
    : memory_(memory),
      future_skew_(future_skew),
      span_(span_for(window, future_skew)),
      started_(unix_milliseconds(started)),
      lines_(std::max<std::size_t>(1, bytes(memory) / sizeof(Line) / kGenerations)) {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(hash_key_.data()), sizeof hash_key_) != 1) throw std::bad_alloc();
  void* const pages = mmap(nullptr, lines_ * kGenerations * sizeof(Line), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  table_ = static_cast<Line*>(pages);  // zeroed by the system: stamp 0 is older than any
}

ReplayTable::~ReplayTable() { munmap(table_, lines_ * kGenerations * sizeof(Line)); }

bool ReplayTable::covers(ByteSize memory, Duration window, Duration future_skew) const {
  return memory == memory_ && span_for(window, future_skew) <= span_;
}

void ReplayTable::replace(std::shared_ptr<ReplayTable> before, WallTime now) {
  before_ = std::move(before);
  started_ = unix_milliseconds(now);
  // The workers take the new configuration one after the other, within a moment that is far below this slack.
  before_until_ = started_ + milliseconds(before_->future_skew_) + kSlackMilliseconds;
  // Somebody may have set the clock back meanwhile.
  before_until_ = std::max(before_until_, unix_milliseconds(before_->newest()));
}

WallTime ReplayTable::remembers_until(WallTime timestamp) const {
  return timestamp + std::chrono::milliseconds(span_ * (kGenerations - 1));
}

WallTime ReplayTable::newest() const {
  const std::int64_t generation = newest_.load(std::memory_order_relaxed);
  const WallTime own = std::max(started(), WallTime(std::chrono::milliseconds((generation + 1) * span_ - 1)));
  return before_ ? std::max(own, before_->newest()) : own;
}

/// Read by every call, written once in a span.
void ReplayTable::note(std::int64_t generation) {
  std::int64_t known = newest_.load(std::memory_order_relaxed);
  while (known < generation && !newest_.compare_exchange_weak(known, generation, std::memory_order_relaxed)) {
  }
}

/// Where a digest is looked for: the lines of a generation, and what its slot says there.
struct ReplayTable::Place {
  Place(const ReplayTable& table, std::int64_t its_generation, const Sha256Digest& wanted) {
    const auto generation = static_cast<std::uint64_t>(its_generation);
    const std::uint64_t stamp = stamp_of_generation(its_generation) << kReplayStampShift;
    std::array<std::uint64_t, 2> digest;
    std::memcpy(digest.data(), wanted.data(), sizeof digest);
    head = stamp | (digest[0] & kBits);
    tail = stamp | (digest[1] & kBits & ~kUnsafe);
    const Wide product = Wide{digest[0] ^ table.hash_key_[0]} * (digest[1] ^ table.hash_key_[1]);
    hash = static_cast<std::uint64_t>(product >> 64) ^ static_cast<std::uint64_t>(product);
    lines = table.table_ + generation % kGenerations * table.lines_;
    count = table.lines_;
  }

  Line& first() const { return lines[static_cast<std::size_t>(Wide{hash} * count >> 64)]; }
  void next() { hash = hash * 6364136223846793005u + 1442695040888963407u; }  // Knuth's MMIX

  std::uint64_t head;
  std::uint64_t tail;  // of a safe call
  std::uint64_t hash;
  Line* lines;
  std::size_t count;
};

void ReplayTable::expect(const Sha256Digest& signature, WallTime timestamp) const {
  __builtin_prefetch(&Place(*this, unix_milliseconds(timestamp) / span_, signature).first(), 1);
}

Admit ReplayTable::admit(const Sha256Digest& signature, WallTime timestamp, bool unsafe) {
  const std::int64_t signed_at = unix_milliseconds(timestamp);
  if (unsafe && signed_at <= started_) return Admit::kBeforeStart;
  if (before_ && signed_at <= before_until_) {
    const Admit verdict = before_->admit(signature, timestamp, unsafe);
    if (verdict != Admit::kAccepted) return verdict;
  }
  note(signed_at / span_);
  return take(Place(*this, signed_at / span_, signature), unsafe);
}

Admit ReplayTable::admit_nonce(const Sha256Digest& nonce, WallTime timestamp) {
  const std::int64_t signed_at = unix_milliseconds(timestamp);
  if (signed_at <= started_) return Admit::kBeforeStart;
  if (before_ && signed_at <= before_until_) {
    const Admit verdict = before_->admit_nonce(nonce, timestamp);
    if (verdict != Admit::kAccepted) return verdict;
  }
  const std::int64_t generation = signed_at / span_;
  note(generation);
  const Admit verdict = take(Place(*this, generation, nonce), true);
  if (verdict != Admit::kAccepted) return verdict;
  // Taken first and looked for in the other generations afterwards: of two that race each sees the other, or one does.
  for (std::int64_t other = std::max<std::int64_t>(0, generation - kGenerations + 1); other < generation + kGenerations;
       ++other) {
    if (other != generation && holds(Place(*this, other, nonce))) return Admit::kReplayed;
  }
  return Admit::kAccepted;
}

// Racing calls with one signature take the same way through the table and pass only slots that are taken for the whole
// generation, so they meet in one slot, where a single one of them sets the second word. Whoever sets the first word
// need not be the one that sets the second.
Admit ReplayTable::take(const Place& place, bool unsafe) {
  const std::uint64_t tail = place.tail | (unsafe ? kUnsafe : 0);
  Place at = place;
  for (int i = 0; i < kMostLines; ++i, at.next()) {
    for (auto& slot : at.first().slots) {
      const Claimed first = claim(slot.head, at.head);
      if (stamp_of(first.word) > stamp_of(at.head)) return Admit::kForgotten;
      if (first.word != at.head) continue;
      const Claimed second = claim(slot.tail, tail);
      if (second.ours) return Admit::kAccepted;
      if (stamp_of(second.word) > stamp_of(tail)) return Admit::kForgotten;
      if ((second.word ^ tail) > kUnsafe) continue;
      return unsafe || (second.word & kUnsafe) != 0 ? Admit::kReplayed : Admit::kAccepted;
    }
  }
  return Admit::kFull;
}

void ReplayTable::give_back(const SignatureUse& use) {
  const std::int64_t signed_at = unix_milliseconds(use.timestamp);
  if (before_ && signed_at <= before_until_) before_->give_back(use);
  free(Place(*this, signed_at / span_, use.digest));
}

/// The first word stays, so that those who pass it go on passing it; the second may be set anew.
void ReplayTable::free(const Place& place) {
  Place at = place;
  for (int i = 0; i < kMostLines; ++i, at.next()) {
    for (auto& slot : at.first().slots) {
      if (std::atomic_ref<std::uint64_t>(slot.head).load(std::memory_order_acquire) != at.head) continue;
      std::uint64_t used = place.tail | kUnsafe;
      if (std::atomic_ref<std::uint64_t>(slot.tail).compare_exchange_strong(used, 0)) return;
    }
  }
}

bool ReplayTable::holds(const Place& place) const {
  Place at = place;
  for (int i = 0; i < kMostLines; ++i, at.next()) {
    for (auto& slot : at.first().slots) {
      const std::uint64_t head = std::atomic_ref<std::uint64_t>(slot.head).load(std::memory_order_seq_cst);
      if (stamp_of(head) != stamp_of(at.head)) return false;  // not taken in that generation
      if (head != at.head) continue;
      const std::uint64_t tail = std::atomic_ref<std::uint64_t>(slot.tail).load(std::memory_order_seq_cst);
      if (stamp_of(tail) == stamp_of(at.tail) && (tail ^ at.tail) <= kUnsafe) return true;
    }
  }
  return false;
}

}  // namespace causeway::security
