// The memory that the heads of answers, and small bodies, lie in. It moves: from a worker's spare ones to the
// connection that reads an answer, with the answer to its exchange, and back.
#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace causeway::upstream {

/// The spare buffers of one pool of connections, so that neither an idle connection holds one nor a call allocates one.
/// Belongs to one worker.
class Buffers {
 public:
  static constexpr std::size_t kSize = 16 * 1024;
  static constexpr std::size_t kKeep = 64;

  Buffers() { spare_.reserve(kKeep); }  // giving one back must not fail
  std::unique_ptr<char[]> take() {
    if (spare_.empty()) return std::make_unique_for_overwrite<char[]>(kSize);
    std::unique_ptr<char[]> buffer = std::move(spare_.back());
    spare_.pop_back();
    return buffer;
  }
  void give(std::unique_ptr<char[]> buffer) noexcept {
    if (spare_.size() < kKeep) spare_.push_back(std::move(buffer));
  }

 private:
  std::vector<std::unique_ptr<char[]>> spare_;
};

/// A buffer that goes back when its last view is gone. `home` outlives it; null: the buffer is of another size and is
/// freed.
class LentBuffer {
 public:
  LentBuffer() = default;
  LentBuffer(Buffers* home, std::unique_ptr<char[]> buffer) : home_(home), buffer_(std::move(buffer)) {}
  LentBuffer(LentBuffer&& other) noexcept = default;
  LentBuffer& operator=(LentBuffer&& other) noexcept {
    std::swap(home_, other.home_);
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~LentBuffer() {
    if (buffer_ && home_ != nullptr) home_->give(std::move(buffer_));
  }

 private:
  Buffers* home_ = nullptr;
  std::unique_ptr<char[]> buffer_;
};

}  // namespace causeway::upstream
