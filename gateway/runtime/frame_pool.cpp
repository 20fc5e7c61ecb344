#include "runtime/frame_pool.h"

#include <array>
#include <new>
#include <utility>

// Under a sanitizer every frame is a block of its own, so that one that is used too long is found.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CAUSEWAY_NO_FRAME_POOL
#endif
#endif

namespace causeway::runtime {
namespace {

constexpr std::size_t kStep = 64;
constexpr std::size_t kLargest = 4096;
constexpr std::size_t kKept = 256 * 1024;  // bytes of one size

struct Free {
  Free* next;
};

struct FreeList {
  Free* first = nullptr;
  std::size_t bytes = 0;
};

class FramePool {
 public:
  FramePool() = default;
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;
  ~FramePool() {
    for (FreeList& list : lists_) {
      while (list.first != nullptr) ::operator delete(std::exchange(list.first, list.first->next));
      list.bytes = kKept;  // what is given back from here on, by the destructors of statics, is not kept
    }
  }

  void* take(std::size_t slot) {
    FreeList& list = lists_[slot];
    if (list.first == nullptr) return ::operator new((slot + 1) * kStep);
    list.bytes -= (slot + 1) * kStep;
    return std::exchange(list.first, list.first->next);
  }

  void give(void* frame, std::size_t slot) noexcept {
    FreeList& list = lists_[slot];
    const std::size_t size = (slot + 1) * kStep;
    if (list.bytes + size > kKept) return ::operator delete(frame);
    list.bytes += size;
    list.first = new (frame) Free{list.first};
  }

 private:
  std::array<FreeList, kLargest / kStep> lists_;
};

#ifndef CAUSEWAY_NO_FRAME_POOL
thread_local FramePool frames;
#endif

}  // namespace

#ifdef CAUSEWAY_NO_FRAME_POOL
void* take_frame(std::size_t size) { return ::operator new(size); }
void give_frame(void* frame, std::size_t) noexcept { ::operator delete(frame); }
#else
void* take_frame(std::size_t size) { return size > kLargest ? ::operator new(size) : frames.take((size - 1) / kStep); }
void give_frame(void* frame, std::size_t size) noexcept {
  if (size > kLargest) ::operator delete(frame);
  else frames.give(frame, (size - 1) / kStep);
}
#endif

}  // namespace causeway::runtime
