#include "config/hidden_values.h"

#include <gtest/gtest.h>

namespace causeway::config {
namespace {

TEST(HiddenValues, AreNotShownWholeOrInPart) {
  HiddenValues hidden;
  hidden.add("hunter2-0123456789");
  EXPECT_EQ(hidden.hide("got \"hunter2-0123456789\""), "got \"***\"");
  EXPECT_EQ(hidden.hide("got \"hunter2-...\" and r2-01234"), "got \"***...\" and ***");
  EXPECT_EQ(hidden.hide("hunter2-"), "***");
  EXPECT_EQ(hidden.hide("/hunter2-0123456789/x: no such file"), "/***/x: no such file");
}

TEST(HiddenValues, ShorterRunsAreWords) {
  HiddenValues hidden;
  hidden.add("hunter2-0123456789");
  hidden.add("expected");
  hidden.add("a key");
  EXPECT_EQ(hidden.hide("a key: got \"hunter2\""), "a key: got \"hunter2\"");
  EXPECT_EQ(hidden.hide(""), "");
}

TEST(HiddenValues, TheNameOfTheirOwnerIsNoSecret) {
  HiddenValues hidden;
  hidden.add("other-shop-secret-01234");
  EXPECT_EQ(hidden.hide("the consumer \"other-shop\" has it"), "the consumer \"other-shop\" has it");
  EXPECT_EQ(hidden.hide("other-shop-secret"), "***");
  EXPECT_EQ(hidden.hide("secret-0"), "***");
  hidden.add("other-shop");
  EXPECT_EQ(hidden.hide("the consumer \"other-shop\" has it"), "the consumer \"***\" has it");
}

TEST(HiddenValues, MayBeAddedAtAnyTime) {
  HiddenValues hidden;
  EXPECT_EQ(hidden.hide("first-value second-value"), "first-value second-value");
  hidden.add("first-value");
  EXPECT_EQ(hidden.hide("first-value second-value"), "*** second-value");
  hidden.add("second-value");
  EXPECT_EQ(hidden.hide("first-valuesecond-value, second-value"), "***, ***");
}

}  // namespace
}  // namespace causeway::config
