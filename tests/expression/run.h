// Runs a program for a test and says what came out of it.
#pragma once

#include <memory_resource>
#include <string>
#include <string_view>
#include <variant>

#include "expression/program.h"

namespace causeway::expression {

inline constexpr VariableSet kAll = {Variable::kRequest,  Variable::kParams,  Variable::kQuery,  Variable::kHeaders,
                                     Variable::kConsumer, Variable::kVersion, Variable::kAnswer, Variable::kResult,
                                     Variable::kStatus,   Variable::kEvent,   Variable::kTxid};

/// The results with blanks between them; behind `error: ` what is wrong with a run; behind `N: ` what does not compile.
inline std::string run(std::string_view text, std::string_view input = "null", Values values = {},
                       const Limits& limits = {}, const Clock* clock = nullptr) {
  const auto compiled = Program::compile(text, kAll);
  if (const auto* const problem = std::get_if<CompileProblem>(&compiled))
    return std::to_string(problem->offset) + ": " + problem->message;
  std::pmr::monotonic_buffer_resource memory;
  const Surroundings surroundings{limits, clock};
  values.surround(&surroundings);
  const auto results = std::get<Program>(compiled).run(input, values, &memory);
  if (!results.ok()) return "error: " + results.error().info_if()->internal;
  std::string all;
  for (const Bytes result : *results) {
    if (!all.empty()) all += ' ';
    all += result;
  }
  return all;
}

}  // namespace causeway::expression
