// Where the present keys of a provider with `jwks` stand: a background thread renews them, workers read them. It stays
// over reloads, so that the last good keys do.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "security/oauth/key_set.h"
#include "security/oauth/settings.h"

namespace causeway::security {

/// Thread safe. What workers use (`current`, `version`, `ask`) never locks and never waits; the rest is for the thread
/// that fetches and for metrics.
class KeySource {
 public:
  /// `provider` has `jwks`.
  explicit KeySource(const ProviderSettings& provider);
  ~KeySource();
  KeySource(const KeySource&) = delete;
  KeySource& operator=(const KeySource&) = delete;

  /// Keeps the set that was current from being freed for as long as it lives: a call's worth of work, no longer.
  class [[nodiscard]] Pin {
   public:
    explicit Pin(const KeySource& source);
    ~Pin();
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;

    /// False before the first fetch that succeeded.
    explicit operator bool() const { return set_ != nullptr; }
    const KeySet& operator*() const { return *set_; }
    const KeySet* operator->() const { return set_; }

   private:
    const KeySource& source_;
    const KeySet* set_;
  };

  Pin current() const { return Pin(*this); }
  /// Changes with the keys; 0 before the first. Read it before the set that it shall be the version of.
  std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
  /// A token named a key that is not there: perhaps it is new. Sets a flag, nothing more.
  void ask() const { asked_.store(true, std::memory_order_relaxed); }

  /// Takes up what was asked: true when somebody asked and the last time that this was true is ≥ 30 s ago. Asked too
  /// early, the flag stays for later.
  bool take_request(SteadyTime now);

  /// A text was fetched: its keys replace the present ones unless they are the same or it is refused. What was wrong
  /// (the last good keys stay), or empty. `skipped` gets what from_jwks had no use for.
  std::string accept(Bytes jwks, SteadyTime now, std::vector<std::string>* skipped = nullptr);
  /// Nothing could be fetched; the last good keys stay.
  void failed(std::string why, SteadyTime now);

  struct State {
    std::optional<SteadyTime> fetched_at;  ///< of the last success
    std::optional<SteadyTime> tried_at;    ///< of the last try
    std::string last_error;                ///< of that try, empty when it was a success
    std::size_t keys = 0;
  };
  State state() const;

  const std::string& provider() const { return provider_; }
  /// Made for these settings: the place, the issuer and the algorithms are the same. Otherwise its keys must not serve.
  bool is_for(const ProviderSettings& provider) const;

 private:
  // Both with the mutex held.
  void replace(KeySet set);
  void free_retired();

  const std::string provider_;
  const std::string identity_;
  const std::vector<JwsAlgorithm> algorithms_;
  const PublishedSecrets secrets_;

  mutable std::atomic<std::uint32_t> pins_{0};
  std::atomic<const KeySet*> current_{nullptr};
  std::atomic<std::uint64_t> version_{0};
  mutable std::atomic<bool> asked_{false};

  mutable std::mutex mutex_;  // of what follows
  std::unique_ptr<const KeySet> owned_;
  std::vector<std::unique_ptr<const KeySet>> retired_;  // until nobody holds a pin
  std::optional<SteadyTime> taken_at_;
  State state_;
};

/// The sources of a process by provider. Not thread safe: one load at a time.
class KeySources {
 public:
  /// The one that serves these settings already, or a new one without keys.
  std::shared_ptr<KeySource> obtain(const ProviderSettings& provider);
  /// Forgets sources that are not among these: those of the configuration that is in use now.
  void keep(const std::vector<std::shared_ptr<KeySource>>& used);

 private:
  std::vector<std::shared_ptr<KeySource>> sources_;
};

}  // namespace causeway::security
