// Order and equality of values, as jq sorts: null < false < true < numbers < strings < arrays < objects. Internal to
// expression. The work is spent from the resources; once they are exceeded the answer means nothing.
#pragma once

#include <compare>

#include "expression/values/value.h"

namespace causeway::expression {

std::strong_ordering order(Resources& resources, const Value& left, const Value& right);
inline bool equal(Resources& resources, const Value& left, const Value& right) {
  return left.kind() == right.kind() && order(resources, left, right) == std::strong_ordering::equal;
}
/// The names of an object, sorted by their bytes.
Value sorted_keys(Resources& resources, const Value& object);

}  // namespace causeway::expression
