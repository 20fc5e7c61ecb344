// A system that publishes by half messages: it prepares, does its own transaction, and says commit or rollback, late,
// twice, or never; it is asked back.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "simulation/facts.h"
#include "simulation/played_system.h"
#include "simulation/world_parts.h"
#include "transactions/transaction_tables.h"

namespace causeway::simulation {

class Process;

class PlayedPublisher {
 public:
  /// `process`: which one runs at present.
  PlayedPublisher(Parts parts, const std::shared_ptr<Process>& process, int& numbers)
      : parts_(parts), process_(process), numbers_(numbers) {}

  /// Another message is prepared; the rest follows from it.
  void begin();
  void check(const std::string& txid, std::function<void(CheckAnswer)> answer);
  /// Does well, and knows what it has decided.
  void heal() { well_ = true; }

 private:
  enum class Truth : std::uint8_t { kOpen, kCommitted, kRolledBack };
  struct Message {
    Request request;
    std::string txid;  ///< empty: it has not heard yet
    Truth truth = Truth::kOpen;
    int tries = 0;
  };

  void prepare(std::size_t index);
  void prepared(std::size_t index, const std::string& txid);
  void decide(std::size_t index);
  void say(std::size_t index, bool truly);
  transactions::tables::Half half_of(const Message& message);

  Parts parts_;
  const std::shared_ptr<Process>& process_;
  int& numbers_;
  std::deque<Message> messages_;
  bool well_ = false;
};

}  // namespace causeway::simulation
