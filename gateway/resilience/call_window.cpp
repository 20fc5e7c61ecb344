#include "resilience/call_window.h"

#include <algorithm>
#include <atomic>
#include <bit>

namespace causeway::resilience {
namespace {

constexpr std::int64_t kNever = INT64_MIN;

/// One call: its time in nanoseconds and what it was, in a word, so that no reader sees half of it.
struct Result {
  static constexpr std::uint64_t kFailure = 1;
  static constexpr std::uint64_t kSlow = 2;

  Result(SteadyTime at, bool failure, bool slow)
      : word(static_cast<std::uint64_t>(at.time_since_epoch().count()) << 2 | (failure ? kFailure : 0) |
             (slow ? kSlow : 0)) {}
  explicit Result(std::uint64_t its_word) : word(its_word) {}

  std::int64_t at() const { return static_cast<std::int64_t>(word >> 2); }
  void count(CallWindow::Counts& counts) const {
    ++counts.calls;
    if ((word & kFailure) != 0) ++counts.failures;
    if ((word & kSlow) != 0) ++counts.slow;
  }

  std::uint64_t word;
};

class Ring {
 public:
  /// `size` is a power of two.
  explicit Ring(std::size_t size) : mask_(size - 1), results_(std::make_unique<std::atomic<std::uint64_t>[]>(size)) {}
  std::size_t size() const { return mask_ + 1; }
  std::atomic<std::uint64_t>& at(std::uint64_t index) const { return results_[index & mask_]; }

 private:
  std::size_t mask_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> results_;
};

}  // namespace

/// The last results of one worker in its newest epoch. Written by that worker alone.
class alignas(64) CallWindow::Cell {
 public:
  void add(std::uint32_t epoch, std::uint32_t window, Result result) {
    const std::uint64_t end = end_.load(std::memory_order_relaxed);
    if (epoch_.load(std::memory_order_relaxed) != epoch) {
      begin_.store(end, std::memory_order_relaxed);
      epoch_.store(epoch, std::memory_order_release);
    }
    ring_for(window, end).at(end).store(result.word, std::memory_order_relaxed);
    end_.store(end + 1, std::memory_order_release);
  }

 private:
  friend class Reader;

  /// A window that has grown gets a longer ring, which goes on from the old one. That stays, for those who read it.
  Ring& ring_for(std::uint32_t window, std::uint64_t end) {
    Ring* const present = ring_.load(std::memory_order_relaxed);
    if (present != nullptr && present->size() >= window) return *present;
    // Twice the window, so that a reader is not overtaken.
    auto longer = std::make_unique<Ring>(std::bit_ceil(std::size_t{window} * 2));
    if (present != nullptr) {
      const std::uint64_t first = end - std::min<std::uint64_t>(end, present->size());
      for (std::uint64_t i = first; i < end; ++i)
        longer->at(i).store(present->at(i).load(std::memory_order_relaxed), std::memory_order_relaxed);
      begin_.store(std::max(begin_.load(std::memory_order_relaxed), first), std::memory_order_relaxed);
    }
    rings_.push_back(std::move(longer));
    ring_.store(rings_.back().get(), std::memory_order_release);
    return *rings_.back();
  }

  std::atomic<std::uint32_t> epoch_{0};
  std::atomic<std::uint64_t> begin_{0};  // the first result of the epoch that is known
  std::atomic<std::uint64_t> end_{0};    // results ever written
  std::atomic<Ring*> ring_{nullptr};
  std::vector<std::unique_ptr<Ring>> rings_;
};

/// Walks from a worker's newest result to older ones.
class CallWindow::Reader {
 public:
  Reader(const Cell& cell, std::uint32_t epoch, std::uint32_t window) {
    if (cell.epoch_.load(std::memory_order_acquire) != epoch) return;
    next_ = cell.end_.load(std::memory_order_acquire);
    ring_ = cell.ring_.load(std::memory_order_acquire);
    if (ring_ == nullptr) return;
    const std::uint64_t begin = cell.begin_.load(std::memory_order_relaxed);
    if (begin < next_) left_ = std::min<std::uint64_t>({next_ - begin, window, ring_->size()});
    step();
  }

  /// Of the result at hand; kNever when there is none left.
  std::int64_t at() const { return at_; }
  void take(Counts& counts) {
    Result(word_).count(counts);
    step();
  }

 private:
  void step() {
    const std::int64_t before = at_;
    at_ = kNever;
    if (left_ == 0) return;
    --left_;
    word_ = ring_->at(--next_).load(std::memory_order_relaxed);
    const std::int64_t at = Result(word_).at();
    // Newer than the one after it: the worker has come round meanwhile, and what was here is too old to count.
    if (before != kNever && at > before) left_ = 0;
    else at_ = at;
  }

  const Ring* ring_ = nullptr;
  std::uint64_t next_ = 0;
  std::uint64_t left_ = 0;
  std::uint64_t word_ = 0;
  std::int64_t at_ = kNever;
};

CallWindow::CallWindow(std::size_t workers) {
  cells_.reserve(workers);
  for (std::size_t i = 0; i < workers; ++i) cells_.push_back(std::make_unique<Cell>());
}

CallWindow::~CallWindow() = default;

void CallWindow::add(std::size_t worker, std::uint32_t epoch, std::uint32_t window, SteadyTime at, bool failure,
                     bool slow) {
  cells_[worker]->add(epoch, window, Result(at, failure, slow));
}

CallWindow::Counts CallWindow::count(std::uint32_t epoch, std::uint32_t window) const {
  std::vector<Reader> readers;
  readers.reserve(cells_.size());
  for (const auto& cell : cells_) {
    const Reader reader(*cell, epoch, window);
    if (reader.at() != kNever) readers.push_back(reader);
  }
  Counts counts;
  while (counts.calls < window && !readers.empty()) {
    const auto newest =
        std::max_element(readers.begin(), readers.end(), [](const auto& a, const auto& b) { return a.at() < b.at(); });
    newest->take(counts);
    if (newest->at() == kNever) {
      *newest = readers.back();
      readers.pop_back();
    }
  }
  return counts;
}

}  // namespace causeway::resilience
