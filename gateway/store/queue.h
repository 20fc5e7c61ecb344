// Where changes and questions wait for the store's threads, in the order in which they came.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace causeway::store {

/// Thread safe; holds pointers to what its owners keep alive until it is taken. Closed until `open`.
template <class T>
class Queue {
 public:
  /// False when closed: the item stays with its owner.
  bool push(T& item) {
    bool wake;
    {
      const std::lock_guard lock(mutex_);
      if (!open_) return false;
      items_.push_back(&item);
      wake = waiting_ > 0;
    }
    if (wake) wake_.notify_one();
    return true;
  }

  /// Waits for items, at most so long, and takes all of them into `items`, which may stay empty. False: closed, and
  /// nothing is left.
  bool take_all(std::vector<T*>& items, std::chrono::milliseconds at_most) {
    items.clear();
    std::unique_lock lock(mutex_);
    ++waiting_;
    wake_.wait_for(lock, at_most, [this] { return !items_.empty() || !open_; });
    --waiting_;
    std::swap(items, items_);
    return open_ || !items.empty();
  }

  /// Waits for an item; null: closed, and nothing is left.
  T* take_one() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    wake_.wait(lock, [this] { return !items_.empty() || !open_; });
    --waiting_;
    if (items_.empty()) return nullptr;
    T* const first = items_.front();
    items_.erase(items_.begin());
    return first;
  }

  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
    wake_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<T*> items_;
  int waiting_ = 0;
  bool open_ = false;
};

}  // namespace causeway::store
