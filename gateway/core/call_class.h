// What a call came to (handbook: failure classes), whatever the HTTP status of the system's answer.
#pragma once

#include <cstdint>

namespace causeway {

enum class CallClass : std::uint8_t {
  kSuccess,
  kBusiness,  ///< the caller's: passed on with its code, never retried, no mark against the system
  kSystem,    ///< the system's, or ours: counts against the success rate, may be retried
};

/// What an HTTP status says by itself.
constexpr CallClass class_of_status(int status) {
  if (status >= 500) return CallClass::kSystem;
  return status >= 400 ? CallClass::kBusiness : CallClass::kSuccess;
}

}  // namespace causeway
