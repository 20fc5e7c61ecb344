// A stable sort that stays within its bounds whatever the comparison says, as one that ran out of steps says anything.
// Internal to expression.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <vector>

#include "expression/values/function_ref.h"
#include "expression/values/value.h"

namespace causeway::expression {

using Order = std::pmr::vector<std::uint32_t>;

/// 0 … count - 1, sorted. `less(left, right)` compares two of them.
Order sorted_order(Resources& resources, std::size_t count, FunctionRef<bool(std::uint32_t, std::uint32_t)> less);
/// The items of an array, sorted, in a new one.
Value sorted_array(Resources& resources, const Value& array);

}  // namespace causeway::expression
