// Memory of texts that are put together to be sent at once: heads and small bodies. The next one is written where the
// last one was, which is still in the processor's cache, instead of in memory that each connection keeps for itself.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace causeway::runtime {

/// A text that is not given back takes its memory along; nothing else comes of it. Not thread safe: a pool belongs to
/// one worker.
class TextPool {
 public:
  TextPool() { spare_.reserve(kKeep); }  // giving one back must not fail
  TextPool(const TextPool&) = delete;
  TextPool& operator=(const TextPool&) = delete;

  /// An empty text, with the memory of the one that was given back last.
  std::string take() noexcept {
    if (spare_.empty()) return {};
    std::string text = std::move(spare_.back());
    spare_.pop_back();
    text.clear();
    return text;
  }
  /// Keeps the memory of `text` for another one, if it is of a usual size. Nobody sees the text any more.
  void give(std::string&& text) noexcept {
    std::string given = std::exchange(text, {});
    const bool usual = given.capacity() > std::string().capacity() && given.capacity() <= kLargest;
    if (usual && spare_.size() < kKeep) spare_.push_back(std::move(given));
  }

 private:
  static constexpr std::size_t kKeep = 16;
  static constexpr std::size_t kLargest = 80 * 1024;

  std::vector<std::string> spare_;
};

}  // namespace causeway::runtime
