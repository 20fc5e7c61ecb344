// The steps of one phase of a call, in their order.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "exchange/plugin.h"

namespace causeway::pipeline {

/// Used once. Most steps say at once what comes next: as long as they do, there is no coroutine.
class Steps {
 public:
  using Phase = Step (Plugin::*)(Exchange&) const;

  Steps(const std::vector<const Plugin*>& plugins, Phase phase) : plugins_(plugins), phase_(phase) {}

  /// As far as it goes without waiting. Empty: a step waits, and `rest` goes on.
  std::optional<Result<Flow>> at_once(Exchange& exchange) {
    while (next_ < plugins_.size()) {
      Step step = (plugins_[next_++]->*phase_)(exchange);
      Result<Flow>* const verdict = step.verdict();
      if (verdict == nullptr) {
        waiting_ = std::move(step.task());
        return std::nullopt;
      }
      if (!*verdict || **verdict == Flow::kAnswered) return std::move(*verdict);
    }
    return Flow::kContinue;
  }

  /// The step that waits, and all behind it.
  Task<Result<Flow>> rest(Exchange& exchange) {
    for (;;) {
      Result<Flow> later = co_await *std::exchange(waiting_, std::nullopt);
      if (!later || *later == Flow::kAnswered) co_return later;
      std::optional<Result<Flow>> flow = at_once(exchange);
      if (flow) co_return std::move(*flow);
    }
  }

 private:
  const std::vector<const Plugin*>& plugins_;
  const Phase phase_;
  std::size_t next_ = 0;
  std::optional<Task<Result<Flow>>> waiting_;
};

}  // namespace causeway::pipeline
