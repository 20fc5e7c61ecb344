#include "security/replay.h"

#include <openssl/rand.h>
#include <sys/mman.h>

#include <atomic>
#include <cstring>
#include <new>

namespace causeway::security {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::int64_t kGenerations = 8;
constexpr std::int64_t kSlackMilliseconds = 60'000;
constexpr int kMostLines = 32;  // tried before a generation counts as full, which happens at nine tenths

// A word is a stamp and bits of the signature; the last of the second word's tells whether an unsafe call used it.
constexpr int kStampShift = 40;
constexpr std::uint64_t kBits = (std::uint64_t{1} << kStampShift) - 1;
constexpr std::uint64_t kUnsafe = 1;

std::uint64_t stamp_of(std::uint64_t word) { return word >> kStampShift; }

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
    if (shared.compare_exchange_weak(seen, wanted, std::memory_order_acq_rel, std::memory_order_acquire)) {
      return {wanted, true};
    }
  }
  return {seen, false};
}

}  // namespace

struct alignas(64) ReplayTable::Line {
  struct Slot {
    std::uint64_t head, tail;
  };
  Slot slots[4];
};

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
}

Admit ReplayTable::admit(const Sha256Digest& signature, WallTime timestamp, bool unsafe) {
  const std::int64_t signed_at = unix_milliseconds(timestamp);
  if (unsafe && signed_at <= started_) return Admit::kBeforeStart;
  if (before_ && signed_at <= before_until_) {
    const Admit verdict = before_->admit(signature, timestamp, unsafe);
    if (verdict != Admit::kAccepted) return verdict;
  }

  const auto generation = static_cast<std::uint64_t>(signed_at / span_);
  const std::uint64_t stamp = (generation / kGenerations + 1) << kStampShift;
  Line* const lines = table_ + generation % kGenerations * lines_;

  std::array<std::uint64_t, 2> digest;
  std::memcpy(digest.data(), signature.data(), sizeof digest);
  const std::uint64_t head = stamp | (digest[0] & kBits);
  const std::uint64_t tail = stamp | (digest[1] & kBits & ~kUnsafe) | (unsafe ? kUnsafe : 0);

  const Wide product = Wide{digest[0] ^ hash_key_[0]} * (digest[1] ^ hash_key_[1]);
  std::uint64_t hash = static_cast<std::uint64_t>(product >> 64) ^ static_cast<std::uint64_t>(product);

  // Racing calls with one signature take the same way through the table and pass only slots that are taken for the
  // whole generation, so they meet in one slot, where a single one of them sets the second word. Whoever sets the first
  // word need not be the one that sets the second.
  for (int i = 0; i < kMostLines; ++i) {
    for (auto& slot : lines[static_cast<std::size_t>(Wide{hash} * lines_ >> 64)].slots) {
      const Claimed first = claim(slot.head, head);
      if (stamp_of(first.word) > stamp_of(head)) return Admit::kForgotten;
      if (first.word != head) continue;
      const Claimed second = claim(slot.tail, tail);
      if (second.ours) return Admit::kAccepted;
      if (stamp_of(second.word) > stamp_of(tail)) return Admit::kForgotten;
      if ((second.word ^ tail) > kUnsafe) continue;
      return unsafe || (second.word & kUnsafe) != 0 ? Admit::kReplayed : Admit::kAccepted;
    }
    hash = hash * 6364136223846793005u + 1442695040888963407u;  // Knuth's MMIX: the next line
  }
  return Admit::kFull;
}

}  // namespace causeway::security
