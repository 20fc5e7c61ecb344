#include "telemetry/random.h"

#include <sys/random.h>

#include <cerrno>
#include <system_error>

namespace causeway::telemetry {

Random Random::from_system() {
  std::array<std::uint64_t, 4> state{};
  if (getrandom(state.data(), sizeof state, 0) != static_cast<ssize_t>(sizeof state)) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  return Random(state);
}

}  // namespace causeway::telemetry
