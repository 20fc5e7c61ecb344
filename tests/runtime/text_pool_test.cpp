#include "runtime/text_pool.h"

#include <gtest/gtest.h>

namespace causeway::runtime {
namespace {

TEST(TextPool, WhatIsGivenBackLastIsTakenFirstAndEmpty) {
  TextPool pool;
  std::string first(1000, 'a');
  std::string second(2000, 'b');
  const char* const memory = second.data();
  pool.give(std::move(first));
  pool.give(std::move(second));
  const std::string taken = pool.take();
  EXPECT_EQ(taken, "");
  EXPECT_EQ(taken.data(), memory);
  EXPECT_GE(pool.take().capacity(), 1000u);
  EXPECT_EQ(pool.take().capacity(), std::string().capacity()) << "nothing is spare any more";
}

TEST(TextPool, AnUnusuallyLongOneIsNotKept) {
  TextPool pool;
  std::string text(100'000, 'a');
  pool.give(std::move(text));
  EXPECT_EQ(text, "");  // NOLINT(bugprone-use-after-move): what is given is empty
  EXPECT_EQ(pool.take().capacity(), std::string().capacity());
}

TEST(TextPool, OneWithoutMemoryIsNotKeptBeforeOthers) {
  TextPool pool;
  pool.give(std::string(1000, 'a'));
  pool.give("short");
  EXPECT_GE(pool.take().capacity(), 1000u);
}

}  // namespace
}  // namespace causeway::runtime
