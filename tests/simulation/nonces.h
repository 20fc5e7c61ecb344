// Signatures that work once, over processes that die, stop, follow each other, and clocks that are set: a small world
// of its own (correctness.md, "Edges"). A process does what replay_guard.cpp and replay_keeper.cpp do.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/clock_mark.h"
#include "app/replay_tables.h"
#include "security/replay.h"
#include "simulation/dice.h"
#include "store/connection.h"

namespace causeway::simulation {

class NonceWorld {
 public:
  NonceWorld(store::Connection& disk, std::uint64_t seed);
  /// What was contradictory; empty: nothing.
  std::optional<std::string> run();
  static const store::Schema& schema() { return app::kReplaySchema; }

  struct Seen {
    int accepted = 0, replayed = 0, before_start = 0, written = 0, restored = 0;
  };
  const Seen& seen() const { return seen_; }

 private:
  static constexpr Duration kWindow = std::chrono::minutes(5);
  static constexpr Duration kAhead = std::chrono::minutes(1);

  void start();
  void step();
  void pass(Duration time);
  void set_clock();
  void stop(bool saving);
  void reboot();
  void look();
  void present(std::size_t index);
  bool admit(const security::SignatureUse& use);
  bool change(store::Change& change);
  app::ClockReading read() const;
  WallTime wall() const;

  store::Connection& disk_;
  Dice dice_;
  std::chrono::milliseconds time_{};  ///< since the world began
  std::chrono::milliseconds off_{};   ///< what the clock was set by
  std::chrono::milliseconds booted_{};
  int boots_ = 1;
  std::unique_ptr<security::ReplayTable> table_;
  std::string image_;  ///< of a clean stop
  app::ClockMark mark_;
  Duration noted_{};
  bool failing_ = false;
  std::vector<security::SignatureUse> signatures_;
  std::map<security::Sha256Digest, int> once_;  ///< accepted where it works once
  std::map<security::Sha256Digest, int> any_;   ///< accepted at all
  std::optional<std::string> failure_;
  Seen seen_;
};

}  // namespace causeway::simulation
