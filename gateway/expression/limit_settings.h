// `server.limits.expressions` of the operators' file: what one run of a program may use. Values, without behaviour.
#pragma once

#include "config/keys.h"
#include "expression/surroundings.h"

namespace causeway::expression {

struct LimitSettings {
  std::uint64_t steps = Limits().steps;
  ByteSize memory{Limits().memory};
  ByteSize output{Limits().output};
  std::uint32_t depth = static_cast<std::uint32_t>(Limits().depth);
  ByteSize pattern{Limits().pattern};
  Limits limits() const;
  static const config::Keys<LimitSettings>& keys();
};

}  // namespace causeway::expression
