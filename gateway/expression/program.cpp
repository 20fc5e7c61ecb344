#include "expression/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/json_text.h"
#include "expression/machine/machine.h"
#include "expression/parse/parser.h"
#include "expression/plan/resolver.h"
#include "expression/values/text_builder.h"

namespace causeway::expression {
namespace {

constexpr std::string_view kLimit = "expression_limit";
constexpr std::size_t kLongestText = std::size_t{1} << 20;

Error refused(std::string what) {
  Error error(Code::kTransformRefused, what);
  error.info().public_message = fmt::format("cannot transform: {}", what);
  return error;
}

std::string size_text(std::size_t bytes) {
  return bytes % (1u << 20) == 0 ? fmt::format("{} MiB", bytes >> 20) : fmt::format("{} bytes", bytes);
}

/// How deep values nest: most are made by calls within each other, each of which makes some levels.
std::size_t levels(const Limits& limits) { return std::min(limits.depth * 10, kDeepestValue); }

std::string exceeded_text(Exceeded what, const Limits& limits) {
  switch (what) {
    case Exceeded::kMemory:
      return fmt::format("the program needs more than {} of memory", size_text(limits.memory));
    case Exceeded::kDepth:
      return fmt::format("calls or values nest too deeply; {} calls and {} levels are the most", limits.depth,
                         levels(limits));
    case Exceeded::kOutput:
      return fmt::format("the results are larger than {}", size_text(limits.output));
    case Exceeded::kDeadline:
      return "the program ran past the deadline";
    default:
      return fmt::format("the program needs more than {} steps", limits.steps);
  }
}

/// The memory that a run begins with lies on the stack.
struct FirstMemory {
  alignas(16) std::byte bytes[8192];
};

/// One run from its input to its results.
class Run {
 public:
  Run(const Plan& plan, Bytes input, const Values& values)
      : limits_(values.surroundings().limits),
        resources_(first_.bytes, sizeof first_.bytes, limits_.steps, limits_.memory, levels(limits_)),
        machine_(plan, values, resources_, limits_.depth) {
    resources_.end_at(values.clock(), values.deadline());
    readable_ = !plan.uses_input || machine_.read_input(input);
  }

  Machine& machine() { return machine_; }
  Resources& resources() { return resources_; }

  /// Gives every result to `take(const Value&) -> Flow`.
  template <class Take>
  Result<> go(Take take) {
    return ended(flow(take));
  }
  /// The same, and what came of it is not put into words yet.
  template <class Take>
  Flow flow(Take take) {
    if (!readable_) return Flow::kError;
    SinkOf sink([&](Value value, const PathLink*) { return take(value); });
    return machine_.run(sink);
  }
  Result<> ended(Flow flow) {
    if (flow == Flow::kError && resources_.exceeded() == Exceeded::kNothing) return failed();
    if (flow != Flow::kOver && resources_.exceeded() == Exceeded::kNothing) return {};
    Error error = refused(exceeded_text(resources_.exceeded(), limits_));
    error.info().reason = kLimit;
    return error;
  }

  /// Gives every result as JSON to `take(std::string_view) -> Flow`, which is asked no more once they are too large
  /// together.
  template <class Take>
  Result<> go_as_json(Take take) {
    if (!readable_) return failed();
    const auto taken = [&](const TextBuilder& text) {
      written_ += text.view().size();
      if (written_ > limits_.output) resources_.end(Exceeded::kOutput);
      return resources_.exceeded() == Exceeded::kNothing ? take(text.view()) : Flow::kOver;
    };
    if (machine_.has_one_result()) {
      TextBuilder text(resources_, 256);
      text.keep_escapes();
      const Flow flow = machine_.write_result(text);
      return ended(flow == Flow::kGo ? taken(text) : flow);
    }
    SinkOf sink([&](Value value, const PathLink*) {
      TextBuilder text(resources_, 256);
      text.keep_escapes();
      machine_.write_value(value, text);
      return taken(text);
    });
    return ended(machine_.run(sink));
  }

 private:
  Error failed() { return refused(machine_.told_error()); }

