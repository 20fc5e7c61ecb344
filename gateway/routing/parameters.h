// The parameters of one matched call, by position and by name, without an allocation.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace causeway::routing {

/// A value with views in it: the values point into the path that was matched (a piece of it, in which only unreserved
/// characters have been decoded), the names into the route. Both must live as long as this is used.
class Parameters {
 public:
  static constexpr std::size_t kMost = 16;

  // Not `= default`: the places beyond size_ stay uninitialised, 256 bytes that most calls never touch.
  Parameters() {}  // NOLINT(modernize-use-equals-default)
  Parameters(const Parameters& other) { *this = other; }
  Parameters& operator=(const Parameters& other) {
    for (std::size_t i = 0; i < other.size_; ++i) values_[i] = other.values_[i];
    size_ = other.size_;
    names_ = other.names_;
    return *this;
  }

  std::size_t size() const { return size_; }
  std::string_view value(std::size_t index) const {
    assert(index < size_);
    return {values_[index].data, values_[index].size};
  }
  std::string_view name(std::size_t index) const { return (*names_)[index]; }

  std::optional<std::string_view> find(std::string_view name) const {
    for (std::size_t i = 0; names_ && i < size_ && i < names_->size(); ++i)
      if ((*names_)[i] == name) return value(i);
    return std::nullopt;
  }

  /// At most kMost values; the table sees to it that no route has more.
  void push(std::string_view value) {
    assert(size_ < kMost);
    values_[size_++] = {value.data(), value.size()};
  }
  void pop() { --size_; }

  /// `names` are looked at only when they are asked for.
  void set_names(const std::vector<std::string>& names) { names_ = &names; }

 private:
  struct Value {
    const char* data;
    std::size_t size;
  };

  std::size_t size_ = 0;
  const std::vector<std::string>* names_ = nullptr;
  std::array<Value, kMost> values_;
};

}  // namespace causeway::routing
