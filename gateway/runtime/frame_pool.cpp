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

#ifndef CAUSEWAY_NO_FRAME_POOL
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

// Without a destructor of their own, so that no use has to ask whether they are there.
constinit thread_local std::array<FreeList, kLargest / kStep> lists{};

/// Frees what the thread has kept when it ends.
struct Ending {
  Ending() noexcept {}
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;
  ~Ending() {
    for (FreeList& list : lists) {
      while (list.first != nullptr) ::operator delete(std::exchange(list.first, list.first->next));
      list.bytes = kKept;  // what is given back from here on, by the destructors of statics, is not kept
    }
  }
  void note() noexcept {}
};
thread_local Ending ending;

void* take(std::size_t slot) {
  FreeList& list = lists[slot];
  if (list.first == nullptr) return ::operator new((slot + 1) * kStep);
  list.bytes -= (slot + 1) * kStep;
  return std::exchange(list.first, list.first->next);
}

void give(void* frame, std::size_t slot) noexcept {
  FreeList& list = lists[slot];
  const std::size_t size = (slot + 1) * kStep;
  if (list.bytes + size > kKept) return ::operator delete(frame);
  if (list.first == nullptr) ending.note();
  list.bytes += size;
  list.first = new (frame) Free{list.first};
}
#endif

}  // namespace

#ifdef CAUSEWAY_NO_FRAME_POOL
void* take_frame(std::size_t size) { return ::operator new(size); }
void give_frame(void* frame, std::size_t) noexcept { ::operator delete(frame); }
#else
void* take_frame(std::size_t size) { return size > kLargest ? ::operator new(size) : take((size - 1) / kStep); }
void give_frame(void* frame, std::size_t size) noexcept {
  if (size > kLargest) ::operator delete(frame);
  else give(frame, (size - 1) / kStep);
}
#endif

}  // namespace causeway::runtime
