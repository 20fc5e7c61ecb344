// What a system's answer means, whatever its HTTP status: `clusters[].outcomes` and `answers` (design: details.md,
// "Calls"; handbook: failure classes). The same for calls and deliveries.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <string>
#include <vector>

#include "config/errors.h"
#include "core/result.h"
#include "exchange/exchange.h"
#include "expression/program.h"
#include "expression/template.h"
#include "upstream/cluster_settings.h"

namespace causeway::upstream {

struct Meaning {
  CallClass call_class = CallClass::kSuccess;
  bool said = false;       ///< an outcome or the system's own envelope said so; false: it is the status alone
  std::uint32_t code = 0;  ///< of a failure that was said: 40001; its status is code / 100
  std::string message;
  std::string details;     ///< JSON, empty: none
  Bytes answer;            ///< what the system said without its envelope; a view into the body, or into `memory`
};

/// Immutable, thread safe.
class AnswerRules {
 public:
  AnswerRules() = default;
  /// Compiles; what is wrong goes to `errors`.
  AnswerRules(const ClusterSettings& settings, config::Errors& errors);

  /// Must a JSON answer be whole to be understood?
  bool wants_body() const { return envelope_ || !outcomes_.empty(); }
  /// `body`: the whole answer when it is JSON, else empty. An error is 50292: an envelope that is none, or an expression
  /// that fails.
  Result<Meaning> read(int status, Bytes body, std::pmr::memory_resource* memory) const;

 private:
  struct Outcome {
    expression::Program when;
    CallClass is = CallClass::kSuccess;
    std::uint32_t code = 0;
    expression::Template message;
    expression::Template details;
  };
  bool envelope_ = false;
  std::vector<Outcome> outcomes_;
};

}  // namespace causeway::upstream
