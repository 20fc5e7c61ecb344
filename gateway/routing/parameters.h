// The parameters of one matched call, by position and by name, without an allocation.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/few.h"

namespace causeway::routing {

/// A value with views in it: the values point into the path that was matched (a piece of it, in which only unreserved
/// characters have been decoded), the names into the route. Both must live as long as this is used.
class Parameters {
 public:
  static constexpr std::size_t kMost = 16;

  Parameters() {}  // NOLINT(modernize-use-equals-default): that would clear the places

  std::size_t size() const { return values_.size(); }
  std::string_view value(std::size_t index) const { return values_[index]; }
  std::string_view name(std::size_t index) const { return (*names_)[index]; }

  std::optional<std::string_view> find(std::string_view name) const {
    for (std::size_t i = 0; names_ && i < size() && i < names_->size(); ++i)
      if ((*names_)[i] == name) return value(i);
    return std::nullopt;
  }

  /// At most kMost values; the table sees to it that no route has more.
  void push(std::string_view value) { values_.push(value); }
  void pop() { values_.pop(); }

  /// `names` are looked at only when they are asked for.
  void set_names(const std::vector<std::string>& names) { names_ = &names; }

 private:
  const std::vector<std::string>* names_ = nullptr;
  Few<std::string_view, kMost> values_;
};

}  // namespace causeway::routing
