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
#include "expression/variables.h"

namespace causeway::expression {

/// Why a text does not compile.
struct CompileProblem {
  std::size_t offset = 0;  ///< of the byte where it is, 0 … the text's size
  std::string message;     ///< `no function is called lenght (did you mean length?)`
};

/// What one run may use. Exceeding one is the error 40094, never an abort.
struct Limits {
  std::uint64_t steps = 1'000'000;
  std::size_t memory = 64u << 20;  ///< of values made by the run
  std::size_t output = 16u << 20;  ///< of the texts of all results together
  std::size_t depth = 1024;        ///< of calls and of values made
};

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

  /// Every result as JSON text, compact, in `memory`. `input` is valid JSON. An error is kTransformRefused (40094) with
  /// what is wrong in `internal` and, for callers, in `public_message`.
  Result<std::pmr::vector<Bytes>> run(Bytes input, const Values& values, std::pmr::memory_resource* memory,
                                      const Limits& limits = {}) const;
  /// The one result; none and several are errors.
  Result<Bytes> run_one(Bytes input, const Values& values, std::pmr::memory_resource* memory,
                        const Limits& limits = {}) const;
  /// The same.
  Result<Document> document_of_one(Bytes input, const Values& values, std::pmr::memory_resource* memory,
                                   const Limits& limits = {}) const;
  /// The one result as text, in place of what `text` says: a string as it is, everything else as JSON. Null is an
  /// error.
  Result<> text_of_one(Bytes input, const Values& values, std::pmr::string& text, const Limits& limits = {}) const;
  /// Is the first result neither false nor null? None: false.
  Result<bool> test(Bytes input, const Values& values, std::pmr::memory_resource* memory,
                    const Limits& limits = {}) const;

 private:
  explicit Program(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}
  std::shared_ptr<const Plan> plan_;
};

/// Where the program that `text` begins with ends when it is followed by `}}`: the offset of that `}}`, which lies in
/// no string, comment or brackets of the program. npos when there is none.
std::size_t find_end_of_insertion(std::string_view text);

}  // namespace causeway::expression
