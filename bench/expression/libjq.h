// jq's own library, to compare with. Only where it is installed (libjq-dev).
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

/// A program of jq, compiled once.
class LibjqProgram {
 public:
  explicit LibjqProgram(const char* program);
  ~LibjqProgram();
  LibjqProgram(LibjqProgram&&) noexcept;

  /// Parses the input, runs the program and writes its results as text: how many bytes that is. 0: there is no library.
  std::size_t run(std::string_view input) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};
