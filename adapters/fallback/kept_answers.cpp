#include "adapters/fallback/kept_answers.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace causeway::adapters {
namespace {

constexpr Duration kLately = std::chrono::seconds(1);
constexpr int kExpiredAtOnce = 2;  // of what is too old, with each answer that is kept

std::uint64_t head_of(const KeptAnswers::Key& key) {
  std::uint64_t head;
  std::memcpy(&head, key.data(), sizeof head);
  return head;
}

}  // namespace

KeptAnswers::KeptAnswers(std::shared_ptr<KeptMemory> memory, std::size_t workers)
    : memory_(std::move(memory)), lately_(workers) {}

KeptAnswers::~KeptAnswers() { release(entries_); }

bool KeptAnswers::kept_lately(std::size_t worker, const Key& key, std::uint64_t print, Duration max_age,
                              SteadyTime now) const {
  if (worker >= lately_.size() || lately_[worker].slots.empty()) return false;
  const std::uint64_t head = head_of(key);
  const Recent& recent = lately_[worker].slots[head % kSlots];
  return recent.key == head && recent.print == print && now - recent.at < std::min(kLately, max_age / 8);
}

void KeptAnswers::keep(std::size_t worker, const Key& key, std::uint64_t print,
                       std::shared_ptr<const KeptAnswer> answer, const Limits& limits, SteadyTime now) {
  const std::uint64_t cost = answer->cost();
  if (cost > limits.bytes || limits.entries == 0 || !memory_->take(cost)) return;
  memory_->count_answer();
  Entries kept;
  kept.push_front({key, std::move(answer)});
  Entries out;
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = index_.find(key); known != index_.end()) take_out(known->second, out);
    entries_.splice(entries_.begin(), kept);
    index_.emplace(key, entries_.begin());
    bytes_.fetch_add(cost, std::memory_order_relaxed);
    while (entries_.size() > limits.entries || bytes() > limits.bytes) take_out(std::prev(entries_.end()), out);
    for (int i = 0; i < kExpiredAtOnce && entries_.back().answer->at() < now - limits.max_age; ++i)
      take_out(std::prev(entries_.end()), out);
  }
  release(out);
  if (worker >= lately_.size()) return;
  std::vector<Recent>& slots = lately_[worker].slots;
  if (slots.empty()) slots.resize(kSlots);
  slots[head_of(key) % kSlots] = {head_of(key), print, now};
}

std::shared_ptr<const KeptAnswer> KeptAnswers::find(const Key& key, SteadyTime oldest) {
  Entries out;
  std::shared_ptr<const KeptAnswer> found;
  {
    const std::lock_guard lock(mutex_);
    const auto known = index_.find(key);
    if (known == index_.end()) return nullptr;
    if (known->second->answer->at() < oldest) {
      take_out(known->second, out);
    } else {
      entries_.splice(entries_.begin(), entries_, known->second);
      found = known->second->answer;
    }
  }
  release(out);
  return found;
}

std::uint64_t KeptAnswers::give_way(std::uint64_t amount) {
  Entries out;
  const std::uint64_t before = bytes();
  std::uint64_t freed = 0;
  {
    const std::lock_guard lock(mutex_);
    while (!entries_.empty() && freed < std::min(amount, before)) {
      freed += entries_.back().answer->cost();
      take_out(std::prev(entries_.end()), out);
    }
  }
  release(out);
  return freed;
}

std::size_t KeptAnswers::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void KeptAnswers::take_out(Entries::iterator entry, Entries& out) {
  bytes_.fetch_sub(entry->answer->cost(), std::memory_order_relaxed);
  index_.erase(entry->key);
  out.splice(out.begin(), entries_, entry);
}

void KeptAnswers::release(const Entries& entries) {
  std::uint64_t cost = 0;
  for (const Entry& entry : entries) cost += entry.answer->cost();
  if (!entries.empty()) memory_->give(cost, entries.size());
}

}  // namespace causeway::adapters
