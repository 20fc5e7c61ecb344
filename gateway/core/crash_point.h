// Named places at which a test lets the process die as if by `kill -9`: nothing is flushed, closed or said.
//
//   CAUSEWAY_CRASH_AT=NAME[:N]   the N-th pass (from 1; 1 if not said) of the place NAME is the process's last step
//
// Only in builds that define CAUSEWAY_TEST_BUILD (the presets debug and tsan); in others it is nothing at all, not even
// the variable's name. Thread safe; the variable is read once, at the first pass of any place.
//
// The places on the way of a call (correctness.md, "How it is proved"), in the order in which it passes them:
//
//   before-begin        nothing is written down yet
//   after-begin-commit  record and half message are durable, nothing is sent
//   after-forward       the system has been called, its answer (or what came instead) is at hand
//   after-check         the system was asked what became of the call, while its caller waits
//   before-end          what the call comes to is decided, and not yet written down
//   after-end-commit    record, half message and event are durable
//   before-answer       not a byte of the answer is sent
//   resolver-claimed    a half message that nobody has in hand is about to be checked
//   resolver-asked      the system has said what became of it
//   resolver-settled    that is durable
#pragma once

#ifdef CAUSEWAY_TEST_BUILD

#include <atomic>
#include <string_view>

namespace causeway {

/// Counts the passes of one place down. Thread safe.
class CrashPlan {
 public:
  /// `text`: NAME[:N], which outlives it. Empty, or with an N that is no number from 1: never.
  explicit CrashPlan(std::string_view text) noexcept;
  /// True once: at the pass that is to be the last.
  bool reached(std::string_view name) noexcept;

 private:
  std::string_view name_;
  std::atomic<unsigned> left_{0};
};

void pass_crash_point(std::string_view name) noexcept;

}  // namespace causeway

#define CAUSEWAY_CRASH_POINT(name) ::causeway::pass_crash_point(name)

#else

#define CAUSEWAY_CRASH_POINT(name) static_cast<void>(0)

#endif
