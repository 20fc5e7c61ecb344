// Why the text of a program or a template does not compile.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace causeway::expression {

struct CompileProblem {
  std::size_t offset = 0;  ///< of the byte where it is, 0 … the text's size
  std::string message;     ///< `unknown function "lenght"; did you mean "length"?`
  /// What of the text is the program, and may be shown: of a template, what stands around may be anybody's secret.
  std::size_t shown_from = 0;
  std::size_t shown_size = std::string_view::npos;
};

/// The line of `text` where the problem is and, behind a newline, a caret below the place. A long line is cut around
/// it, characters that a terminal would act on are blanks. Empty when nothing may be shown.
std::string excerpt_of(std::string_view text, const CompileProblem& problem);

}  // namespace causeway::expression
