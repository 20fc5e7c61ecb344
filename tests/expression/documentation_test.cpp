// The examples of docs/expressions.md: lines `program #=> results` between ```jq and ```, over the last ```json before
// them, at the time that the page names.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "expression/run.h"

namespace causeway::expression {
namespace {

constexpr std::string_view kMark = "#=> ";

class FakeClock final : public Clock {
 public:
  WallTime wall() const override { return WallTime(std::chrono::milliseconds(1795766400250)); }
  SteadyTime steady() const override { return {}; }
};

TEST(Documentation, ItsExamplesGiveWhatItSays) {
  std::ifstream page(CAUSEWAY_TESTS "/../docs/expressions.md");
  ASSERT_TRUE(page.is_open());
  const FakeClock clock;
  std::string input = "null";
  bool json = false;
  bool examples = false;
  int seen = 0;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) {
      json = line == "```json";
      examples = line == "```jq";
      if (json) input.clear();
      continue;
    }
    if (json) input += line;
    if (!examples || line.empty()) continue;
    const std::size_t mark = line.find(kMark);
    ASSERT_NE(mark, std::string::npos) << line;
    EXPECT_EQ(run(line.substr(0, mark), input, {}, {}, &clock), line.substr(mark + kMark.size())) << line;
    ++seen;
  }
  EXPECT_GT(seen, 60);
}

}  // namespace
}  // namespace causeway::expression
