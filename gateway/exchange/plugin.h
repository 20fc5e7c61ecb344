// A plugin: one step of a route's chain. A plugin object is part of the immutable configuration and serves all workers
// at once: what belongs to one call lives in the exchange.
#pragma once

#include <utility>
#include <variant>

#include "core/result.h"
#include "exchange/exchange.h"

namespace causeway {

enum class Flow : std::uint8_t {
  kContinue,  ///< the next step
  kAnswered,  ///< exchange.response is the answer: no further step on the way in, no call
};

/// What a step says: a verdict now, or a task that will say it. Sync steps cost no coroutine.
class Step {
 public:
  Step(Flow flow) : state_(Result<Flow>(flow)) {}                // NOLINT: implicit on purpose
  Step(Error error) : state_(Result<Flow>(std::move(error))) {}  // NOLINT
  Step(Task<Result<Flow>> task) : state_(std::move(task)) {}     // NOLINT
  static Step next() { return Flow::kContinue; }

  Result<Flow>* verdict() { return std::get_if<0>(&state_); }
  Task<Result<Flow>>& task() { return std::get<1>(state_); }

 private:
  std::variant<Result<Flow>, Task<Result<Flow>>> state_;
};

/// The phases that a plugin takes part in, and what it must see whole.
struct Needs {
  bool head = false;               ///< on_head
  bool body = false;               ///< on_body; implies nothing about the body itself
  bool response = false;           ///< on_response
  bool whole_request = false;      ///< the request's body is gathered before on_body
  std::uint64_t whole_answer = 0;  ///< a JSON answer is read whole, up to so many bytes; 0: as it comes
  bool plain_answer = false;  ///< reads the answer's JSON: the system is asked for neither codings nor ranges of it
};

class Plugin {
 public:
  virtual ~Plugin() = default;
  virtual Needs needs() const = 0;
  /// Before a byte of the body is read.
  virtual Step on_head(Exchange&) const { return Step::next(); }
  /// After the body was gathered, if anybody needs it whole.
  virtual Step on_body(Exchange&) const { return Step::next(); }
  /// On the way out, in reverse order; also over the answers of plugins that came later in the chain, not over errors.
  virtual Step on_response(Exchange&) const { return Step::next(); }
};

}  // namespace causeway
