// libFuzzer: a program and a document. Beside what the sanitizers find, the ways of the engine must agree.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fuzz/expression_case.h"

using causeway::fuzz::ExpressionCase;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ExpressionCase one(std::string_view(reinterpret_cast<const char*>(data), size));
  const std::string trouble = one.trouble();
  if (trouble.empty()) return 0;
  std::fwrite(trouble.data(), 1, trouble.size(), stderr);
  std::abort();
}
