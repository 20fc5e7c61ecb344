// The answers that one route keeps, by a hash of who asked and for what. They outlive configurations: a reload that
// leaves the route as it is finds them again (kept_answers_registry.h).
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "adapters/fallback/kept_answer.h"
#include "adapters/fallback/kept_memory.h"

namespace causeway::adapters {

/// Thread safe. The mutex is held for a look-up or an insertion, never while texts are copied or freed.
class KeptAnswers {
 public:
  using Key = security::Sha256Digest;

  /// Those of the configuration in force: they come with each call, so that a reload changes them and keeps the rest.
  struct Limits {
    std::size_t entries = 0;
    std::uint64_t bytes = 0;
    Duration max_age{};
  };

  /// `workers`: those with a smaller index know what they kept lately.
  KeptAnswers(std::shared_ptr<KeptMemory> memory, std::size_t workers);
  ~KeptAnswers();
  KeptAnswers(const KeptAnswers&) = delete;
  KeptAnswers& operator=(const KeptAnswers&) = delete;

  /// This very answer was kept by this worker within the last second (of a short max_age, an eighth): it need not be
  /// kept again. On the worker's thread.
  bool kept_lately(std::size_t worker, const Key& key, std::uint64_t print, Duration max_age, SteadyTime now) const;
  /// In place of the one of the same key. Those that were not used for longest go, until the limits hold. On the
  /// worker's thread.
  void keep(std::size_t worker, const Key& key, std::uint64_t print, std::shared_ptr<const KeptAnswer> answer,
            const Limits& limits, SteadyTime now);
  /// Null when there is none that was kept at `oldest` or later.
  std::shared_ptr<const KeptAnswer> find(const Key& key, SteadyTime oldest);

  /// Drops what was not used for longest until so many bytes are free again; how many are.
  std::uint64_t give_way(std::uint64_t amount);

  std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  std::size_t size() const;

 private:
  struct Entry {
    Key key;
    std::shared_ptr<const KeptAnswer> answer;
  };
  using Entries = std::list<Entry>;
  struct Hash {
    std::size_t operator()(const Key& key) const {
      std::size_t hash;
      std::memcpy(&hash, key.data(), sizeof hash);
      return hash;
    }
  };
  /// What a worker kept last of the keys that share a slot.
  struct Recent {
    std::uint64_t key = 0;
    std::uint64_t print = 0;
    SteadyTime at{};
  };
  struct alignas(64) Lately {
    std::vector<Recent> slots;  // made with the first answer
  };
  static constexpr std::size_t kSlots = 256;

  /// Takes the entry out of list and index; it is destroyed with `out`, outside of the lock.
  void take_out(Entries::iterator entry, Entries& out);
  void release(const Entries& entries);

  std::shared_ptr<KeptMemory> memory_;
  std::vector<Lately> lately_;
  mutable std::mutex mutex_;
  Entries entries_;  // the one that was used last comes first
  std::unordered_map<Key, Entries::iterator, Hash> index_;
  std::atomic<std::uint64_t> bytes_{0};
};

}  // namespace causeway::adapters