  FirstMemory first_;
  const Limits& limits_;
  std::size_t written_ = 0;
  Resources resources_;
  Machine machine_;
  bool readable_ = false;
};

Bytes copied(std::string_view text, std::pmr::memory_resource* memory) {
  if (text.empty()) return {};
  auto* const copy = static_cast<char*>(memory->allocate(text.size(), 1));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

}  // namespace

std::variant<Program, CompileProblem> Program::compile(std::string_view text, VariableSet allowed) {
  if (text.size() > kLongestText) return CompileProblem{0, "a program has at most 1 MiB"};
  if (const std::size_t at = valid_utf8(text); at < text.size()) return CompileProblem{at, "this is not UTF-8"};
  auto plan = std::make_shared<Plan>();
  plan->source = text;
  try {
    plan->root = Parser(plan->source, *plan).parse();
    Resolver(*plan, allowed).resolve();
  } catch (const DoesNotCompile& refusal) {
    return refusal.problem;
  }
  return Program(std::move(plan));
}

VariableSet Program::uses() const { return plan_->uses; }
std::string_view Program::text() const { return plan_->source; }
bool Program::uses_input() const { return plan_->uses_input; }

std::optional<std::string_view> Program::literal_text() const {
  const Node& root = (*plan_)[plan_->root];
  if (root.op != Op::kLiteral || !plan_->literals[root.a].is_string()) return std::nullopt;
  return plan_->literals[root.a].said();
}

Result<std::pmr::vector<Bytes>> Program::run(Bytes input, const Values& values,
                                             std::pmr::memory_resource* memory) const {
  Run run(*plan_, input, values);
  std::pmr::vector<Bytes> results(memory);
  auto done = run.go_as_json([&](std::string_view text) {
    results.push_back(copied(text, memory));
    return Flow::kGo;
  });
  if (!done.ok()) return std::move(done.error());
  return results;
}

Result<Bytes> Program::run_one(Bytes input, const Values& values, std::pmr::memory_resource* memory) const {
  Result<Document> made = document_of_one(input, values, memory);
  if (!made) return std::move(made.error());
  return made->json;
}

Result<Document> Program::document_of_one(Bytes input, const Values& values, std::pmr::memory_resource* memory) const {
  Run run(*plan_, input, values);
  Bytes result;
  bool several = false;
  auto done = run.go_as_json([&](std::string_view text) {
    if (!result.empty()) {
      several = true;
      return run.machine().stop(&result);
    }
    result = copied(text, memory);
    return Flow::kGo;
  });
  if (!done.ok()) return std::move(done.error());
  if (several) return refused("the program has several results, and one was expected");
  if (result.empty()) return refused("the program has no result, and one was expected");
  return Document{result, run.machine().text_depth()};
}

Result<> Program::text_of_one(Bytes input, const Values& values, std::pmr::string& text) const {
  Run run(*plan_, input, values);
  int results = 0;
  bool null = false;
  auto done = run.go([&](const Value& value) {
    if (++results > 1) return run.machine().stop(&results);
    null = value.is_null();
    if (value.is_string()) {
      text = plain_string(run.resources(), value).said();
    } else {
      TextBuilder json(run.resources());
      write_json(json, value);
      text = json.view();
    }
    if (text.size() > values.surroundings().limits.output) run.resources().end(Exceeded::kOutput);
    return run.resources().exceeded() == Exceeded::kNothing ? Flow::kGo : Flow::kOver;
  });
  if (!done.ok()) return done;
  if (results == 1 && !null) return {};
  return refused(fmt::format("{{{{ {} }}}} {}", plan_->source,
                             results == 0  ? "has no result"
                             : results > 1 ? "has several results"
                                           : "is null"));
}

Result<bool> Program::test(Bytes input, const Values& values, std::pmr::memory_resource*) const {
  Run run(*plan_, input, values);
  bool holds = false;
  auto done = run.go([&](const Value& value) {
    holds = value.truthy();
    return run.machine().stop(&holds);
  });
  if (!done.ok()) return std::move(done.error());
  return holds;
}

Result<bool> Program::applies(Bytes input, const Values& values) const {
  Run run(*plan_, input, values);
  bool holds = false;
  const Flow flow = run.flow([&](const Value& value) {
    holds = value.truthy();
    return run.machine().stop(&holds);
  });
  if (flow == Flow::kError) return false;
  if (auto done = run.ended(flow); !done.ok()) return std::move(done.error());
  return holds;
}

std::size_t find_end_of_insertion(std::string_view text) {
  // What is open: brackets, and strings, in which `\(` opens again.
  std::string open;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (!open.empty() && open.back() == '"') {
      if (c == '"') open.pop_back();
      else if (c == '\\' && text.substr(at + 1).starts_with('(')) open += '(', ++at;
      else if (c == '\\') ++at;
      continue;
    }
    switch (c) {
      case '"':
      case '(':
      case '[':
      case '{':
        open += c;
        break;
      case ')':
      case ']':
        if (!open.empty()) open.pop_back();
        break;
      case '}':
        if (open.empty() && text.substr(at).starts_with("}}")) return at;
        if (!open.empty()) open.pop_back();
        break;
      case '#':
        at = std::min(text.find('\n', at), text.size());
        break;
      default:
        break;
    }
  }
  return std::string_view::npos;
}

}  // namespace causeway::expression
