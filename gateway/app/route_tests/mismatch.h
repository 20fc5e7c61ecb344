// Where what came is not what was expected.
#pragma once

#include <string>
#include <vector>

#include "config/position.h"

namespace causeway::app {

struct Mismatch {
  config::Position at;   ///< of the expectation
  std::string what;      ///< `answer.data.orderId`, or a sentence when there is nothing to compare
  std::string expected;  ///< as JSON, or `nothing`; empty: `what` is a sentence
  std::string got;
  std::vector<std::string> notes;  ///< further lines, such as what was sent instead
};

using Mismatches = std::vector<Mismatch>;

}  // namespace causeway::app
