// Who waits for events to be on the bus (`acknowledge: broker`), and the relay's word that they are.
//
// Each event is told twice: when the bus has acknowledged it, and when that is written down. Whoever comes after both
// finds it in the store; whether that may be so is known from how far shards are written down.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/bus_place.h"
#include "events/event_log.h"
#include "runtime/task.h"
#include "runtime/worker.h"

namespace causeway::events {

/// Thread safe: one short mutex a call of `tell`, however many events it is about.
class Waiters {
 public:
  struct Shard {
    std::uint32_t topic = 0;  ///< number_of
    std::uint32_t shard = 0;
    bool operator==(const Shard&) const = default;
  };
  struct Outcome {
    Shard shard;
    Position position = 0;
    std::optional<BusPlace> place;  ///< empty: the bus never takes it, nobody waits any longer
  };
  struct Low {
    Shard shard;
    Position position = 0;
  };

  explicit Waiters(store::Store& store);
  ~Waiters();
  Waiters(const Waiters&) = delete;
  Waiters& operator=(const Waiters&) = delete;

  /// The same for ever.
  std::uint32_t number_of(std::string_view topic);
  void tell(std::span<const Outcome> outcomes);
  /// Written down, in the store.
  void settled(std::span<const Outcome> outcomes, std::span<const Low> lows);
  /// See Publications::wait.
  Task<std::vector<std::optional<BusPlace>>> wait(runtime::Worker& worker, const Topic& topic,
                                                  std::span<const Receipt> receipts, Duration patience);
  /// Everybody goes on with what is known; nobody waits from now on. Their workers still run.
  void close();

 private:
  class Waiter;
  class Registration;
  class Wakes;
  struct Key {
    Shard shard;
    Position position = 0;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      // Positions are dense and topics few: enough to spread them.
      return static_cast<std::size_t>(key.position) * 0x9e3779b97f4a7c15U ^
             (std::size_t{key.shard.topic} << 40 | std::size_t{key.shard.shard} << 32);
    }
  };
  struct Place {
    std::shared_ptr<Waiter> waiter;
    std::size_t index = 0;
  };

  std::uint32_t number_in(std::string_view topic);
  void tell_in(std::span<const Outcome> outcomes, Wakes& wakes);

  store::Store& store_;
  std::mutex mutex_;
  bool closed_ = false;
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
  std::unordered_multimap<Key, Place, Hash> places_;
  std::unordered_map<Key, Position, Hash> lows_;  ///< by shard; the key's position is 0
};

}  // namespace causeway::events
