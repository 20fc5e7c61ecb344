#include "resilience/gcra.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <random>

namespace causeway::resilience {
namespace {

__extension__ using Wide = unsigned __int128;

// Keeps every sum below within 64 bits: now + burst + cost, with a machine that has been up for decades.
constexpr std::int64_t kLongest = std::int64_t{1} << 61;

std::int64_t nanoseconds(SteadyTime time) { return time.time_since_epoch().count(); }

std::uint64_t random_word() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

std::array<std::uint64_t, 2> words_of(const IpAddress& address) {
  std::array<std::uint64_t, 2> words;
  std::memcpy(words.data(), address.octets().data(), sizeof words);
  if (!address.is_v4()) words[1] = 0;
  return words;
}

}  // namespace

Limit::Limit(std::uint64_t count, Duration per, std::uint64_t most_at_once) {
  assert(count > 0 && per.count() > 0 && most_at_once > 0);
  const auto period = static_cast<std::uint64_t>(std::min(per.count(), kLongest));
  const std::uint64_t step = std::max<std::uint64_t>(1, period / count);
  interval = Duration(static_cast<std::int64_t>(step));
  burst = std::min(most_at_once, static_cast<std::uint64_t>(kLongest) / step);
}

Decision Gcra::admit(const Limit& limit, SteadyTime now, std::uint64_t cost) {
  const std::int64_t present = nanoseconds(now);
  const std::int64_t interval = limit.interval.count();
  const std::int64_t whole = interval * static_cast<std::int64_t>(limit.burst);
  const auto remaining = [&](std::int64_t used) {
    return used >= whole ? 0 : static_cast<std::uint64_t>((whole - used) / interval);
  };

  std::int64_t arrival = arrival_.load(std::memory_order_relaxed);
  while (true) {
    const std::int64_t used = std::max<std::int64_t>(arrival - present, 0);
    if (cost > limit.burst) return {false, remaining(used), Duration(used), Duration::max()};
    const std::int64_t then = used + interval * static_cast<std::int64_t>(cost);
    if (then > whole) return {false, remaining(used), Duration(used), Duration(then - whole)};
    if (arrival_.compare_exchange_weak(arrival, present + then, std::memory_order_relaxed)) {
      return {true, remaining(then), Duration(then), Duration(0)};
    }
  }
}

bool Gcra::idle(SteadyTime now) const { return idle_at() <= now; }

SteadyTime Gcra::idle_at() const { return SteadyTime(Duration(arrival_.load(std::memory_order_relaxed))); }

void Gcra::continue_from(const Gcra& other) {
  arrival_.store(other.arrival_.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

GcraArray::GcraArray(std::size_t size) : size_(size), limiters_(std::make_unique<Gcra[]>(size)) {}

GcraArray::GcraArray(std::size_t size, const GcraArray& previous,
                     const std::function<std::optional<std::size_t>(std::size_t)>& old_index)
    : GcraArray(size) {
  for (std::size_t i = 0; i < size_; ++i) {
    if (const auto old = old_index(i)) limiters_[i].continue_from(previous.limiters_[*old]);
  }
}

struct alignas(64) GcraTable::Set {
  struct Place {
    std::atomic<std::uint64_t> owner{0};  // a hash of the address
    Gcra limiter;
  };
  Place places[4];
};

GcraTable::GcraTable(std::size_t places)
    : sets_(std::max<std::size_t>(1, (places + 3) / 4)),
      table_(std::make_unique<Set[]>(sets_)),
      hash_key_{random_word(), random_word()} {}

GcraTable::~GcraTable() = default;

Decision GcraTable::admit(const Limit& limit, const IpAddress& address, SteadyTime now, std::uint64_t cost) {
  return limiter(address, now).admit(limit, now, cost);
}

Gcra& GcraTable::limiter(const IpAddress& address, SteadyTime now) {
  const auto words = words_of(address);
  const Wide product = Wide{words[0] ^ hash_key_[0]} * (words[1] ^ hash_key_[1]);
  const std::uint64_t owner = static_cast<std::uint64_t>(product >> 64) ^ static_cast<std::uint64_t>(product);
  auto& places = table_[static_cast<std::size_t>(Wide{owner * 0x9e3779b97f4a7c15} * sets_ >> 64)].places;

  for (auto& place : places) {
    if (place.owner.load(std::memory_order_relaxed) == owner) return place.limiter;
  }
  for (auto& place : places) {
    std::uint64_t present = place.owner.load(std::memory_order_relaxed);
    if (!place.limiter.idle(now)) continue;
    if (place.owner.compare_exchange_strong(present, owner, std::memory_order_relaxed) || present == owner) {
      return place.limiter;
    }
  }
  auto& least = *std::min_element(std::begin(places), std::end(places), [](const auto& a, const auto& b) {
    return a.limiter.idle_at() < b.limiter.idle_at();
  });
  least.owner.store(owner, std::memory_order_relaxed);
  return least.limiter;
}

}  // namespace causeway::resilience
