// What the programs of one configuration run within: their limits (`server.limits.expressions` of the operators' file),
// the clock, and what their messages must not show. Immutable; shared by everything that was built of the
// configuration. Thread safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.h"

namespace causeway::expression {

/// What one run may use. Exceeding one is the error 40094, never an abort.
struct Limits {
  std::uint64_t steps = 1'000'000;
  std::size_t memory = 64u << 20;  ///< of values made by the run
  std::size_t output = 16u << 20;  ///< of the texts of all results together
  std::size_t depth = 1024;        ///< of calls and of values made
  std::size_t pattern = 4u << 10;  ///< of a regular expression's text
};

struct Surroundings {
  Limits limits;
  const Clock* clock = nullptr;  ///< outlives it; null: the system's
  /// Names of fields whose values no message shows, as `log.calls.bodies.mask` has them.
  std::vector<std::string> masked{"password", "idCard", "phone", "bankAccount"};
};

}  // namespace causeway::expression
