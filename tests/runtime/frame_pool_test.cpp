#include "runtime/frame_pool.h"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>
#include <vector>

namespace causeway::runtime {
namespace {

TEST(FramePool, FramesOfAllSizesAreWhole) {
  std::vector<std::pair<void*, std::size_t>> frames;
  for (std::size_t size : {1u, 63u, 64u, 65u, 1000u, 4095u, 4096u, 4097u, 100'000u})
    for (int i = 0; i < 3; ++i) {
      frames.emplace_back(take_frame(size), size);
      std::memset(frames.back().first, 0xab, size);
    }
  for (const auto& [frame, size] : frames) give_frame(frame, size);
}

TEST(FramePool, AFrameMayBeGivenBackOnAnotherThread) {
  std::vector<void*> frames;
  for (int i = 0; i < 1000; ++i) frames.push_back(take_frame(500));
  std::thread([&] {
    for (void* frame : frames) give_frame(frame, 500);
    void* again = take_frame(500);
    give_frame(again, 500);
  }).join();
}

}  // namespace
}  // namespace causeway::runtime
