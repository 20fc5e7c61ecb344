#include "expression/ways.h"

#include <memory_resource>
#include <utility>

#include "core/json_text.h"
#include "expression/machine/machine.h"
#include "expression/parse/parser.h"
#include "expression/plan/resolver.h"
#include "expression/run.h"
#include "expression/values/text_builder.h"

namespace causeway::expression {
namespace {

/// Gives a copy of `.` of which no part is one of the document.
constexpr std::string_view kMake =
    R"jq(def made: if type == "object" then . as $o | reduce keys_unsorted[] as $k ({}; .[$k + ""] = ($o[$k] | made)) )jq"
    R"jq(elif type == "array" then . as $a | reduce range(length) as $i ([]; . + [$a[$i] | made]) )jq"
    R"jq(elif type == "string" then . + "" else . end; made | )jq";

bool names_a_limit(std::string_view error) {
  return error.starts_with("the program needs more") || error.starts_with("the results are larger") ||
         error.starts_with("calls or values nest too deeply");
}

/// With everything in one result, so that what comes before an error is seen, and what can be caught of it.
std::string caught(std::string_view program) {
  return "[try {result: (" + std::string(program) + "\n\n)} catch {error: .}]";
}

Values values_of(std::string_view input) {
  Values values;
  values.set(Variable::kRequest, input);
  values.set(Variable::kStatus, "404");
  return values;
}

Outcome run_program(std::string_view text, std::string_view input, const Limits& limits) {
  Outcome outcome;
  const auto compiled = Program::compile(text, kAll);
  if (const auto* const problem = std::get_if<CompileProblem>(&compiled)) {
    outcome.compiles = false;
    outcome.error = problem->message;
    return outcome;
  }
  std::pmr::monotonic_buffer_resource memory;
  Values values = values_of(input);
  const Surroundings surroundings{limits};
  values.surround(&surroundings);
  const auto results = std::get<Program>(compiled).run(input, values, &memory);
  if (!results.ok()) {
    outcome.error = results.error().info_if()->internal;
    outcome.limited = names_a_limit(outcome.error);
    return outcome;
  }
  for (const Bytes result : *results) outcome.results.emplace_back(result);
  return outcome;
}

Outcome run_generated(std::string_view text, std::string_view input, const Limits& limits) {
  Outcome outcome;
  const auto plan = generating_plan(text, kAll);
  if (!plan) return {.compiles = false, .limited = false, .error = "does not compile", .results = {}};
  const Values values = values_of(input);
  Resources resources(nullptr, 0, limits.steps, limits.memory, limits.depth);
  Machine machine(*plan, values, resources, limits.depth);
  Flow flow = Flow::kError;
  if (!plan->uses_input || machine.read_input(input)) {
    SinkOf sink([&](Value value, const PathLink*) {
      TextBuilder json(resources, 256);
      machine.write_value(value, json);
      outcome.results.emplace_back(json.view());
      return Flow::kGo;
    });
    flow = machine.run(sink);
  }
  outcome.limited = flow == Flow::kOver || resources.exceeded() != Exceeded::kNothing;
  if (flow == Flow::kError) outcome.error = "error";
  return outcome;
}

/// Can each() compute it, whatever it says of its results?
bool can_generate(const Node& node) {
  switch (node.op) {
    case Op::kField:
    case Op::kIndex:
    case Op::kSlice:
    case Op::kText:
    case Op::kObject:
    case Op::kNegate:
    case Op::kPipe:
    case Op::kAlternative:
    case Op::kArithmetic:
    case Op::kCompare:
    case Op::kAnd:
    case Op::kOr:
    case Op::kAssign:
    case Op::kArithUpdate:
    case Op::kAltUpdate:
    case Op::kIf:
    case Op::kTry:
    case Op::kReduce:
    case Op::kBind:
    case Op::kDefine:
    case Op::kFunction:
      return true;
    case Op::kBuiltin:
      return !builtin_at(node.d).form;
    default:
      return false;
  }
}

std::string shown(const Outcome& outcome) {
  std::string text = outcome.limited ? "limit: " : "";
  if (!outcome.error.empty()) text += "error: " + outcome.error;
  for (const std::string& result : outcome.results) text += (text.empty() ? "" : " ") + result;
  return text;
}

std::string difference(std::string_view program, std::string_view input, std::string_view what, const Outcome& left,
                       const Outcome& right) {
  return std::string(what) + "\n  program " + std::string(program) + "\n  input   " + std::string(input) +
         "\n  one     " + shown(left) + "\n  other   " + shown(right);
}

bool same(const Outcome& left, const Outcome& right) {
  return left.error == right.error && left.results == right.results;
}

Outcome plain(Outcome outcome) {
  for (std::string& result : outcome.results) result = with_plain_strings(result);
  return outcome;
}

}  // namespace

std::unique_ptr<Plan> generating_plan(std::string_view program, VariableSet allowed) {
  auto plan = std::make_unique<Plan>();
  plan->source = program;
  try {
    plan->root = Parser(plan->source, *plan).parse();
    Resolver(*plan, allowed).resolve();
  } catch (const DoesNotCompile&) {
    return nullptr;
  }
  for (Node& node : plan->nodes)
    if (can_generate(node)) node.single = false;
  return plan;
}

Outcome run_in(Way way, std::string_view program, std::string_view input, const Limits& limits) {
  switch (way) {
    case Way::kWritten:
      return run_program(program, input, limits);
    case Way::kEvaluated:
      return run_program('(' + std::string(program) + "\n\n), empty", input, limits);
    case Way::kGenerated:
      return run_generated(program, input, limits);
    case Way::kMade:
      return run_program(std::string(kMake) + std::string(program), input, limits);
  }
  return {};
}

std::string disagreement(std::string_view program, std::string_view input, const Limits& limits) {
  const Outcome written = run_in(Way::kWritten, program, input, limits);
  if (!written.compiles) return {};
  std::size_t size = 0;
  for (const std::string& result : written.results) {
    size += result.size();
    if (const auto problem = check_json(result, kMaxJsonDepth))
      return difference(program, input, std::string("a result is no JSON: ") + problem->what, written, {});
  }
  if (size > limits.output) return difference(program, input, "the results are too large", written, {});
  // Who does not look at the input does not see that it cannot be read.
  if (!run_program(".", input, {}).error.empty()) return {};
  const Outcome evaluated = run_in(Way::kEvaluated, program, input, limits);
  // In brackets it may be too deep, or its end may be none.
  if (written.limited || evaluated.limited || !evaluated.compiles) return {};
  if (!same(written, evaluated)) return difference(program, input, "written / evaluated", written, evaluated);

  const std::string whole = caught(program);
  const Outcome plainly = plain(run_in(Way::kWritten, whole, input, limits));
  if (!plainly.compiles || plainly.limited) return {};
  const Outcome generated = plain(run_in(Way::kGenerated, whole, input, limits));
  if (!generated.limited && !same(plainly, generated))
    return difference(program, input, "single / generated", plainly, generated);
  const Outcome made = plain(run_in(Way::kMade, whole, input, limits));
  if (made.limited || !made.compiles) return {};
  return same(plainly, made) ? "" : difference(program, input, "read / made", plainly, made);
}

std::string with_plain_strings(std::string_view json) {
  std::string plain;
  for (std::size_t at = 0; at < json.size(); ++at) {
    if (json[at] != '"') {
      plain += json[at];
      continue;
    }
    const std::size_t begin = at;
    for (++at; at < json.size() && json[at] != '"'; ++at) at += static_cast<std::size_t>(json[at] == '\\');
    append_json_string(plain, json_string_value(json.substr(begin, at + 1 - begin)).value_or("?"));
  }
  return plain;
}

}  // namespace causeway::expression
