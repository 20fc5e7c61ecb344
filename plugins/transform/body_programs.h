// A pair of programs over the bodies of a call, one for each way: what `transform` and each version of `from` consist
// of.
#pragma once

#include <optional>
#include <string>

#include "config/keys.h"
#include "config/placed.h"
#include "exchange/exchange.h"
#include "expression/program.h"

namespace causeway::plugins {

struct TransformSettings {
  config::Placed<std::string> request;   ///< empty: the body goes on as it is
  config::Placed<std::string> response;  ///< likewise the answer's
  static const config::Keys<TransformSettings>& keys();
};

/// What becomes of $request.
enum class NewRequest : bool {
  kIsNotAsCalled,  ///< `transform`: $request stays the body as called
  kIsAsCalled,     ///< `from`: $request is the new body
};

/// Immutable, thread safe.
class BodyPrograms {
 public:
  /// What does not compile goes to `errors`.
  BodyPrograms(const TransformSettings& settings, NewRequest kind, config::Errors& errors);

  bool changes_request() const { return request_.has_value(); }
  bool changes_response() const { return response_.has_value(); }
  /// Must the request's body be whole and JSON, be it for the way out?
  bool reads_request() const { return request_.has_value() || asks_request_; }

  /// Before the call, and also where only the way out needs $request: 40091 for a body that is no JSON, 40094 for one
  /// that the program refuses. An empty body is null.
  Result<> on_the_way_in(Exchange& exchange) const;
  /// Over a 2xx that is no refusal, not of HEAD: an empty answer is null. 50292 for an answer that is not JSON, too
  /// long, or that the program refuses.
  bool applies_to_answer(const Exchange& exchange) const;
  Task<Result<>> on_the_way_out(Exchange& exchange) const;

 private:
  std::optional<expression::Program> request_;
  std::optional<expression::Program> response_;
  NewRequest kind_;
  bool asks_request_ = false;
};

}  // namespace causeway::plugins
