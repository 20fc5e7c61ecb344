// W3C Trace Context (level 1, and level 2's random flag and keys): continues a caller's trace or starts one.
// https://www.w3.org/TR/trace-context/
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "telemetry/random.h"

namespace causeway::telemetry {

/// What an exchange belongs to and passes on. A value without allocation; views of it live as long as it does.
class TraceContext {
 public:
  /// An empty one, to be assigned before use.
  TraceContext() = default;

  /// A new trace. It is flagged as sampled by default, as OpenTelemetry's own default sampler does.
  static TraceContext start(Random& random, bool sampled = true);

  /// Continues the trace of a request under a new parent id, or starts one: with no, an invalid or more than one
  /// `traceparent`. `traceparents` and `tracestates` are the values of all headers of these names, in their order. An
  /// invalid `tracestate` is dropped as a whole; several are combined; beyond 512 bytes members go, first those longer
  /// than 128 bytes, then from the end.
  static TraceContext from_request(std::span<const std::string_view> traceparents,
                                   std::span<const std::string_view> tracestates, Random& random);

  /// `00-<trace id>-<parent id>-<flags>` to send on.
  std::string_view traceparent() const { return {parent_.data(), parent_.size()}; }
  /// To send on when not empty.
  std::string_view tracestate() const { return {state_.data(), state_size_}; }
  /// 32 lower-case hexadecimal digits: what the log calls `trace`.
  std::string_view trace_id() const { return traceparent().substr(3, 32); }
  std::string_view parent_id() const { return traceparent().substr(36, 16); }
  bool sampled() const { return (parent_[54] - '0') & 1; }
  /// Gives the next call of the same exchange a parent id of its own.
  void renew_parent(Random& random);

 private:
  static constexpr std::size_t kParentSize = 55;
  static constexpr std::size_t kMaxState = 512;

  bool continue_parent(std::string_view value);
  void keep_state(std::span<const std::string_view> values);

  std::array<char, kParentSize> parent_{};
  std::array<char, kMaxState> state_;
  std::uint16_t state_size_ = 0;
};

}  // namespace causeway::telemetry
