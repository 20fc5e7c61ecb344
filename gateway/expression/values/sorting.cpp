#include "expression/values/sorting.h"

#include <algorithm>
#include <numeric>

#include "expression/values/compare.h"
#include "expression/values/containers.h"

namespace causeway::expression {

Order sorted_order(Resources& resources, std::size_t count, FunctionRef<bool(std::uint32_t, std::uint32_t)> less) {
  Order order(count, &resources);
  std::iota(order.begin(), order.end(), 0u);
  Order other(count, &resources);
  for (std::size_t width = 1; width < count; width *= 2) {
    if (!resources.spend(count / 2)) break;
    for (std::size_t begin = 0; begin < count; begin += 2 * width) {
      const std::size_t middle = std::min(begin + width, count);
      const std::size_t end = std::min(begin + 2 * width, count);
      std::size_t left = begin;
      std::size_t right = middle;
      if (resources.exceeded() != Exceeded::kNothing) return order;  // whose order does not matter any more
      for (std::size_t at = begin; at < end; ++at) {
        const bool from_right = left == middle || (right < end && less(order[right], order[left]));
        other[at] = order[from_right ? right++ : left++];
      }
    }
    order.swap(other);
  }
  return order;
}

Value sorted_array(Resources& resources, const Value& array) {
  Value held = array;
  own_array(resources, held);
  const Value* const values = items(held);
  const Order places = sorted_order(resources, size_of(held), [&](std::uint32_t left, std::uint32_t right) {
    return order(resources, values[left], values[right]) < 0;
  });
  Value sorted = new_array(resources, places.size());
  for (const std::uint32_t place : places) push(sorted, values[place]);
  return sorted;
}

}  // namespace causeway::expression
