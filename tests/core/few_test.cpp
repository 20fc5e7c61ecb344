#include "core/few.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace causeway {
namespace {

std::vector<std::string_view> all(const Few<std::string_view, 3>& few) { return {few.begin(), few.end()}; }

TEST(Few, HoldsWhatIsPushedUntilItIsFull) {
  Few<std::string_view, 3> few;
  EXPECT_TRUE(few.empty());
  few.push("a");
  few.push("b");
  EXPECT_FALSE(few.full());
  few.push("c");
  EXPECT_TRUE(few.full());
  EXPECT_EQ(few[1], "b");
  EXPECT_EQ(all(few), (std::vector<std::string_view>{"a", "b", "c"}));
  few.pop();
  EXPECT_EQ(all(few), (std::vector<std::string_view>{"a", "b"}));
  few.clear();
  EXPECT_EQ(few.size(), 0u);
}

TEST(Few, ACopyHasItsOwnValues) {
  Few<std::string_view, 3> few;
  few.push("a");
  Few<std::string_view, 3> copy(few);
  few.push("b");
  copy.push("c");
  EXPECT_EQ(all(few), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_EQ(all(copy), (std::vector<std::string_view>{"a", "c"}));
  copy = few;
  EXPECT_EQ(all(copy), (std::vector<std::string_view>{"a", "b"}));
  const Few<std::string_view, 3>& same = copy;
  copy = same;
  EXPECT_EQ(all(copy), (std::vector<std::string_view>{"a", "b"}));
}

}  // namespace
}  // namespace causeway
