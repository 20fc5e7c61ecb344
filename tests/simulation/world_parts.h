// What everything in a world shares.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "simulation/dice.h"
#include "simulation/timeline.h"

namespace causeway::simulation {

class Facts;

/// What happened, for people: only written where a seed is looked at.
class Journal {
 public:
  explicit Journal(bool on) : on_(on) {}
  bool on() const { return on_; }
  void write(Moment at, std::string line) {
    if (on_) lines_.push_back(std::to_string(at) + "  " + std::move(line));
  }
  std::string text() const {
    std::string all;
    for (const std::string& line : lines_) all += line + '\n';
    return all;
  }

 private:
  const bool on_;
  std::vector<std::string> lines_;
};

struct Parts {
  Timeline& timeline;
  Dice& dice;
  Facts& facts;
  Journal& journal;

  /// `words` makes the line, if anybody reads it.
  template <class Words>
  void note(Words words) const {
    if (journal.on()) journal.write(timeline.now(), words());
  }
};

}  // namespace causeway::simulation
