// One input of the fuzz target for expressions, as files of tests/fuzz/corpus/expression have it: the last line is the
// document, what stands before it the program.
#pragma once

#include <string>
#include <string_view>

#include "expression/program.h"

namespace causeway::fuzz {

class ExpressionCase {
 public:
  explicit ExpressionCase(std::string_view text);
  std::string_view program() const { return program_; }
  std::string_view document() const { return document_; }
  /// Compiles it as a program and as a template, asks all that a plan can be asked, and runs it in all ways. What is
  /// wrong, for people; empty: nothing.
  std::string trouble() const;

 private:
  std::string_view program_;
  std::string_view document_;
};

/// Small, so that many cases are tried.
inline constexpr expression::Limits limits_of_cases() {
  expression::Limits limits;
  limits.steps = 20'000;
  limits.memory = 8u << 20;
  limits.output = 1u << 20;
  limits.depth = 200;
  return limits;
}

}  // namespace causeway::fuzz
