#include "app/reload/one_thread.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace causeway::app {
namespace {

TEST(OneThread, DoesOneAfterTheOtherOnAThreadOfItsOwn) {
  OneThread thread("test", [](std::string_view what) { ADD_FAILURE() << what; });
  std::vector<int> order;
  std::thread::id first;
  thread.post([&] {
    first = std::this_thread::get_id();
    order.push_back(1);
  });
  thread.run([&] {
    EXPECT_EQ(std::this_thread::get_id(), first);
    order.push_back(2);
  });
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  EXPECT_NE(first, std::this_thread::get_id());
}

TEST(OneThread, GivesBackWhatWasThrown) {
  OneThread thread("test", [](std::string_view what) { ADD_FAILURE() << what; });
  EXPECT_THROW(thread.run([] { throw std::runtime_error("why"); }), std::runtime_error);
  int done = 0;
  thread.run([&] { done = 1; });
  EXPECT_EQ(done, 1);
}

TEST(OneThread, GoesOnAfterPostedWorkHasThrown) {
  std::string told;
  OneThread thread("test", [&](std::string_view what) { told = what; });
  thread.post([] { throw std::runtime_error("why"); });
  int done = 0;
  thread.run([&] { done = 1; });
  EXPECT_EQ(done, 1);
  EXPECT_EQ(told, "why");
}

TEST(OneThread, EndsAfterWhatWasPosted) {
  int done = 0;
  {
    OneThread thread("test", [](std::string_view what) { ADD_FAILURE() << what; });
    for (int i = 0; i < 100; ++i) thread.post([&] { ++done; });
  }
  EXPECT_EQ(done, 100);
}

}  // namespace
}  // namespace causeway::app
