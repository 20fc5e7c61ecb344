// Memory of coroutine frames, kept for the next one: a call makes some thirty frames, always of the same few sizes, and
// a general allocator would cost more than they do.
#pragma once

#include <cstddef>

namespace causeway::runtime {

/// Each thread has its own free lists, last in first out. A frame may be given back on another thread than it was taken
/// on. At most 256 KiB a size and thread are kept; frames over 4 KiB are not. Throws std::bad_alloc.
void* take_frame(std::size_t size);
void give_frame(void* frame, std::size_t size) noexcept;

}  // namespace causeway::runtime
