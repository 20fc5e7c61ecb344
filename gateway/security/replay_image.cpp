// The memory for replays as bytes, for the process that goes on with it (replay.h: save, restore).
#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "security/replay.h"
#include "security/replay_words.h"

namespace causeway::security {

/// In front of the lines that are not empty, each behind its number.
struct ReplayTable::ImageHead {
  std::uint64_t memory, lines;
  std::int64_t span, started, newest;
  std::uint64_t hash_key[2];
  std::uint64_t count;  // of lines that follow
};

namespace {

template <class T>
Bytes bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

template <class T>
bool read(const ReplayTable::Source& source, T& value) {
  return source(reinterpret_cast<char*>(&value), sizeof value) == sizeof value;
}

}  // namespace

/// The last eight generations that were written, and all since `now` would be the last of them: whichever are more, for
/// either clock may be wrong.
std::int64_t ReplayTable::oldest_to_keep(WallTime now) const {
  const std::int64_t newest = newest_.load(std::memory_order_relaxed);
  return std::min(newest, unix_milliseconds(now) / span_) - kReplayGenerations + 1;
}

void ReplayTable::save(const std::function<void(Bytes)>& sink, WallTime now) const {
  const std::size_t all = lines_ * kReplayGenerations;
  const std::int64_t oldest = oldest_to_keep(now);
  const auto is_kept = [&](std::size_t i) {
    const auto generation = static_cast<std::int64_t>(i / lines_);  // the first that is written there
    return std::ranges::any_of(table_[i].slots, [&](const Line::Slot& slot) {
      const auto stamp = static_cast<std::int64_t>(std::max(stamp_of(slot.head), stamp_of(slot.tail)));
      return stamp != 0 && (stamp - 1) * kReplayGenerations + generation >= oldest;
    });
  };
  // What is not kept must be refused by its timestamp: older generations, and what only the table that this one has
  // replaced knows.
  const std::int64_t started = std::max({started_, oldest * span_ - 1, before_ ? before_until_ : started_});
  ImageHead head{bytes(memory_), lines_, span_, started, newest_.load(std::memory_order_relaxed), {}, 0};
  std::ranges::copy(hash_key_, head.hash_key);
  for (std::size_t i = 0; i < all; ++i)
    if (is_kept(i)) ++head.count;
  sink(bytes_of(head));
  for (std::uint64_t i = 0; i < all; ++i) {
    if (!is_kept(i)) continue;
    sink(bytes_of(i));
    sink(bytes_of(table_[i]));
  }
}

bool ReplayTable::restore(const Source& source, const std::function<bool()>& is_whole) {
  ImageHead head;
  if (!read(source, head)) return false;
  if (head.memory != bytes(memory_) || head.lines != lines_ || head.span != span_) return false;
  const std::array<std::uint64_t, 2> own_key = hash_key_;
  std::ranges::copy(head.hash_key, hash_key_.begin());
  if (!restore_lines(source, head.count) || !is_whole()) {
    hash_key_ = own_key;
    forget();
    return false;
  }
  started_ = head.started;
  newest_ = head.newest;
  return true;
}

bool ReplayTable::restore_lines(const Source& source, std::uint64_t lines) {
  const std::size_t all = lines_ * kReplayGenerations;
  for (std::uint64_t i = 0; i < lines; ++i) {
    std::uint64_t place = 0;
    if (!read(source, place) || place >= all || !read(source, table_[place])) return false;
  }
  char more = 0;
  return source(&more, 1) == 0;
}

void ReplayTable::forget() { madvise(table_, lines_ * kReplayGenerations * sizeof(Line), MADV_DONTNEED); }

}  // namespace causeway::security
