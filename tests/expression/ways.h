// The engine has several ways to the same results: it writes them as text without building values, it computes nodes
// of one result without a sink and others with one, it reads values where they stand in a document or makes its own.
// Whatever the program and the input, they must not differ; this says where they do.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "expression/plan/plan.h"
#include "expression/program.h"

namespace causeway::expression {

/// What came of one run.
struct Outcome {
  bool compiles = true;
  bool limited = false;  ///< a limit of the run was exceeded, which another way may do sooner or later
  std::string error;     ///< of the run, or of compiling
  std::vector<std::string> results;
};

enum class Way {
  kWritten,    ///< as the gateway runs it
  kEvaluated,  ///< values first, their text behind that
  kGenerated,  ///< every node that can is computed with a sink, as if it had several results
  kMade,       ///< of an input that the program has made itself
};

/// `$request` is the input too.
Outcome run_in(Way way, std::string_view program, std::string_view input, const Limits& limits = {});

/// Runs it in all ways. Empty when all say the same and the results are JSON within the limits; else the difference,
/// for people. What does not compile says nothing.
std::string disagreement(std::string_view program, std::string_view input, const Limits& limits = {});

/// The plan whose nodes claim to have several results wherever they can be computed so. Null: it does not compile.
std::unique_ptr<Plan> generating_plan(std::string_view program, VariableSet allowed);

/// The same JSON with its strings written in one way.
std::string with_plain_strings(std::string_view json);

}  // namespace causeway::expression
