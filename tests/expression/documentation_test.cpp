// The examples of docs/expressions.md: lines `program #=> results` between ```jq and ```.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "expression/run.h"

namespace causeway::expression {
namespace {

constexpr std::string_view kMark = "#=> ";

TEST(Documentation, ItsExamplesGiveWhatItSays) {
  std::ifstream page(CAUSEWAY_TESTS "/../docs/expressions.md");
  ASSERT_TRUE(page.is_open());
  std::string order;
  bool json = false;
  bool examples = false;
  int seen = 0;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) {
      json = line == "```json" && order.empty();
      examples = line == "```jq";
      continue;
    }
    if (json) order += line;
    if (!examples || line.empty()) continue;
    const std::size_t mark = line.find(kMark);
    ASSERT_NE(mark, std::string::npos) << line;
    EXPECT_EQ(run(line.substr(0, mark), order), line.substr(mark + kMark.size())) << line;
    ++seen;
  }
  EXPECT_GT(seen, 20);
}

}  // namespace
}  // namespace causeway::expression
