#include "expression/limit_settings.h"

namespace causeway::expression {

Limits LimitSettings::limits() const { return {steps, bytes(memory), bytes(output), depth, bytes(pattern)}; }

const config::Keys<LimitSettings>& LimitSettings::keys() {
  static const auto keys =
      config::Keys<LimitSettings>("limits of expressions")
          .optional("steps", &LimitSettings::steps, "steps of one run; a million take some 50 ms of a worker")
          .range(1000, 1'000'000'000)
          .optional("memory", &LimitSettings::memory, "memory of one run, for the values that it makes")
          .range(ByteSize{1 << 20}, ByteSize{4ull << 30})
          .optional("output", &LimitSettings::output, "size of the results of one run, all together")
          .range(ByteSize{1 << 10}, ByteSize{1 << 30})
          .optional("depth", &LimitSettings::depth,
                    "how deep calls within each other may be; values may be ten times as deep, 10,240 at most")
          .range(64, 4096)
          .optional("pattern", &LimitSettings::pattern, "size of a regular expression")
          .range(ByteSize{64}, ByteSize{64 << 10});
  return keys;
}

}  // namespace causeway::expression
