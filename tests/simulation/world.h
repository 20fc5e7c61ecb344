// A world made of one seed: callers, gateways one after the other on one store, systems, an operator, and everything
// that goes wrong between them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulation/process.h"
#include "simulation/sim_call.h"

namespace causeway::simulation {

class World {
 public:
  World(Disk& disk, std::uint64_t seed, bool keep_journal);

  /// What was contradictory; empty: nothing.
  std::optional<std::string> run();
  std::string journal() const { return journal_.text(); }

 private:
  struct Order {
    Request request;
    int tries = 0;
    int code = 0;  ///< of its last answer
  };

  void lay_out();
  std::shared_ptr<const Rules> draw_rules(const SystemTraits& traits);
  void start_process();
  void crash();
  void reload();
  void set_clock();
  void operate();
  void decide(const Half& half, bool truly);
  void send(std::size_t order, bool same_body);
  void deliver(const Request& request, std::function<void(Reply)> answered);
  void follow(std::size_t order, const Reply& reply);
  void run_until(Moment end);
  void heal();
  void ask_again();
  std::vector<Half> halves(transactions::HalfState state);

  Disk& disk_;
  Dice dice_;
  Timeline timeline_;
  Facts facts_;
  Journal journal_;
  SimStore store_;
  std::vector<PlayedSystem> systems_;
  PlayedPublisher publisher_;
  std::vector<std::shared_ptr<const Rules>> rules_;
  std::vector<Order> orders_;
  std::shared_ptr<Process> process_;
  int numbers_ = 0;
  bool well_ = false;
};

}  // namespace causeway::simulation
