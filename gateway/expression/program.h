// A program in jq's language, compiled once to an immutable plan that all workers share. Numbers that are passed on
// keep their digits; no environment, no files, no input of its own; a run ends within its limits, whatever the program
// and the data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "expression/compile_problem.h"
#include "expression/surroundings.h"
#include "expression/variables.h"

namespace causeway::expression {

/// JSON that a program or a template has made.
struct Document {
  static constexpr std::size_t kUnknown = ~std::size_t{0};
  Bytes json;
  std::size_t depth = kUnknown;  ///< its containers nest at most so deep
};

class Plan;

/// Immutable, cheap to copy, thread safe.
class Program {
 public:
  /// `allowed`: the variables of the context; any other name that the program does not bind itself is a problem.
  static std::variant<Program, CompileProblem> compile(std::string_view text, VariableSet allowed);

  /// The variables of the context that it mentions; only these need a value.
  VariableSet uses() const;
  /// What it was compiled from.
  std::string_view text() const;
  /// The string that it is, when it is nothing else.
  std::optional<std::string_view> literal_text() const;
  /// Does it look at `.` at all?
  bool uses_input() const;
  struct Member {
    std::string_view name;   ///< empty: something else is done with the variable than to take a member by its name
    std::size_t offset = 0;  ///< in the text: where the variable stands
  };
  /// What is taken of a variable of the context, `order` of `$calls.order`: each mention, in the order of the text.
  std::vector<Member> members_of(Variable variable) const;
  /// The same of `.`, as far as it is easily seen: what functions take of it is not.
  std::vector<Member> members_of_input() const;

  /// Every result as JSON text, compact, in `memory`. `input` is valid JSON. It runs within what surrounds the values.
  /// An error is kTransformRefused (40094) with what is wrong in `internal` and, for callers, in `public_message`.
  Result<std::pmr::vector<Bytes>> run(Bytes input, const Values& values, std::pmr::memory_resource* memory) const;
  /// The one result; none and several are errors.
  Result<Bytes> run_one(Bytes input, const Values& values, std::pmr::memory_resource* memory) const;
  /// The same.
  Result<Document> document_of_one(Bytes input, const Values& values, std::pmr::memory_resource* memory) const;
  /// The one result as text, in place of what `text` says: a string as it is, everything else as JSON. Null is an
  /// error.
  Result<> text_of_one(Bytes input, const Values& values, std::pmr::string& text) const;
  /// Is the first result neither false nor null? None: false.
  Result<bool> test(Bytes input, const Values& values, std::pmr::memory_resource* memory) const;
  /// The same of a condition that need not fit the data: where it fails it does not hold, and nobody is told why. An
  /// error is a limit that was exceeded or the deadline: then nobody knows.
  Result<bool> applies(Bytes input, const Values& values) const;

 private:
  explicit Program(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}
  std::shared_ptr<const Plan> plan_;
};

/// Where the program that `text` begins with ends when it is followed by `}}`: the offset of that `}}`, which lies in
/// no string, comment or brackets of the program. npos when there is none.
std::size_t find_end_of_insertion(std::string_view text);

}  // namespace causeway::expression
