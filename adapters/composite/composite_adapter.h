// The adapter `composite`: several calls for one, side by side unless one needs what another has said, put together to
// one answer (design: details.md, Calls).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "adapters/composite/part_call.h"
#include "exchange/adapter.h"
#include "exchange/call_values.h"
#include "expression/program.h"
#include "runtime/task_group.h"

namespace causeway::adapters {

/// What a composite is made of.
struct CompositePlan {
  std::vector<CompositePart> parts;          ///< in the order of the configuration
  std::optional<expression::Program> merge;  ///< of `{name: answer}`; absent: that is the answer
  expression::VariableSet asks;              ///< what the templates of the parts look at
  bool asks_input = false;                   ///< likewise, of `.`
  Duration timeout{};                        ///< of the whole
  RouteContext route;                        ///< whose rules the answers of the parts follow
};

class CompositeAdapter final : public Adapter {
 public:
  static constexpr std::size_t kMostParts = 16;

  explicit CompositeAdapter(CompositePlan plan);

  const CompositePlan& plan() const { return plan_; }
  bool needs_whole_request() const override;
  Task<Result<>> call(Exchange& exchange) const override;

 private:
  using Calls = std::vector<std::unique_ptr<PartCall>>;

  Result<> prepare(Exchange& exchange) const;
  /// Starts those whose turn it is; false when there is none.
  bool start_ready(Exchange& exchange, Calls& calls, runtime::TaskGroup& group) const;
  Result<> merge(Exchange& exchange, const Calls& calls) const;

  CompositePlan plan_;
  expression::VariableSet merge_asks_;
};

}  // namespace causeway::adapters
