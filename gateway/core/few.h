// A handful of values in place, for what nearly every call has some of and none has many.
#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>

namespace causeway {

/// At most `N` values. The places beyond size() are never written: a call does not pay for room that it does not need.
/// (`T{}` of a class around it clears them all the same, unless that has a constructor of its own.) Not thread safe.
template <class T, std::size_t N>
class Few {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  Few() noexcept {}  // NOLINT(modernize-use-equals-default): that would clear the places
  Few(const Few& other) noexcept { *this = other; }
  Few& operator=(const Few& other) noexcept {
    if (this == &other) return *this;
    std::uninitialized_copy(other.begin(), other.end(), places());
    size_ = other.size_;
    return *this;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool full() const { return size_ == N; }
  const T* begin() const { return reinterpret_cast<const T*>(bytes_); }
  const T* end() const { return begin() + size_; }
  const T& operator[](std::size_t index) const {
    assert(index < size_);
    return begin()[index];
  }

  /// Only while it is not full().
  void push(const T& value) {
    assert(size_ < N);
    new (places() + size_++) T(value);
  }
  void pop() {
    assert(size_ > 0);
    --size_;
  }
  void clear() { size_ = 0; }

 private:
  T* places() { return reinterpret_cast<T*>(bytes_); }

  std::size_t size_ = 0;
  alignas(T) std::byte bytes_[N * sizeof(T)];
};

}  // namespace causeway
