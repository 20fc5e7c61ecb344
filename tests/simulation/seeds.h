// Which worlds a run plays.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace causeway::simulation {

struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t count = 5000;
  int failures = 5;  ///< after so many it is enough

  static Seeds asked() {
    Seeds seeds;
    if (const char* const first = std::getenv("CAUSEWAY_SIM_FIRST")) seeds.first = std::stoull(first);
    if (const char* const count = std::getenv("CAUSEWAY_SIM_SEEDS")) seeds.count = std::stoull(count);
    if (const char* const most = std::getenv("CAUSEWAY_SIM_FAILURES")) seeds.failures = std::atoi(most);
    return seeds;
  }
};

}  // namespace causeway::simulation
