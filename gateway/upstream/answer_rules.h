// What a system's answer means, whatever its HTTP status: `clusters[].outcomes` and `answers` (design: details.md,
// "Calls"; handbook: failure classes). The same for calls and deliveries.
#pragma once

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string>
#include <utility>
#include <vector>

#include "config/errors.h"
#include "core/bytes.h"
#include "core/call_class.h"
#include "core/result.h"
#include "expression/program.h"
#include "expression/template.h"
#include "telemetry/metrics.h"
#include "upstream/cluster_settings.h"

namespace causeway::upstream {

struct Meaning {
  CallClass call_class = CallClass::kSuccess;
  bool said = false;           ///< an outcome or the system's own envelope said so; false: it is the status alone
  bool by_outcome = false;     ///< of what was said: by one of the outcomes, not by an envelope
  std::uint32_t code = 0;      ///< of a failure that was said: 40001; its HTTP status is code / 100
  telemetry::LabelId label{};  ///< of a code that the configuration declares, for metrics
  std::string message;         ///< of a failure that was said
  std::string details;         ///< likewise: JSON, empty when there are none
  Bytes answer;                ///< what the system said without its envelope; a view into the body
};

/// Immutable, thread safe.
class AnswerRules {
 public:
  /// The status decides.
  AnswerRules() = default;
  /// Compiles the outcomes; what is wrong goes to `errors`.
  AnswerRules(const ClusterSettings& settings, telemetry::Metrics& metrics, config::Errors& errors,
              std::shared_ptr<const expression::Surroundings> expressions = nullptr);

  /// Must a JSON answer be whole to be understood?
  bool wants_body() const { return envelope_ || !outcomes_.empty(); }

  /// `body`: the whole answer when it is valid JSON, else empty. Fails with 50292 when an envelope was promised and
  /// this is none, and when an outcome exceeds its limits or the deadline. Works in `memory`.
  Result<Meaning> read(int status, Bytes body, std::pmr::memory_resource* memory,
                       SteadyTime deadline = SteadyTime::max()) const;
  /// What programs over this system's answers run within; null: the defaults.
  const expression::Surroundings* expressions() const { return expressions_.get(); }

 private:
  struct Outcome {
    expression::Program when;
    CallClass is = CallClass::kSuccess;
    std::uint32_t code = 0;
    telemetry::LabelId label{};
    expression::Template message;
    expression::Template details;
  };
  /// `input`: `.` of the outcome's templates.
  Meaning conclude(const Outcome& outcome, Bytes body, Bytes input, const expression::Values& values,
                   std::pmr::memory_resource* memory) const;
  Result<Meaning> open_envelope(Bytes body) const;

  bool envelope_ = false;
  std::vector<Outcome> outcomes_;
  std::shared_ptr<const expression::Surroundings> expressions_;
};

}  // namespace causeway::upstream
